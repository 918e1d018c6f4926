// The matrix product y = a b, by tiles of y. Blocks of a and b are first packed into panels of 4 rows of a and
// of 8 columns of b, filled up with zeros, so that the inner loop reads both in order and without edge cases.
import { COLUMNS, ROWS, bytes, packBias, packColumns, packRows } from './matmul-pack';
import { madd } from './simd';

/** Bytes of packed b that every panel of a meets before the next ones: they stay in the first-level cache. */
const STRIP: i32 = 24576;

/** Up to these sizes of b, rows of a are read where they lie: each is used too seldom to be worth packing. */
const FEW_COLUMNS: i32 = 256;
const SHORT_ROWS: i32 = 256;

const NO_BIAS: i32 = 0;
const ROW_BIAS: i32 = 1;

/**
 * y[g] = sum over t < terms of a[g, t] b[g, t] (+ bias). a[g, t] is [M, K] or, transposed, [K, M], and lies
 * g aBatch + t aTerm floats from a; likewise b, [K, N] or [N, K].
 * The sum over the terms and their blocks of K is cut into `splits` runs, summed apart: y is [splits, G, M, N].
 * An item is a tile of y, (split, g, tile row, tile column), the last fastest.
 * biasKind: 0 none, 1 bias [M], 2 bias [N]; it enters as one more step of the sum, bias times one. terms is then 1.
 * scratch: 32 + (tileM + tileN) (min(blockK, K) + 1) floats; tileM is a multiple of 4, tileN of 8.
 */
export function matmul(
  from: i32, to: i32, scratch: usize,
  y: usize, a: usize, b: usize, bias: usize, biasKind: i32,
  G: i32, M: i32, N: i32, K: i32, terms: i32, splits: i32,
  aBatch: i32, aTerm: i32, bBatch: i32, bTerm: i32, transposeA: bool, transposeB: bool,
  tileM: i32, tileN: i32, blockK: i32,
): void {
  const tilesM = (M + tileM - 1) / tileM;
  const tilesN = (N + tileN - 1) / tileN;
  const blocks = (K + blockK - 1) / blockK;
  const rounds = terms * blocks;
  const packedA = scratch + bytes(ROWS * COLUMNS);
  const packedB = packedA + bytes(tileM * (min(blockK, K) + 1));
  let lastA: usize = 0;
  let lastB: usize = 0;
  for (let item = from; item < to; item++) {
    const n0 = (item % tilesN) * tileN;
    const m0 = ((item / tilesN) % tilesM) * tileM;
    const matrix = item / (tilesN * tilesM);
    const g = matrix % G;
    const split = matrix / G;
    const rows = min(tileM, M - m0);
    const columns = min(tileN, N - n0);
    const out = y + (((<usize>matrix * M + m0) * N + n0) << 2);
    const first = (split * rounds) / splits;
    const end = ((split + 1) * rounds) / splits;
    for (let round = first; round < end; round++) {
      const term = round / blocks;
      const k0 = (round % blocks) * blockK;
      const steps = min(blockK, K - k0);
      const kind = round == 0 ? biasKind : NO_BIAS;
      const depth = kind == NO_BIAS ? steps : steps + 1;
      const fromA = a + bytes(g * aBatch + term * aTerm + (transposeA ? k0 * M + m0 : m0 * K + k0));
      const fromB = b + bytes(g * bBatch + term * bTerm + (transposeB ? n0 * K + k0 : k0 * N + n0));
      const inPlace = !transposeA && kind == NO_BIAS && rows % ROWS == 0 && N <= FEW_COLUMNS && K <= SHORT_ROWS;
      if (!inPlace && fromA != lastA) {
        if (transposeA) packColumns(packedA, fromA, M, rows, ROWS, steps, depth);
        else packRows(packedA, fromA, K, rows, ROWS, steps, depth);
        if (kind != NO_BIAS) packBias(packedA, kind == ROW_BIAS ? bias + bytes(m0) : 0, rows, ROWS, depth);
        lastA = fromA;
      }
      if (fromB != lastB) {
        if (transposeB) packRows(packedB, fromB, K, columns, COLUMNS, steps, depth);
        else packColumns(packedB, fromB, N, columns, COLUMNS, steps, depth);
        if (kind != NO_BIAS) packBias(packedB, kind == ROW_BIAS ? 0 : bias + bytes(n0), columns, COLUMNS, depth);
        lastB = fromB;
      }
      const panelsA = inPlace ? fromA : packedA;
      multiplyTile(out, N, panelsA, inPlace ? K : 0, packedB, rows, columns, depth, round != first, scratch);
    }
  }
}

