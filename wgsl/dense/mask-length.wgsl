// mask-length: x [B, H, L], lengths [B] -> y = x where l < lengths[b], else 0. Lengths are clamped to 1..L.
// In Params, L counts elements.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

struct Params { n: u32, H: u32, L: u32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let row = e / params.L;
  let length = clamp(lengths[row / params.H], 1u, LANES * params.L);
  y[e] = select(elem(0.0), x[e], laneIndex(e - row * params.L) < elemU(length));
}
