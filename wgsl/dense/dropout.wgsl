// dropout: x -> y = x times 0 or 1 / (1 - p). Rows have L elements.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, random.wgsl, draw-1.wgsl or draw-4.wgsl, dropout.wgsl.

struct Params { n: u32, L: u32, threshold: u32, keepScale: f32, stream: u32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> key: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  y[e] = x[e] * dropoutFactor(e, e / params.L);
}
