// normalise: x [B, H, L]; gamma, beta, mean, statistic [H] -> y = gamma (x - mean) rstd + beta.
//
// FROM_VARIANCE: statistic is the variance and rstd = 1 / sqrt(variance + eps); else it is rstd. In Params, L counts
// elements.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

struct Params { n: u32, H: u32, L: u32, eps: f32 }

override WG: u32 = 256u;
override FROM_VARIANCE: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read> beta: array<f32>;
@group(0) @binding(4) var<storage, read> mean: array<f32>;
@group(0) @binding(5) var<storage, read> statistic: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let h = (e / params.L) % params.H;
  var rstd = statistic[h];
  if (FROM_VARIANCE) { rstd = 1.0 / sqrt(rstd + params.eps); }
  y[e] = (x[e] - mean[h]) * (rstd * gamma[h]) + beta[h];
}