/**
 * rows x columns of y, whose rows are N apart, from packed b and from a: packed, or, where `stride` is not 0, rows
 * that lie `stride` apart. `edge` holds what sticks out of y.
 */
export function multiplyTile(
  y: usize, N: i32, a: usize, stride: i32, b: usize,
  rows: i32, columns: i32, depth: i32, add: bool, edge: usize,
): void {
  const apart = stride == 0 ? 4 : bytes(stride);
  const next: usize = stride == 0 ? ROWS * 4 : 4;
  const strip = COLUMNS * max(1, STRIP / (depth * COLUMNS * 4));
  for (let start = 0; start < columns; start += strip) {
    const stop = min(start + strip, columns);
    for (let i = 0; i < rows; i += ROWS) {
      const panel = a + bytes(i * (stride == 0 ? depth : stride));
      for (let j = start; j < stop; j += COLUMNS) {
        const at = y + bytes(i * N + j);
        const columnPanel = b + bytes(j * depth);
        if (i + ROWS <= rows && j + COLUMNS <= columns) {
          multiply(at, N, panel, apart, next, columnPanel, depth, add);
        } else {
          multiply(edge, COLUMNS, panel, apart, next, columnPanel, depth, false);
          copyEdge(at, N, edge, min(ROWS, rows - i), min(COLUMNS, columns - j), add);
        }
      }
    }
  }
}

function copyEdge(y: usize, N: i32, edge: usize, rows: i32, columns: i32, add: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = y + bytes(i * N + j);
      const sum = load<f32>(edge + bytes(i * COLUMNS + j));
      store<f32>(at, add ? load<f32>(at) + sum : sum);
    }
  }
}

/**
 * 4 x 8 of y, whose rows are N apart: sum of `depth` outer products of 4 values of a, `apart` bytes from each other
 * and `next` bytes from those of the next product, and 8 values of b.
 */
export function multiply(y: usize, N: i32, a: usize, apart: usize, next: usize, b: usize, depth: i32, add: bool): void {
  let y00 = f32x4.splat(0), y01 = y00, y10 = y00, y11 = y00, y20 = y00, y21 = y00, y30 = y00, y31 = y00;
  let second = a + apart, third = second + apart, fourth = third + apart;
  for (const end = b + bytes(depth * COLUMNS); b < end; b += COLUMNS * 4) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<f32>(a);
    y00 = madd(a0, b0, y00);
    y01 = madd(a0, b1, y01);
    const a1 = v128.load_splat<f32>(second);
    y10 = madd(a1, b0, y10);
    y11 = madd(a1, b1, y11);
    const a2 = v128.load_splat<f32>(third);
    y20 = madd(a2, b0, y20);
    y21 = madd(a2, b1, y21);
    const a3 = v128.load_splat<f32>(fourth);
    y30 = madd(a3, b0, y30);
    y31 = madd(a3, b1, y31);
    a += next;
    second += next;
    third += next;
    fourth += next;
  }
  const row = bytes(N);
  putRow(y, y00, y01, add);
  putRow(y + row, y10, y11, add);
  putRow(y + 2 * row, y20, y21, add);
  putRow(y + 3 * row, y30, y31, add);
}

// @ts-ignore: decorator
@inline function putRow(y: usize, left: v128, right: v128, add: bool): void {
  if (add) {
    left = f32x4.add(v128.load(y), left);
    right = f32x4.add(v128.load(y, 16), right);
  }
  v128.store(y, left);
  v128.store(y, right, 16);
}
