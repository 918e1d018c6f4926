// dgelu: x, dy [B, H, L], bias [H], key [2] -> dx [B, H, L], and partial sums of the bias's gradient [parts, H].
//
//     dx = dy gelu'(v),   gelu'(v) = Phi(v) + v phi(v),   v = x + bias[h], dy after dropout
//     dBias[h] = sum of dx over batch and length
//
// dx is summed while it is in registers: no second pass over memory. One workgroup per channel and part, of `chunk`
// elements; count = H parts.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, normal.wgsl, random.wgsl, draw-1.wgsl or draw-4.wgsl, dropout.wgsl, reduce.wgsl,
// channel.wgsl.

struct Params {
  count: u32, H: u32, L: u32, n: u32, chunk: u32, parts: u32, threshold: u32, keepScale: f32, stream: u32,
}

override BIAS: bool = true;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> dy: array<elem>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> key: array<u32>;
@group(0) @binding(5) var<storage, read_write> dx: array<elem>;
@group(0) @binding(6) var<storage, read_write> dBias: array<f32>;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  if (id >= params.count) { return; }
  let range = partOf(id);
  var shift = 0.0;
  if (BIAS) { shift = bias[range.h]; }
  var sum = elem(0.0);
  for (var i = range.begin + lid; i < range.end; i += WG) {
    let e = channelElement(range.h, i);
    let v = x[e] + shift;
    let phi = normal(v);
    let d = dy[e] * dropoutFactor(e, e / params.L) * (phi.cdf + v * phi.density);
    dx[e] = d;
    sum += d;
  }
  if (BIAS) {
    let total = reduceSum(vec2f(sumLanes(sum), 0.0), lid).x;
    if (lid == 0u) { dBias[range.part * params.H + range.h] = total; }
  }
}
