// mean: x [n] -> y [1], the mean. One workgroup.
//
// Uses: reduce.wgsl.

struct Params { n: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(local_invocation_index) lid: u32) {
  var sum = 0.0;
  for (var i = lid; i < params.n; i += WG) { sum += x[i]; }
  sum = reduceSum(vec2f(sum, 0.0), lid).x;
  if (lid == 0u) { y[0] = sum / f32(params.n); }
}
