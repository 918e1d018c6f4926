// dglu: x [B, 2H, L] = [a; g], dy [B, H, L], key [2] -> dx [B, 2H, L].
//
//     da = dy s(g),   dg = dy a s(g) s(-g),   dy after dropout, s the logistic function
//
// In Params, plane = H L and L count elements; an element of dy makes two of dx.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, sigmoid.wgsl, random.wgsl, draw-1.wgsl or draw-4.wgsl, dropout.wgsl.

struct Params { n: u32, plane: u32, L: u32, threshold: u32, keepScale: f32, stream: u32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> dy: array<elem>;
@group(0) @binding(3) var<storage, read> key: array<u32>;
@group(0) @binding(4) var<storage, read_write> dx: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let a = e + (e / params.plane) * params.plane;
  let g = a + params.plane;
  let gate = x[g];
  let d = dy[e] * dropoutFactor(e, e / params.L) * logistic(gate);
  dx[a] = d;
  dx[g] = d * x[a] * logistic(-gate);
}
