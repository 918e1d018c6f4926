import { wasm } from '../src/backends/wasm.js';
import { webgpu } from '../src/backends/webgpu.js';
import type { Backend } from '../src/backend.js';
import { openGpu } from '../src/node.js';
import type { TensorLike } from '../src/tensor.js';
import { openCpu } from '../src/wasm.js';
import type { BenchCase, BenchOptions, Contender } from './contender.js';
import type { Ceiling } from './harness.js';
import { type GpuInfo, gpuInfo } from './machine.js';

/** A backend of this library, open. */
export interface Device extends Disposable {
  /** For example 'wasm, 2 threads'. */
  readonly name: string;
  readonly backend: Backend<TensorLike>;
  /** Wait until the device has done all its work. */
  finish(): Promise<void>;
  readonly gpu?: GpuInfo;
  /** Whether a CPU device uses fused multiply-add. */
  readonly relaxed?: boolean;
}

/** Open the devices asked for: one for each number of threads, and the GPU. */
export async function openDevices({ backends, threads }: BenchOptions): Promise<Device[]> {
  const devices: Device[] = [];
  if (backends.includes('wasm')) {
    for (const count of threads) {
      const cpu = await openCpu({ threads: count });
      devices.push({
        name: `wasm, ${count} ${count === 1 ? 'thread' : 'threads'}`,
        backend: wasm(cpu) as Backend<TensorLike>,
        finish: async () => {},
        relaxed: cpu.relaxed,
        [Symbol.dispose]: () => cpu.dispose(),
      });
    }
  }
  if (backends.includes('webgpu')) {
    const gpu = await openGpu();
    devices.push({
      name: 'webgpu',
      backend: webgpu(gpu) as Backend<TensorLike>,
      finish: () => gpu.sync(),
      gpu: gpuInfo(gpu),
      [Symbol.dispose]: () => gpu.dispose(),
    });
  }
  return devices;
}

/** A contender that runs an operation of this library on a device. */
export function ours<C extends BenchCase>(
  { name, backend, finish }: Device,
  inputs: (backend: Backend<TensorLike>, size: C) => Readonly<Record<string, TensorLike>>,
  operation: (backend: Backend<TensorLike>, inputs: Readonly<Record<string, TensorLike>>, size: C) => TensorLike,
): Contender<C> {
  return {
    name: `longwave ${name}`,
    device: name,
    peer: false,
    async prepare(size) {
      const tensors = inputs(backend, size);
      let result: TensorLike | undefined;
      return {
        run() {
          result?.dispose();
          result = operation(backend, tensors, size);
        },
        finish,
        read: async () => (result === undefined ? [] : result.read()),
        async [Symbol.asyncDispose]() {
          result?.dispose();
          for (const tensor of Object.values(tensors)) tensor.dispose();
        },
      };
    },
  };
}

const COPY_ELEMENTS = 2 ** 23;
const [ROWS, INNER] = [4096, 128];
const CEILING_ROUNDS = 9;

/**
 * What each device reaches at best: the bandwidth of copying 32 MiB (read and write counted) and the rate of a
 * [4096 x 128] by [128 x 128] product; medians, the devices in turn.
 */
export async function measureCeilings(devices: readonly Device[]): Promise<Map<string, Ceiling>> {
  const times = new Map(devices.map(({ name }) => [name, { copy: [] as number[], matmul: [] as number[] }]));
  for (let round = 0; round <= CEILING_ROUNDS; round++) {
    for (const { name, backend, finish } of devices) {
      using x = backend.zeros([COPY_ELEMENTS]);
      using a = backend.zeros([ROWS, INNER]);
      using b = backend.zeros([INNER, INNER]);
      const copy = await timed(() => backend.scale(x, 1), finish);
      const matmul = await timed(() => backend.matmul(a, b), finish);
      if (round === 0) continue;
      times.get(name)?.copy.push(copy);
      times.get(name)?.matmul.push(matmul);
    }
  }
  const median = (values: number[]): number => values.toSorted((p, q) => p - q)[values.length >> 1];
  return new Map(
    [...times].map(([name, { copy, matmul }]) => [
      name,
      { copy: (8 * COPY_ELEMENTS * 1e3) / median(copy), matmul: (2 * ROWS * INNER * INNER * 1e3) / median(matmul) },
    ]),
  );
}

async function timed(operation: () => TensorLike, finish: () => Promise<void>): Promise<number> {
  await finish();
  const start = performance.now();
  const result = operation();
  await finish();
  const duration = performance.now() - start;
  result.dispose();
  return duration;
}
