// channel-sum: x [B, H, L] -> y [parts, H], partial sums over batch and length.
//
// One workgroup per channel and part, of `chunk` elements; count = H parts.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, reduce.wgsl, channel.wgsl.

struct Params { count: u32, H: u32, L: u32, n: u32, chunk: u32, parts: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  if (id >= params.count) { return; }
  let range = partOf(id);
  var sum = elem(0.0);
  for (var i = range.begin + lid; i < range.end; i += WG) { sum += x[channelElement(range.h, i)]; }
  let total = reduceSum(vec2f(sumLanes(sum), 0.0), lid).x;
  if (lid == 0u) { y[range.part * params.H + range.h] = total; }
}
