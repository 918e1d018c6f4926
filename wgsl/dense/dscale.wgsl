// dscale: x, dy [B, H, L], mean, rstd -> partial sums [parts, H] of the gradients of a norm's scale and shift.
//
//     dGamma[h] = sum dy z,   dBeta[h] = sum dy,   z = (x - mean) rstd, over batch and length
//
// Statistics are those of the channel (batch norm) or of the column (layer norm). One workgroup per channel and part,
// of `chunk` elements; count = H parts.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, per-channel.wgsl or per-column.wgsl, reduce.wgsl, channel.wgsl.

struct Params { count: u32, H: u32, L: u32, n: u32, chunk: u32, parts: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> dy: array<elem>;
@group(0) @binding(3) var<storage, read> mean: array<statistic>;
@group(0) @binding(4) var<storage, read> rstd: array<statistic>;
@group(0) @binding(5) var<storage, read_write> dGamma: array<f32>;
@group(0) @binding(6) var<storage, read_write> dBeta: array<f32>;

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
  var sumZ = elem(0.0);
  for (var i = range.begin + lid; i < range.end; i += WG) {
    let e = channelElement(range.h, i);
    let s = statisticIndex(range.h, i);
    let d = dy[e];
    sum += d;
    sumZ += d * (x[e] - mean[s]) * rstd[s];
  }
  let totals = reduceSum(vec2f(sumLanes(sumZ), sumLanes(sum)), lid);
  if (lid == 0u) {
    dGamma[range.part * params.H + range.h] = totals.x;
    dBeta[range.part * params.H + range.h] = totals.y;
  }
}
