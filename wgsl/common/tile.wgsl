// A tile of 64 x 64 of a matrix product by a workgroup of 8 x 8 invocations, 64 x DEPTH values of a and DEPTH x 64 of b
// at a time in workgroup memory. An invocation holds 8 x 8 sums, two vec4 to a row, 32 columns apart so that stores are
// coalesced. Rows of tileA and tileB are 17 vec4 apart, so that stores of a column meet different banks.
//
// Uses: a function leave(z: u32, m: u32, n: u32, sum: vec4f) that writes four results. Workgroup memory: 8704 bytes.

const DEPTH = 16u;
const PITCH = 17u;

var<workgroup> tileA: array<vec4f, DEPTH * PITCH>;
var<workgroup> tileB: array<vec4f, DEPTH * PITCH>;

struct Sums {
  c0: vec4f, c1: vec4f, c2: vec4f, c3: vec4f, c4: vec4f, c5: vec4f, c6: vec4f, c7: vec4f,
  d0: vec4f, d1: vec4f, d2: vec4f, d3: vec4f, d4: vec4f, d5: vec4f, d6: vec4f, d7: vec4f,
}

/// Add the products of what is in workgroup memory. The remainders show the compiler that no index needs a check.
fn addTiles(sums: ptr<function, Sums>, lid: u32) {
  let row = lid / 8u % 8u;
  let column = lid % 8u;
  for (var k = 0u; k < DEPTH; k++) {
    let p = tileA[k * PITCH + 2u * row];
    let q = tileA[k * PITCH + 2u * row + 1u];
    let r = tileB[k * PITCH + column];
    let s = tileB[k * PITCH + column + 8u];
    (*sums).c0 = fma(vec4f(p.x), r, (*sums).c0);
    (*sums).d0 = fma(vec4f(p.x), s, (*sums).d0);
    (*sums).c1 = fma(vec4f(p.y), r, (*sums).c1);
    (*sums).d1 = fma(vec4f(p.y), s, (*sums).d1);
    (*sums).c2 = fma(vec4f(p.z), r, (*sums).c2);
    (*sums).d2 = fma(vec4f(p.z), s, (*sums).d2);
    (*sums).c3 = fma(vec4f(p.w), r, (*sums).c3);
    (*sums).d3 = fma(vec4f(p.w), s, (*sums).d3);
    (*sums).c4 = fma(vec4f(q.x), r, (*sums).c4);
    (*sums).d4 = fma(vec4f(q.x), s, (*sums).d4);
    (*sums).c5 = fma(vec4f(q.y), r, (*sums).c5);
    (*sums).d5 = fma(vec4f(q.y), s, (*sums).d5);
    (*sums).c6 = fma(vec4f(q.z), r, (*sums).c6);
    (*sums).d6 = fma(vec4f(q.z), s, (*sums).d6);
    (*sums).c7 = fma(vec4f(q.w), r, (*sums).c7);
    (*sums).d7 = fma(vec4f(q.w), s, (*sums).d7);
  }
}

/// Write the sums, of which the first belongs to entry [m, n] of product z.
fn leaveTile(z: u32, m: u32, n: u32, sums: Sums) {
  leave(z, m + 0u, n, sums.c0);
  leave(z, m + 0u, n + 32u, sums.d0);
  leave(z, m + 1u, n, sums.c1);
  leave(z, m + 1u, n + 32u, sums.d1);
  leave(z, m + 2u, n, sums.c2);
  leave(z, m + 2u, n + 32u, sums.d2);
  leave(z, m + 3u, n, sums.c3);
  leave(z, m + 3u, n + 32u, sums.d3);
  leave(z, m + 4u, n, sums.c4);
  leave(z, m + 4u, n + 32u, sums.d4);
  leave(z, m + 5u, n, sums.c5);
  leave(z, m + 5u, n + 32u, sums.d5);
  leave(z, m + 6u, n, sums.c6);
  leave(z, m + 6u, n + 32u, sums.d6);
  leave(z, m + 7u, n, sums.c7);
  leave(z, m + 7u, n + 32u, sums.d7);
}
