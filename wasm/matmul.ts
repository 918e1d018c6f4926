// The matrix product y = a b, by tiles of y. Blocks of a and b are first packed into panels of 4 rows of a and
// of 8 columns of b, filled up with zeros, so that the inner loop reads both in order and without edge cases.
import { madd } from './simd';

/** Rows and columns of y that are held in registers. */
const ROWS: i32 = 4;
const COLUMNS: i32 = 8;

/** Bytes of packed b that are gone through for one panel of a after the other: what stays in the first cache. */
const STRIP: i32 = 24576;

const NO_BIAS: i32 = 0;
const ROW_BIAS: i32 = 1;

// @ts-ignore: decorator
@inline function bytes(floats: i32): usize {
  return <usize>floats << 2;
}

/**
 * y[g] = sum over segments of a[g] b[g] (+ bias). An item is a tile of y: (split, g, tile row, tile column),
 * the last fastest. The sum over segments and blocks of K is cut into `splits` runs; y is [splits, G, M, N].
 * Distances are in floats. a is [M, K] or, transposed, [K, M]; b is [K, N] or [N, K].
 * biasKind: 0 none, 1 bias [M], 2 bias [N]; it enters as one more step of the sum, bias times one.
 * scratch: 32 + (tileM + tileN) (min(blockK, K) + 1) floats; tileM is a multiple of 4, tileN of 8.
 */
export function matmul(
  from: i32, to: i32, scratch: usize,
  y: usize, a: usize, b: usize, bias: usize, biasKind: i32,
  G: i32, M: i32, N: i32, K: i32, segments: i32, splits: i32,
  aBatch: i32, aSegment: i32, bBatch: i32, bSegment: i32, transposeA: bool, transposeB: bool,
  tileM: i32, tileN: i32, blockK: i32,
): void {
  const tilesM = (M + tileM - 1) / tileM;
  const tilesN = (N + tileN - 1) / tileN;
  const blocks = (K + blockK - 1) / blockK;
  const rounds = segments * blocks;
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
      const segment = round / blocks;
      const k0 = (round % blocks) * blockK;
      const steps = min(blockK, K - k0);
      const kind = round == 0 ? biasKind : NO_BIAS;
      const depth = kind == NO_BIAS ? steps : steps + 1;
      const fromA = a + bytes(g * aBatch + segment * aSegment + (transposeA ? k0 * M + m0 : m0 * K + k0));
      const fromB = b + bytes(g * bBatch + segment * bSegment + (transposeB ? n0 * K + k0 : k0 * N + n0));
      if (fromA != lastA) {
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
      multiplyTile(out, N, packedA, packedB, rows, columns, depth, round != first, scratch);
    }
  }
}

