// dcross-entropy: logits [B, K], labels [B], dy [1] -> dLogits [B, K],
// dLogits[b, k] = dy (softmax(logits)[b, k] - [k = labels[b]]) / B.
//
// The maximum is subtracted before exp. One workgroup per b; count = B.
//
// Uses: reduce.wgsl.

struct Params { count: u32, K: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dLogits: array<f32>;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  if (id >= params.count) { return; }
  let base = id * params.K;
  var top = logits[base];
  for (var k = lid; k < params.K; k += WG) { top = max(top, logits[base + k]); }
  top = reduceMax(top, lid);
  var sum = 0.0;
  for (var k = lid; k < params.K; k += WG) { sum += exp(logits[base + k] - top); }
  sum = reduceSum(vec2f(sum, 0.0), lid).x;
  let label = labels[id];
  let factor = dy[0] / f32(params.count);
  for (var k = lid; k < params.K; k += WG) {
    let p = exp(logits[base + k] - top) / sum;
    dLogits[base + k] = factor * (p - select(0.0, 1.0, k == label));
  }
}
