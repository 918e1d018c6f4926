// matmul: a [G, M, K] or [M, K], b [G, K, N] or [K, N], bias -> y [G, M, N] = op(a) op(b) + bias, or, where the sum over
// all G is wanted, partial sums of it, [count / (tilesM tilesN), M, N].
//
// A workgroup of 8 x 8 invocations makes a tile of 64 x 64. It brings 64 x 16 entries of op(a) and 16 x 64 of op(b)
// into workgroup memory, each invocation 4 x 4 of both, turned in registers where the matrix is stored the other way
// round. An invocation holds 8 x 8 sums, two vec4 side by side 32 columns apart so that stores are coalesced. Rows
// are 17 vec4 apart, so that stores of a column meet different banks.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, matrix-1.wgsl or matrix-4.wgsl, blocks.wgsl. Workgroup memory: 8704 bytes.

struct Params {
  M: u32, N: u32, K: u32,
  strideA: u32, strideB: u32,
  tilesM: u32, tilesN: u32,
  steps: u32, span: u32, total: u32,
  count: u32,
}

const DEPTH = 16u;
const PITCH = 17u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read> b: array<elem>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<elem>;

var<workgroup> tileA: array<vec4f, DEPTH * PITCH>;
var<workgroup> tileB: array<vec4f, DEPTH * PITCH>;

fn store(z: u32, m: u32, n: u32, sum: vec4f) {
  storeY(z * params.M * params.N, m, n, params.M, params.N, sum + biasAt(m, n));
}

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
  store(z, m + 0u, n, c0);
  store(z, m + 0u, n + 32u, d0);
  store(z, m + 1u, n, c1);
  store(z, m + 1u, n + 32u, d1);
  store(z, m + 2u, n, c2);
  store(z, m + 2u, n + 32u, d2);
  store(z, m + 3u, n, c3);
  store(z, m + 3u, n + 32u, d3);
  store(z, m + 4u, n, c4);
  store(z, m + 4u, n + 32u, d4);
  store(z, m + 5u, n, c5);
  store(z, m + 5u, n + 32u, d5);
  store(z, m + 6u, n, c6);
  store(z, m + 6u, n + 32u, d6);
  store(z, m + 7u, n, c7);
  store(z, m + 7u, n + 32u, d7);
}
