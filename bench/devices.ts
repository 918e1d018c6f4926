import { wasm } from '../src/backends/wasm.js';
import { webgpu } from '../src/backends/webgpu.js';
import type { Backend } from '../src/backend.js';
import type { TensorLike } from '../src/tensor.js';
import { openCpu } from '../src/wasm.js';
import type { BenchOptions } from './contender.js';
import { type GpuInfo, gpuInfo } from './machine.js';
import { reason } from './reason.js';

/** A backend of this library, open. */
export interface Device extends Disposable {
  /** For example 'wasm, 2 threads'. */
  readonly name: string;
  readonly backend: Backend<TensorLike>;
  /** Wait until the device has done all its work. */
  finish(): Promise<void>;
  readonly gpu?: GpuInfo | undefined;
  /** Whether a CPU device uses fused multiply-add. */
  readonly relaxed?: boolean | undefined;
}

/** For example 'wasm, 2 threads': ours and the peers' alike. */
export function cpuName(threads: number): string {
  return `wasm, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

/**
 * Open the devices asked for: one for each number of threads, and the GPU.
 *
 * @returns them, and why there is no GPU where one was asked for and is missing.
 */
export async function openDevices({
  backends,
  threads,
  simd,
}: BenchOptions): Promise<{ devices: Device[]; noGpu?: string }> {
  const devices: Device[] = [];
  if (backends.includes('wasm')) for (const count of threads) devices.push(await openWasm(count, simd));
  if (!backends.includes('webgpu')) return { devices };
  try {
    return { devices: [...devices, await openWebgpu()] };
  } catch (error) {
    return { devices, noGpu: reason(error).replace(/^openGpu: /, '') };
  }
}

async function openWasm(threads: number, simd: BenchOptions['simd']): Promise<Device> {
  const cpu = await openCpu({ threads, relaxed: simd === 'baseline' ? false : undefined });
  return {
    name: cpuName(threads),
    backend: wasm(cpu) as Backend<TensorLike>,
    finish: async () => {},
    relaxed: cpu.relaxed,
    [Symbol.dispose]: () => cpu.dispose(),
  };
}

async function openWebgpu(): Promise<Device> {
  // Imported here, since the package that brings WebGPU to Node is optional.
  const { openGpu } = await import('../src/node.js');
  const gpu = await openGpu();
  return {
    name: 'webgpu',
    backend: webgpu(gpu) as Backend<TensorLike>,
    finish: () => gpu.sync(),
    gpu: gpuInfo(gpu),
    [Symbol.dispose]: () => gpu.dispose(),
  };
}
