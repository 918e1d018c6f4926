// column-sum: x [R, N] -> y [parts, N], partial sums over the rows.
//
// One invocation per column and part, of `chunk` rows; neighbours take neighbouring columns.

struct Params { R: u32, N: u32, n: u32, chunk: u32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let part = e / params.N;
  let column = e - part * params.N;
  let end = min(params.R, (part + 1u) * params.chunk);
  var sum = 0.0;
  for (var row = part * params.chunk; row < end; row++) { sum += x[row * params.N + column]; }
  y[e] = sum;
}
