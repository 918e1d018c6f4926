import { create } from 'webgpu';
import type { Gpu } from './webgpu/gpu.js';
import { type GpuOptions, open } from './webgpu/open.js';

export * from './index.js';

/**
 * Dawn, made once and kept. Collected with work outstanding, such as the disposal of a Gpu whose device was lost, it
 * crashes the process: its timer goes on polling it. Kept, it does not keep Node from exiting. Seen with webgpu 0.6.2
 * on Node 20.20.
 */
let dawn: GPU | undefined;

/**
 * Open a GPU in Node, on Dawn from the npm package `webgpu`.
 *
 * @returns a {@link Gpu}; the caller disposes it.
 * @throws {@link UnsupportedError} if there is no adapter.
 */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  if (options.device !== undefined) return open(undefined, options);
  dawn ??= create([]);
  return open(dawn, options);
}
