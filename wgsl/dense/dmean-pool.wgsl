// dmean-pool: dy [B, H], lengths [B] -> dx [B, H, L] = dy[b, h] / lengths[b] where l < lengths[b], else 0.
//
// Lengths are clamped to 1..L; all L without MASKED. In Params, L counts elements.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

struct Params { n: u32, H: u32, L: u32 }

override WG: u32 = 256u;
override MASKED: bool = true;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let row = e / params.L;
  var length = LANES * params.L;
  if (MASKED) { length = clamp(lengths[row / params.H], 1u, length); }
  let inside = laneIndex(e - row * params.L) < elemU(length);
  dx[e] = select(elem(0.0), elem(dy[row] / f32(length)), inside);
}
