// transpose-direct: x [G, M, N] -> y [G, N, M], without workgroup memory, for devices where barriers are slow.
//
// One invocation per entry of y; n = G M N.

struct Params { n: u32, M: u32, N: u32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let row = e / params.M;
  let m = e - row * params.M;
  let g = row / params.N;
  y[e] = x[(g * params.M + m) * params.N + (row - g * params.N)];
}
