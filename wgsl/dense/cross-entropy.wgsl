// cross-entropy: logits [B, K], labels [B] -> loss [B] = log sum_k exp(logits[b, k]) - logits[b, labels[b]].
//
// The maximum is subtracted before exp. One workgroup per b; count = B.
//
// Uses: reduce.wgsl.

struct Params { count: u32, K: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;

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
  if (lid == 0u) { loss[id] = log(sum) - (logits[base + labels[id]] - top); }
}
