// squash: x -> y = sign(x) max(|x| - lambda, 0), of any shape. NaN stays NaN.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

struct Params { n: u32, lambda: f32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read_write> y: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let v = x[e];
  y[e] = select(v - sign(v) * params.lambda, elem(0.0), abs(v) <= elem(params.lambda));
}
