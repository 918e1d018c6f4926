// transpose: x [G, M, N] -> y [G, N, M].
//
// A workgroup of TILE x 8 invocations moves one tile of TILE x TILE through workgroup memory, so that loads and stores
// are both coalesced; the spare column keeps the banks apart. count = G tilesM tilesN.
//
// Workgroup memory: 4 TILE (TILE + 1) bytes.

struct Params { count: u32, M: u32, N: u32, tilesM: u32, tilesN: u32 }

const TILE = 32u;
override WG: u32 = 8u * TILE;

var<workgroup> tile: array<f32, TILE * (TILE + 1u)>;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  if (id >= params.count) { return; }
  let start = id / (params.tilesM * params.tilesN) * params.M * params.N;
  let m0 = (id / params.tilesN) % params.tilesM * TILE;
  let n0 = id % params.tilesN * TILE;
  let column = lid % TILE;
  for (var row = lid / TILE; row < TILE; row += WG / TILE) {
    if (m0 + row < params.M && n0 + column < params.N) {
      tile[row * (TILE + 1u) + column] = x[start + (m0 + row) * params.N + n0 + column];
    }
  }
  workgroupBarrier();
  for (var row = lid / TILE; row < TILE; row += WG / TILE) {
    if (n0 + row < params.N && m0 + column < params.M) {
      y[start + (n0 + row) * params.M + m0 + column] = tile[column * (TILE + 1u) + row];
    }
  }
}
