// complex-product: a [B, H, F], k [C, H, F] -> y [B, C H, F], all complex, y[b, c H + h, f] = a[b, h, f] k[c, h, f].
//
// n = B C H F, one invocation for each; HF = H F.
//
// Uses: complex.wgsl.

struct Params { n: u32, HF: u32, C: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec2f>;
@group(0) @binding(2) var<storage, read> k: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec2f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 256u + id.x;
  if (i >= params.n) { return; }
  let b = i / (params.C * params.HF);
  y[i] = cmul(a[b * params.HF + i % params.HF], k[i % (params.C * params.HF)]);
}
