// batch-statistics: moments [parts, H, 2] -> mean, rstd = 1 / sqrt(var + eps) [H]; running statistics [H] in place.
//
// Parts are joined in order: mean += (d / n) size, sum += d^2 size (n - size) / n, with d the part's mean less the
// mean so far and n the entries so far (Chan, Golub and LeVeque, 1979). A part has `size` entries, the last one what
// is left of `total`. Running values move towards mean and unbiased variance by `momentum`. One invocation per
// channel; n = H.

struct Params { n: u32, parts: u32, size: u32, total: u32, eps: f32, momentum: f32 }

override WG: u32 = 256u;
override RUNNING: bool = true;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> moments: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> rstd: array<f32>;
@group(0) @binding(4) var<storage, read_write> runningMean: array<f32>;
@group(0) @binding(5) var<storage, read_write> runningVariance: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  var m = 0.0;
  var sum = 0.0;
  for (var part = 0u; part < params.parts; part++) {
    let before = part * params.size;
    let size = min(params.size, params.total - before);
    let all = f32(before + size);
    let moment = moments[part * params.n + e];
    let d = moment.x - m;
    m += d * (f32(size) / all);
    sum += moment.y + d * d * (f32(size) * (f32(before) / all));
  }
  let variance = sum / f32(params.total);
  mean[e] = m;
  rstd[e] = 1.0 / sqrt(variance + params.eps);
  if (RUNNING) {
    let unbiased = sum / f32(max(1u, params.total - 1u));
    runningMean[e] += params.momentum * (m - runningMean[e]);
    runningVariance[e] += params.momentum * (unbiased - runningVariance[e]);
  }
}
