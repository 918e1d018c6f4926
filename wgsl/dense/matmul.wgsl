// matmul: a [G, M, K] or [M, K], b [G, K, N] or [K, N], bias -> y [G, M, N] = op(a) op(b) + bias, or, where the sum
// over all G is wanted, partial sums of it, [count / (tilesM tilesN), M, N].
//
// A workgroup of 8 x 8 invocations makes a tile of 64 x 64. It brings 64 x 16 entries of op(a) and 16 x 64 of op(b)
// into workgroup memory, each invocation 4 x 4 of both, turned in registers where the matrix is stored the other way
// round.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, matrix-1.wgsl or matrix-4.wgsl, blocks.wgsl, tile.wgsl.

struct Params {
  M: u32, N: u32, K: u32,
  strideA: u32, strideB: u32,
  tilesM: u32, tilesN: u32,
  steps: u32, span: u32, total: u32,
  count: u32,
}

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
  let n0 = id % params.tilesN * 64u;
  let m0 = id / params.tilesN % params.tilesM * 64u;
  let z = id / params.tilesN / params.tilesM;
  // neighbours take what lies side by side in memory
  let quadA = select(lid / 4u, lid % 16u, TRANSPOSE_A);
  let depthA = select(lid % 4u, lid / 16u, TRANSPOSE_A) * 4u;
  let quadB = select(lid % 16u, lid / 4u, TRANSPOSE_B);
  let depthB = select(lid / 16u, lid % 4u, TRANSPOSE_B) * 4u;
  var sums: Sums;
  let last = min(params.total, (z + 1u) * params.span);
  for (var step = z * params.span; step < last; step++) {
    let g = step / params.steps;
    let k0 = (step - g * params.steps) * DEPTH;
    let partA = blockA(g, m0 + 4u * quadA, k0 + depthA);
    let partB = blockB(g, k0 + depthB, n0 + 4u * quadB);
    workgroupBarrier();
    for (var i = 0u; i < 4u; i++) {
      tileA[(depthA + i) * PITCH + quadA] = partA[i];
      tileB[(depthB + i) * PITCH + quadB] = partB[i];
    }
    workgroupBarrier();
    addTiles(&sums, lid);
  }
  leaveTile(z, m0 + lid / 8u * 8u, n0 + lid % 8u * 4u, sums);
}
