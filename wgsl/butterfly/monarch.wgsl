// monarch: products of the blocks of one factor of a Monarch matrix with rows of values; see monarch.wgsl in common.
//
// A workgroup of 8 x 8 invocations makes a tile of 64 x 64 of one block's product. It brings 64 x 16 values of a and
// 16 x 64 of b into workgroup memory, each invocation 4 x 4 of both.
//
// Uses: monarch.wgsl, tile.wgsl.

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
  let m0 = tiles % params.tilesM * 64u;
  let n0 = id % params.tilesN * 64u;
  let z = tiles / params.tilesM;
  let g = z % params.G;
  let part = z / params.G;
  // neighbours take what lies side by side in memory
  let alongA = WEIGHTS && !A_INTERLEAVED;
  let alongB = (WEIGHTS && !B_INTERLEAVED) || TRANSPOSED;
  let quadA = select(lid / 4u, lid % 16u, alongA);
  let depthA = select(lid % 4u, lid / 16u, alongA) * 4u;
  let quadB = select(lid / 4u, lid % 16u, alongB);
  let depthB = select(lid % 4u, lid / 16u, alongB) * 4u;
  var sums: Sums;
  let end = min(params.K, (part + 1u) * params.span);
  for (var k0 = part * params.span; k0 < end; k0 += DEPTH) {
    workgroupBarrier();
    for (var i = 0u; i < 4u; i++) {
      tileA[(depthA + i) * PITCH + quadA] = fourOfA(g, m0 + 4u * quadA, k0 + depthA + i);
      tileB[(depthB + i) * PITCH + quadB] = fourOfB(g, k0 + depthB + i, n0 + 4u * quadB);
    }
    workgroupBarrier();
    addTiles(&sums, lid);
  }
  leaveTile(z, m0 + lid / 8u * 8u, n0 + lid % 8u * 4u, sums);
}
