// dbatchnorm: x, dy [B, H, L]; gamma, mean, rstd, dGamma, dBeta [H] -> dx [B, H, L].
//
//     dx = gamma rstd (dy - (dBeta + z dGamma) / (B L)),   z = (x - mean) rstd
//
// In Params, L counts elements and size = B L entries.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

struct Params { n: u32, H: u32, L: u32, size: u32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> dy: array<elem>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> mean: array<f32>;
@group(0) @binding(5) var<storage, read> rstd: array<f32>;
@group(0) @binding(6) var<storage, read> dGamma: array<f32>;
@group(0) @binding(7) var<storage, read> dBeta: array<f32>;
@group(0) @binding(8) var<storage, read_write> dx: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let h = (e / params.L) % params.H;
  let z = (x[e] - mean[h]) * rstd[h];
  dx[e] = gamma[h] * rstd[h] * (dy[e] - (dBeta[h] + z * dGamma[h]) / f32(params.size));
}
