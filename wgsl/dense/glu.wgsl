// glu: x [B, 2H, L] = [a; g], residual [B, H, L], key [2] -> y = residual + dropout(a / (1 + exp(-g))), [B, H, L].
//
// Gate, dropout and residual in one pass over memory. In Params, plane = H L and L count elements.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, sigmoid.wgsl, random.wgsl, draw-1.wgsl or draw-4.wgsl, dropout.wgsl.

struct Params { n: u32, plane: u32, L: u32, threshold: u32, keepScale: f32, stream: u32 }

override WG: u32 = 256u;
override RESIDUAL: bool = true;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> residual: array<elem>;
@group(0) @binding(3) var<storage, read> key: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let a = e + (e / params.plane) * params.plane;
  var v = x[a] * logistic(x[a + params.plane]) * dropoutFactor(e, e / params.L);
  if (RESIDUAL) { v += residual[e]; }
  y[e] = v;
}
