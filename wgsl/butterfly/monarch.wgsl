// monarch: products of the blocks of one factor of a Monarch matrix with rows of values; see monarch.wgsl in common.
//
// A workgroup of 8 x 8 invocations makes a tile of 64 x 64 of one block's product. It brings 64 x 16 values of a and
// 16 x 64 of b into workgroup memory, each invocation 4 x 4 of both. An invocation holds 8 x 8 sums. Rows are 17 vec4
// apart, so that stores of a column meet different banks.
//
// Uses: monarch.wgsl. Workgroup memory: 8704 bytes.

struct Params {
  G: u32, M: u32, N: u32, K: u32,
  aLength: u32, bLength: u32, yLength: u32,
  tilesM: u32, tilesN: u32,
  span: u32,
  count: u32, // workgroups
}

const DEPTH = 16u;
const PITCH = 17u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

var<workgroup> tileA: array<vec4f, DEPTH * PITCH>;
var<workgroup> tileB: array<vec4f, DEPTH * PITCH>;

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
  let g = tiles / params.tilesM % params.G;
  let part = tiles / params.tilesM / params.G;
  // neighbours take what lies side by side in memory
  let alongA = WEIGHTS && !A_INTERLEAVED;
  let alongB = (WEIGHTS && !B_INTERLEAVED) || TRANSPOSED;
  let quadA = select(lid / 4u, lid % 16u, alongA);
  let depthA = select(lid % 4u, lid / 16u, alongA) * 4u;
  let quadB = select(lid / 4u, lid % 16u, alongB);
  let depthB = select(lid % 4u, lid / 16u, alongB) * 4u;
  let row = lid / 8u;
  let column = lid % 8u;
  var c0 = vec4f(0.0);
  var d0 = vec4f(0.0);
  var c1 = vec4f(0.0);
  var d1 = vec4f(0.0);
  var c2 = vec4f(0.0);
  var d2 = vec4f(0.0);
  var c3 = vec4f(0.0);
  var d3 = vec4f(0.0);
  var c4 = vec4f(0.0);
  var d4 = vec4f(0.0);
  var c5 = vec4f(0.0);
  var d5 = vec4f(0.0);
  var c6 = vec4f(0.0);
  var d6 = vec4f(0.0);
  var c7 = vec4f(0.0);
  var d7 = vec4f(0.0);
  let end = min(params.K, (part + 1u) * params.span);
  for (var k0 = part * params.span; k0 < end; k0 += DEPTH) {
    workgroupBarrier();
    for (var i = 0u; i < 4u; i++) {
      tileA[(depthA + i) * PITCH + quadA] = fourOfA(g, m0 + 4u * quadA, k0 + depthA + i);
      tileB[(depthB + i) * PITCH + quadB] = fourOfB(g, k0 + depthB + i, n0 + 4u * quadB);
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let p = tileA[k * PITCH + 2u * row];
      let q = tileA[k * PITCH + 2u * row + 1u];
      let r = tileB[k * PITCH + column];
      let s = tileB[k * PITCH + column + 8u];
      c0 = fma(vec4f(p.x), r, c0);
      d0 = fma(vec4f(p.x), s, d0);
      c1 = fma(vec4f(p.y), r, c1);
      d1 = fma(vec4f(p.y), s, d1);
      c2 = fma(vec4f(p.z), r, c2);
      d2 = fma(vec4f(p.z), s, d2);
      c3 = fma(vec4f(p.w), r, c3);
      d3 = fma(vec4f(p.w), s, d3);
      c4 = fma(vec4f(q.x), r, c4);
      d4 = fma(vec4f(q.x), s, d4);
      c5 = fma(vec4f(q.y), r, c5);
      d5 = fma(vec4f(q.y), s, d5);
      c6 = fma(vec4f(q.z), r, c6);
      d6 = fma(vec4f(q.z), s, d6);
      c7 = fma(vec4f(q.w), r, c7);
      d7 = fma(vec4f(q.w), s, d7);
    }
  }
  let m = m0 + 8u * row;
  let n = n0 + 4u * column;
  leave(part, g, m + 0u, n, c0);
  leave(part, g, m + 0u, n + 32u, d0);
  leave(part, g, m + 1u, n, c1);
  leave(part, g, m + 1u, n + 32u, d1);
  leave(part, g, m + 2u, n, c2);
  leave(part, g, m + 2u, n + 32u, d2);
  leave(part, g, m + 3u, n, c3);
  leave(part, g, m + 3u, n + 32u, d3);
  leave(part, g, m + 4u, n, c4);
  leave(part, g, m + 4u, n + 32u, d4);
  leave(part, g, m + 5u, n, c5);
  leave(part, g, m + 5u, n + 32u, d5);
  leave(part, g, m + 6u, n, c6);
  leave(part, g, m + 6u, n + 32u, d6);
  leave(part, g, m + 7u, n, c7);
  leave(part, g, m + 7u, n + 32u, d7);
}
