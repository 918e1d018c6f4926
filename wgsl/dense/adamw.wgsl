// adamw: one step of AdamW on param, m, v, in place, by grad; all of one shape. hyper [3], gradScale [2].
//
//     g = gradScale[0] grad;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
//     param -= lr hyper[0] (weightDecay param + m hyper[1] / (sqrt(v hyper[2]) + eps))
//
// rest1 and rest2 are 1 - beta1 and 1 - beta2, subtracted in f64.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

struct Params { n: u32, lr: f32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, eps: f32, weightDecay: f32 }

override WG: u32 = 256u;
override CLIPPED: bool = true;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> grad: array<elem>;
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read> gradScale: array<f32>;
@group(0) @binding(4) var<storage, read_write> param: array<elem>;
@group(0) @binding(5) var<storage, read_write> m: array<elem>;
@group(0) @binding(6) var<storage, read_write> v: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  var g = grad[e];
  if (CLIPPED) { g *= gradScale[0]; }
  let first = params.beta1 * m[e] + params.rest1 * g;
  let second = params.beta2 * v[e] + params.rest2 * g * g;
  m[e] = first;
  v[e] = second;
  let p = param[e];
  let step = first * hyper[1] / (sqrt(second * hyper[2]) + params.eps);
  param[e] = p - params.lr * hyper[0] * (params.weightDecay * p + step);
}
