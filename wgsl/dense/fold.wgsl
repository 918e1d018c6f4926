// fold: x [P, R] -> y [R], the sum over the first axis in order: partial sums of other kernels become one.
// In Params, n = R.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

struct Params { n: u32, P: u32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read_write> y: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  var sum = elem(0.0);
  for (var p = 0u; p < params.P; p++) { sum += x[p * params.n + e]; }
  y[e] = sum;
}
