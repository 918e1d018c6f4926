// embedding: tokens [B, L], table [V, H] -> y [B, H, L] = table[tokens[b, l], h]; zero for tokens >= V.
//
// One invocation per (b, 4 features, l), n = B ceil(H / 4) L of them: it reads 16 bytes of the table and its
// stores are coalesced.

struct Params { n: u32, H: u32, L: u32, V: u32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tokens: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let row = e / params.L;
  let l = e - row * params.L;
  let quads = (params.H + 3u) / 4u;
  let b = row / quads;
  let token = tokens[b * params.L + l];
  let first = 4u * (row - b * quads);
  for (var h = first; h < min(first + 4u, params.H); h++) {
    var v = 0.0;
    if (token < params.V) { v = table[token * params.H + h]; }
    y[(b * params.H + h) * params.L + l] = v;
  }
}
