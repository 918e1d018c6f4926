// resize: x [rows, K] -> y [rows, L], the first entries of each row and zeros. K and L count elements.
//
// One invocation per element of y. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

struct Params { n: u32, K: u32, L: u32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read_write> y: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let row = e / params.L;
  let l = e - row * params.L;
  var v = elem(0.0);
  if (l < params.K) { v = x[row * params.K + l]; }
  y[e] = v;
}
