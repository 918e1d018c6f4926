// mean-pool: x [B, H, L], lengths [B] -> y [B, H], the mean of x[b, h, l] over l < lengths[b].
//
// Lengths are clamped to 1..L; all L without MASKED. One workgroup per (b, h); count = B H. In Params, L counts
// elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, reduce.wgsl.

struct Params { count: u32, H: u32, L: u32 }

override MASKED: bool = true;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  if (id >= params.count) { return; }
  var length = LANES * params.L;
  if (MASKED) { length = clamp(lengths[id / params.H], 1u, length); }
  var sum = elem(0.0);
  for (var i = lid; LANES * i < length; i += WG) {
    sum += select(elem(0.0), x[id * params.L + i], laneIndex(i) < elemU(length));
  }
  let total = reduceSum(vec2f(sumLanes(sum), 0.0), lid).x;
  if (lid == 0u) { y[id] = total / f32(length); }
}
