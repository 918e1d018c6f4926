// squares: x [n] -> y[first + part], the sum of squares of each part of x, of `chunk` elements. count parts.
//
// One workgroup per part.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, reduce.wgsl.

struct Params { count: u32, n: u32, chunk: u32, first: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  if (id >= params.count) { return; }
  var sum = elem(0.0);
  for (var i = id * params.chunk + lid; i < min(params.n, (id + 1u) * params.chunk); i += WG) { sum += x[i] * x[i]; }
  let total = reduceSum(vec2f(sumLanes(sum), 0.0), lid).x;
  if (lid == 0u) { y[params.first + id] = total; }
}
