/** @file Choice of the device that a run computes on. */

import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import v8 from 'node:v8';
import type { Backend } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import { wasm } from '../src/backends/wasm.js';
import { asyncDispose } from '../src/disposable.js';
import { UnsupportedError } from '../src/errors.js';
import type { TensorLike } from '../src/tensor.js';
import { openCpu } from '../src/wasm.js';
import { unknownName } from './errors.js';

export const BACKENDS = ['auto', 'webgpu', 'wasm', 'reference'] as const;

export interface OpenBackend {
  readonly backend: Backend<TensorLike>;
  /** For people: 'WebAssembly, 2 threads, relaxed SIMD, Intel …'. */
  readonly description: string;
  /** Where it is not the first choice of `auto`: why. */
  readonly reason?: string | undefined;
  close(): void | Promise<void>;
}

/**
 * Node 20 has relaxed SIMD (fused multiply-add) behind a flag. Has an effect before the first module is compiled;
 * later versions of Node know no such flag and need none.
 */
export function enableRelaxedSimd(): void {
  if (process.version.startsWith('v20.')) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/**
 * Open a backend by name. `auto` takes a hardware GPU if there is one, else WebAssembly on all cores.
 *
 * @throws {@link UnsupportedError} if the one that is asked for cannot be had here.
 */
export async function openBackend(name: string): Promise<OpenBackend> {
  switch (name) {
    case 'auto':
      return openBest();
    case 'webgpu':
      return openGpuBackend({ hardwareOnly: false });
    case 'wasm':
      return openCpuBackend();
    case 'reference':
      return { backend: erase(reference()), description: 'reference (f64 loops, slow)', close: () => undefined };
    default:
      throw unknownName('backend', name, BACKENDS);
  }
}

/** A hardware GPU, or the CPU and why. */
async function openBest(): Promise<OpenBackend> {
  try {
    if (!mayHaveGpu()) throw new UnsupportedError('no GPU', { needs: 'a hardware GPU', has: 'none' });
    return await openGpuBackend({ hardwareOnly: true });
  } catch (error) {
    return { ...(await openCpuBackend()), reason: (error as Error).message };
  }
}

/** Linux shows a GPU as a device file. Without one a Vulkan driver is a software one, and asking it costs a second. */
function mayHaveGpu(): boolean {
  return (
    process.platform !== 'linux' ||
    ['/dev/dri', '/dev/nvidiactl', '/dev/dxg', '/dev/kgsl-3d0', '/dev/mali0'].some(existsSync)
  );
}

async function openCpuBackend(): Promise<OpenBackend> {
  const cpu = await openCpu();
  const simd = cpu.relaxed ? 'relaxed SIMD' : 'SIMD';
  const threads = cpu.threads === 1 ? '1 thread' : `${cpu.threads} threads`;
  return {
    backend: erase(wasm(cpu)),
    description: `WebAssembly, ${threads}, ${simd}, ${cpus()[0]?.model.trim() ?? process.arch}`,
    close: () => cpu.dispose(),
  };
}

async function openGpuBackend({ hardwareOnly }: { hardwareOnly: boolean }): Promise<OpenBackend> {
  const { openGpu } = await import('../src/node.js').catch((error: Error) => {
    throw new UnsupportedError(`the package "webgpu" cannot be loaded (${error.message}); npm install webgpu`, {
      needs: 'the package webgpu',
      has: 'none',
    });
  });
  const { webgpu } = await import('../src/backends/webgpu.js');
  const gpu = await openGpu();
  if (hardwareOnly && gpu.software) {
    await gpu[asyncDispose]();
    throw new UnsupportedError('the only GPU here is a software one', {
      needs: 'a hardware GPU',
      has: 'a software GPU',
    });
  }
  const { vendor, architecture, description } = gpu.device.adapterInfo;
  const device = description || [vendor, architecture].filter(Boolean).join(' ') || 'unknown device';
  return {
    backend: erase(webgpu(gpu)),
    description: `WebGPU, ${device}${gpu.software ? ' (software)' : ''}`,
    close: () => gpu[asyncDispose](),
  };
}

/** The trainer passes tensors of a backend only back to that backend, so their own type does not matter to it. */
function erase<T extends TensorLike>(backend: Backend<T>): Backend<TensorLike> {
  return backend as unknown as Backend<TensorLike>;
}
