// keep-bins: X [rows, F] complex, in place: bins f >= `bins` become zero.
//
// n = rows F, one invocation for each.

struct Params { n: u32, F: u32, bins: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> X: array<vec2f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 256u + id.x;
  if (i >= params.n) { return; }
  if (i % params.F >= params.bins) { X[i] = vec2f(0.0); }
}
