import { type Kernel, type Tensor, kernel } from '../../src/index.js';

/** y = by x + OFFSET, for the first n values. */
export const scale: Kernel = kernel(
  'test/scale',
  `struct Params { n: u32, by: f32 }
   override OFFSET: f32 = 0.0;
   @group(0) @binding(0) var<uniform> params: Params;
   @group(0) @binding(1) var<storage, read> x: array<f32>;
   @group(0) @binding(2) var<storage, read_write> y: array<f32>;
   @compute @workgroup_size(64)
   fn main(@builtin(global_invocation_id) id: vec3u) {
     if (id.x < params.n) { y[id.x] = params.by * x[id.x] + OFFSET; }
   }`,
);

/** A tensor times `by`, on its device. */
export function scaled(x: Tensor, by: number, constants: Readonly<Record<string, number>> = {}): Tensor {
  const y = x.device.empty(x.shape);
  const params = { n: x.size, by };
  x.device.run(scale, { constants, params, buffers: { x, y }, grid: [Math.ceil(x.size / 64)] });
  return y;
}
