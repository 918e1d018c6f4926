// last-pool: x [B, H, L], lengths [B] -> y [B, H] = x[b, h, lengths[b] - 1].
//
// Lengths are clamped to 1..L; L without MASKED. One invocation per entry of y; n = B H.

struct Params { n: u32, H: u32, L: u32 }

override WG: u32 = 256u;
override MASKED: bool = true;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  var length = params.L;
  if (MASKED) { length = clamp(lengths[e / params.H], 1u, length); }
  y[e] = x[e * params.L + length - 1u];
}
