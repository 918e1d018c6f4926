// monarch-direct: as monarch, without workgroup memory, for devices where barriers are slow and caches serve all.
//
// A workgroup of 8 x 8 invocations makes a tile of 32 x 32, each invocation 4 x 4 of it, reading four values of a and
// of b at a time, so that the program is short and quickly compiled.
//
// Uses: monarch.wgsl.

struct Params {
  G: u32, M: u32, N: u32, K: u32,
  aLength: u32, bLength: u32, yLength: u32,
  tilesM: u32, tilesN: u32,
  span: u32,
  count: u32, // workgroups
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  if (id >= params.count) { return; }
  let tiles = id / params.tilesN;
  let m = tiles % params.tilesM * 32u + lid / 8u * 4u;
  let n = id % params.tilesN * 32u + lid % 8u * 4u;
  let z = tiles / params.tilesM;
  let g = z % params.G;
  let part = z / params.G;
  if (m >= params.M || n >= params.N) { return; }
  var c0 = vec4f(0.0);
  var c1 = vec4f(0.0);
  var c2 = vec4f(0.0);
  var c3 = vec4f(0.0);
  let end = min(params.K, (part + 1u) * params.span);
  for (var k = part * params.span; k < end; k++) {
    let p = fourOfA(g, m, k);
    let q = fourOfB(g, k, n);
    c0 = fma(vec4f(p.x), q, c0);
    c1 = fma(vec4f(p.y), q, c1);
    c2 = fma(vec4f(p.z), q, c2);
    c3 = fma(vec4f(p.w), q, c3);
  }
  leave(z, m + 0u, n, c0);
  leave(z, m + 1u, n, c1);
  leave(z, m + 2u, n, c2);
  leave(z, m + 3u, n, c3);
}
