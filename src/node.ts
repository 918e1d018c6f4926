import { create } from 'webgpu';
import type { Gpu } from './webgpu/gpu.js';
import { type GpuOptions, open } from './webgpu/open.js';

export * from './index.js';

/**
 * Dawn runs only while the object from `create` is referenced: dropped with work in flight it aborts the process,
 * kept for good it can keep Node from exiting. So it lives until its Gpu is disposed or collected.
 * Seen with webgpu 0.6.2 on Node 20.20; see "Lifetime" in that package's README.
 */
const instances = new WeakMap<Gpu, GPU>();

/**
 * Open a GPU in Node, on Dawn from the npm package `webgpu`.
 *
 * @returns a {@link Gpu}; the caller disposes it.
 * @throws {@link UnsupportedError} if there is no adapter.
 */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  if (options.device !== undefined) return open(undefined, options);
  const dawn = create([]);
  const gpu = await open(dawn, options);
  instances.set(gpu, dawn);
  const held = new WeakRef(gpu);
  void gpu.device.lost.then(() => {
    const opened = held.deref();
    if (opened !== undefined) instances.delete(opened);
  });
  return gpu;
}