/** rows x columns of y, whose rows are N apart, from packed a and b. `edge` holds what sticks out of y. */
function multiplyTile(
  y: usize, N: i32, a: usize, b: usize, rows: i32, columns: i32, depth: i32, add: bool, edge: usize,
): void {
  const strip = COLUMNS * max(1, STRIP / (depth * COLUMNS * 4));
  for (let start = 0; start < columns; start += strip) {
    const stop = min(start + strip, columns);
    for (let i = 0; i < rows; i += ROWS) {
      const panel = a + bytes(i * depth);
      for (let j = start; j < stop; j += COLUMNS) {
        const at = y + bytes(i * N + j);
        if (i + ROWS <= rows && j + COLUMNS <= columns) {
          multiply(at, N, panel, b + bytes(j * depth), depth, add);
        } else {
          multiply(edge, COLUMNS, panel, b + bytes(j * depth), depth, false);
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

/** 4 x 8 of y, whose rows are N apart: sum of `depth` outer products of 4 values of a and 8 values of b. */
function multiply(y: usize, N: i32, a: usize, b: usize, depth: i32, add: bool): void {
  let y00 = f32x4.splat(0), y01 = y00, y10 = y00, y11 = y00, y20 = y00, y21 = y00, y30 = y00, y31 = y00;
  for (const end = b + bytes(depth * COLUMNS); b < end; b += COLUMNS * 4) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<f32>(a);
    y00 = madd(a0, b0, y00);
    y01 = madd(a0, b1, y01);
    const a1 = v128.load_splat<f32>(a, 4);
    y10 = madd(a1, b0, y10);
    y11 = madd(a1, b1, y11);
    const a2 = v128.load_splat<f32>(a, 8);
    y20 = madd(a2, b0, y20);
    y21 = madd(a2, b1, y21);
    const a3 = v128.load_splat<f32>(a, 12);
    y30 = madd(a3, b0, y30);
    y31 = madd(a3, b1, y31);
    a += ROWS * 4;
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

/**
 * Pack columns: `count` values side by side for each of `steps` rows, `stride` apart, into panels of `width`
 * columns and `depth` rows.
 */
function packColumns(
  packed: usize, source: usize, stride: i32, count: i32, width: i32, steps: i32, depth: i32,
): void {
  const panel = bytes(width * depth);
  for (let k = 0; k < steps; k++) {
    let to = packed + bytes(k * width);
    let at = source + bytes(k * stride);
    let i = 0;
    for (; i + width <= count; i += width) {
      v128.store(to, v128.load(at));
      if (width == COLUMNS) v128.store(to, v128.load(at, 16), 16);
      to += panel;
      at += bytes(width);
    }
    if (i < count) packFew(to, at, 1, count - i, width);
  }
}

/** Pack rows: `count` rows, `stride` apart, of `steps` values each, into panels of `width` rows. */
function packRows(packed: usize, source: usize, stride: i32, count: i32, width: i32, steps: i32, depth: i32): void {
  const row = bytes(stride);
  const step = bytes(width);
  for (let i = 0; i < count; i += width) {
    for (let half = 0; half < width; half += 4) {
      let to = packed + bytes(i * depth + half);
      let at = source + bytes((i + half) * stride);
      const valid = count - i - half;
      let k = 0;
      if (valid >= 4) {
        for (; k + 4 <= steps; k += 4) {
          const r0 = v128.load(at);
          const r1 = v128.load(at + row);
          const r2 = v128.load(at + 2 * row);
          const r3 = v128.load(at + 3 * row);
          const t0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
          const t1 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
          const t2 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
          const t3 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
          v128.store(to, i64x2.shuffle(t0, t2, 0, 2));
          v128.store(to + step, i64x2.shuffle(t0, t2, 1, 3));
          v128.store(to + 2 * step, i64x2.shuffle(t1, t3, 0, 2));
          v128.store(to + 3 * step, i64x2.shuffle(t1, t3, 1, 3));
          to += 4 * step;
          at += 16;
        }
      }
      for (; k < steps; k++) {
        packFew(to, at, stride, valid, 4);
        to += step;
        at += 4;
      }
    }
  }
}

/** `width` values of a panel, `stride` apart, of which those from `valid` on are zero. */
// @ts-ignore: decorator
@inline function packFew(packed: usize, source: usize, stride: i32, valid: i32, width: i32): void {
  for (let i = 0; i < width; i++) {
    store<f32>(packed + bytes(i), i < valid ? load<f32>(source + bytes(i * stride)) : 0);
  }
}

/** The last step of every panel: the bias, or ones where there is none on this side. */
function packBias(packed: usize, bias: usize, count: i32, width: i32, depth: i32): void {
  for (let i = 0; i < count; i += width) {
    const to = packed + bytes((i + width) * depth - width);
    for (let t = 0; t < width; t++) {
      store<f32>(to + bytes(t), bias == 0 ? 1 : i + t < count ? load<f32>(bias + bytes(i + t)) : 0);
    }
  }
}

/** y[i] = sum over s of parts[s, i], i < size; an item is 16 values. */
export function sumParts(from: i32, to: i32, _scratch: usize, y: usize, parts: usize, count: i32, size: i32): void {
  const row = bytes(size);
  for (let item = from; item < to; item++) {
    const i = 16 * item;
    let at = parts + bytes(i);
    const out = y + bytes(i);
    if (i + 16 <= size) {
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (let s = 0; s < count; s++) {
        s0 = f32x4.add(s0, v128.load(at));
        s1 = f32x4.add(s1, v128.load(at, 16));
        s2 = f32x4.add(s2, v128.load(at, 32));
        s3 = f32x4.add(s3, v128.load(at, 48));
        at += row;
      }
      v128.store(out, s0);
      v128.store(out, s1, 16);
      v128.store(out, s2, 32);
      v128.store(out, s3, 48);
    } else {
      for (let t = 0; i + t < size; t++) {
        let sum: f32 = 0;
        for (let s = 0; s < count; s++) sum += load<f32>(at + bytes(s * size + t));
        store<f32>(out + bytes(t), sum);
      }
    }
  }
}

/** y[i] = sum of row i of x, rows of L values; an item is a row. */
export function sumRows(from: i32, to: i32, _scratch: usize, y: usize, x: usize, L: i32): void {
  for (let i = from; i < to; i++) {
    let at = x + (<usize>i * L << 2);
    const end = at + bytes(L);
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (; at + 64 <= end; at += 64) {
      s0 = f32x4.add(s0, v128.load(at));
      s1 = f32x4.add(s1, v128.load(at, 16));
      s2 = f32x4.add(s2, v128.load(at, 32));
      s3 = f32x4.add(s3, v128.load(at, 48));
    }
    for (; at + 16 <= end; at += 16) s0 = f32x4.add(s0, v128.load(at));
    s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
    let sum = f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1);
    sum += f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3);
    for (; at < end; at += 4) sum += load<f32>(at);
    store<f32>(y + bytes(i), sum);
  }
}
