// matmul-direct: as matmul, without workgroup memory, for devices where barriers are slow and caches serve all.
//
// A workgroup of 8 x 8 invocations makes a tile of 32 x 32, each invocation 4 x 4 of it, reading 4 x 4 of op(a) and
// op(b) at a time.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, matrix-1.wgsl or matrix-4.wgsl, blocks.wgsl.

struct Params {
  M: u32, N: u32, K: u32,
  strideA: u32, strideB: u32,
  tilesM: u32, tilesN: u32,
  steps: u32, span: u32, total: u32,
  count: u32,
}

const DEPTH = 4u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read> b: array<elem>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<elem>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  if (id >= params.count) { return; }
  let n = id % params.tilesN * 32u + lid % 8u * 4u;
  let m = id / params.tilesN % params.tilesM * 32u + lid / 8u * 4u;
  let z = id / params.tilesN / params.tilesM;
  var c0 = vec4f(0.0);
  var c1 = vec4f(0.0);
  var c2 = vec4f(0.0);
  var c3 = vec4f(0.0);
  let last = min(params.total, (z + 1u) * params.span);
  for (var step = z * params.span; step < last; step++) {
    let g = step / params.steps;
    let k = (step - g * params.steps) * DEPTH;
    let partA = blockA(g, m, k);
    let partB = blockB(g, k, n);
    c0 = fma(vec4f(partA[0].x), partB[0], c0);
    c0 = fma(vec4f(partA[1].x), partB[1], c0);
    c0 = fma(vec4f(partA[2].x), partB[2], c0);
    c0 = fma(vec4f(partA[3].x), partB[3], c0);
    c1 = fma(vec4f(partA[0].y), partB[0], c1);
    c1 = fma(vec4f(partA[1].y), partB[1], c1);
    c1 = fma(vec4f(partA[2].y), partB[2], c1);
    c1 = fma(vec4f(partA[3].y), partB[3], c1);
    c2 = fma(vec4f(partA[0].z), partB[0], c2);
    c2 = fma(vec4f(partA[1].z), partB[1], c2);
    c2 = fma(vec4f(partA[2].z), partB[2], c2);
    c2 = fma(vec4f(partA[3].z), partB[3], c2);
    c3 = fma(vec4f(partA[0].w), partB[0], c3);
    c3 = fma(vec4f(partA[1].w), partB[1], c3);
    c3 = fma(vec4f(partA[2].w), partB[2], c3);
    c3 = fma(vec4f(partA[3].w), partB[3], c3);
  }
  leave(z, m + 0u, n, c0);
  leave(z, m + 1u, n, c1);
  leave(z, m + 2u, n, c2);
  leave(z, m + 3u, n, c3);
}
