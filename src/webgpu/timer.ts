import { dispose } from '../disposable.js';
import { COPY_SRC, QUERY_RESOLVE } from './flags.js';
import type { Gpu } from './gpu.js';

/** How long one dispatch ran. */
export interface Timing {
  readonly kernel: string;
  readonly ms: number;
}

/** Dispatches that one measurement can hold: a query set has at most 4096 timestamps. */
const CAPACITY = 2048;

/**
 * Times dispatches by the GPU's own clock. Does nothing on a device without the feature 'timestamp-query'.
 * Browsers may round timestamps to 0.1 ms.
 */
export class Timer implements Disposable {
  readonly #gpu: Gpu;
  readonly #queries: GPUQuerySet | undefined;
  readonly #ticks: GPUBuffer | undefined;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    if (!gpu.has('timestamp-query')) return;
    this.#queries = gpu.device.createQuerySet({ type: 'timestamp', count: 2 * CAPACITY });
    this.#ticks = gpu.device.createBuffer({ size: 16 * CAPACITY, usage: QUERY_RESOLVE | COPY_SRC });
  }

  /**
   * Run `fn` and time the dispatches it records.
   *
   * @returns one entry for each of the first 2048 dispatches; undefined on a device without timestamps, where `fn`
   *   runs all the same.
   */
  async measure(fn: () => void): Promise<readonly Timing[] | undefined> {
    const [querySet, ticks] = [this.#queries, this.#ticks];
    if (querySet === undefined || ticks === undefined) {
      fn();
      return undefined;
    }
    const kernels: string[] = [];
    const next = (kernel: string): GPUComputePassTimestampWrites | undefined => {
      if (kernels.length === CAPACITY) return undefined;
      const at = 2 * kernels.length;
      kernels.push(kernel);
      return { querySet, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
    };
    this.#gpu.timed({ next }, fn);
    if (kernels.length === 0) return [];
    const encoder = this.#gpu.device.createCommandEncoder();
    encoder.resolveQuerySet(querySet, 0, 2 * kernels.length, ticks, 0);
    this.#gpu.device.queue.submit([encoder.finish()]);
    const ns = new BigUint64Array(await this.#gpu.download(ticks, 16 * kernels.length));
    return kernels.map((kernel, i) => ({
      kernel,
      ms: Number((ns[2 * i + 1] as bigint) - (ns[2 * i] as bigint)) / 1e6,
    }));
  }

  dispose(): void {
    this.#queries?.destroy();
    this.#ticks?.destroy();
  }

  [dispose](): void {
    this.dispose();
  }
}
