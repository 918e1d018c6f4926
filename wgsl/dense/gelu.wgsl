// gelu: x [B, H, L], bias [H], key [2] -> y = dropout(gelu(x + bias[h])), gelu(v) = v Phi(v).
//
// Bias, activation and dropout in one pass over memory. In Params, L counts elements.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, normal.wgsl, random.wgsl, draw-1.wgsl or draw-4.wgsl, dropout.wgsl.

struct Params { n: u32, H: u32, L: u32, threshold: u32, keepScale: f32, stream: u32 }

override WG: u32 = 256u;
override BIAS: bool = true;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> key: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let row = e / params.L;
  var v = x[e];
  if (BIAS) { v += bias[row % params.H]; }
  y[e] = v * normal(v).cdf * dropoutFactor(e, row);
}
