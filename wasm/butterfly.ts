// Levels of the butterfly transform; see reference/butterfly.ts. A level of R points has on its inner side the values
// x[(j m + t) P + p] and on its outer side X[(t R + k) P + p], with P points done and m R P = n:
//
//     X[(t R + k) P + p] = w[k, t] sum_j F[k, j] x[(j m + t) P + p],   w[k, t] = exp(-2 pi i k t / (m R))
//
// A column is one (row, t, p), c = t P + p within its row; on the inner side neighbouring columns are neighbours. Four
// columns at a time are brought to scratch as rows of eight real values, x and i x, so that the product by F is a real
// one of depth 2 R, for which the tiles of the matrix product serve.
import { multiply } from './matmul';
import { sum4 } from './part';
import { madd } from './simd';

/** Bytes of scratch: where four columns lie, packed factors, packed columns, results. */
const LANES: usize = 64;
const PANEL: usize = 2048;
const COLUMNS: usize = 1024;

/** Columns whose products are added before they go to f64, and bytes of a row of them. */
const RUN: i32 = 64;
const RUN_ROW: usize = 512;

let set: i32 = 0;
let rowStride: i32 = 0;
let n: i32 = 0;
let R: i32 = 0;
let P: i32 = 0;
let m: i32 = 0;
let L: i32 = 0;
let shift: usize = 3;
let inner: usize = 0;
let outer: usize = 0;
let twiddles: usize = 0;

/** Describe the level: the rows of one set of factors are `rowStride` apart, those of the inner side have L samples. */
function setLevel(
  innerSide: usize, outerSide: usize, table: usize, sets: i32, H: i32,
  points: i32, radix: i32, done: i32, samples: i32, real: bool,
): void {
  inner = innerSide;
  outer = outerSide;
  twiddles = table;
  rowStride = sets == 1 ? 1 : H;
  n = points;
  R = radix;
  P = done;
  m = points / (radix * done);
  L = samples;
  shift = real ? 2 : 3;
}

/** Write where the columns c .. c + 3 of the set lie; those from `valid` on count as the first, beyond all samples. */
function locate(lanes: usize, c: i32, valid: i32): void {
  // Both are powers of two.
  const widthLog = ctz(n / R), doneLog = ctz(P);
  for (let i = 0; i < 4; i++) {
    const column = i < valid ? c + i : c;
    const row = (column >> widthLog) * rowStride + set;
    const at = column & ((1 << widthLog) - 1);
    const t = at >> doneLog;
    store<usize>(lanes, inner + ((<usize>row * L + at) << shift));
    store<i32>(lanes, i < valid ? at : 1 << 30, 4);
    store<usize>(lanes, outer + ((<usize>row * n + t * (R - 1) * P + at) << 3), 8);
    store<usize>(lanes, twiddles + (<usize>t << 3), 12);
    lanes += 16;
  }
}

/** Products of two pairs of complex numbers. */
// @ts-ignore: decorator
@inline function product(v: v128, w: v128): v128 {
  return madd(turn(v), i32x4.shuffle(w, w, 1, 1, 3, 3), f32x4.mul(v, i32x4.shuffle(w, w, 0, 0, 2, 2)));
}

/** i v. */
// @ts-ignore: decorator
@inline function turn(v: v128): v128 {
  return v128.xor(i32x4.shuffle(v, v, 1, 0, 3, 2), i32x4(0x80000000, 0, 0x80000000, 0));
}

// @ts-ignore: decorator
@inline function conj(v: v128): v128 {
  return v128.xor(v, i32x4(0, 0x80000000, 0, 0x80000000));
}

/** Two complex values of the inner side; what lies beyond the samples is zero. */
// @ts-ignore: decorator
@inline function samples(a: usize, b: usize, hasA: bool, hasB: bool): v128 {
  let v = f32x4.splat(0);
  if (shift == 3) {
    if (hasA) v = v128.load64_zero(a);
    if (hasB) v = v128.load_lane<u64>(b, v, 1);
  } else {
    if (hasA) v = v128.load32_zero(a);
    if (hasB) v = v128.load_lane<u32>(b, v, 2);
  }
  return v;
}

/** Store four values at `to`, and i times them `turned` bytes further on. */
// @ts-ignore: decorator
@inline function put(to: usize, turned: usize, x0: v128, x1: v128): void {
  v128.store(to, x0);
  v128.store(to, x1, 16);
  v128.store(to + turned, turn(x0));
  v128.store(to + turned, turn(x1), 16);
}

/** Bring the inner side to `to`, rows `apart` bytes from each other, and i times it `turned` bytes further on. */
function packInner(to: usize, apart: usize, turned: usize, lanes: usize): void {
  let a = load<usize>(lanes), b = load<usize>(lanes, 16), c = load<usize>(lanes, 32), d = load<usize>(lanes, 48);
  let atA = load<i32>(lanes, 4), atB = load<i32>(lanes, 20), atC = load<i32>(lanes, 36), atD = load<i32>(lanes, 52);
  const width = n / R;
  const step = <usize>width << shift;
  const together = shift == 3 && b == a + 8 && c == a + 16 && d == a + 24;
  for (let j = 0; j < R; j++) {
    let x0: v128, x1: v128;
    if (together && atD < L) {
      x0 = v128.load(a);
      x1 = v128.load(a, 16);
    } else {
      x0 = samples(a, b, atA < L, atB < L);
      x1 = samples(c, d, atC < L, atD < L);
    }
    put(to, turned, x0, x1);
    to += apart;
    a += step;
    b += step;
    c += step;
    d += step;
    atA += width;
    atB += width;
    atC += width;
    atD += width;
  }
}

/** Bring the outer side without its twiddle factors to `to`; see {@link packInner}. */
function packOuter(to: usize, apart: usize, turned: usize, lanes: usize): void {
  let a = load<usize>(lanes, 8), b = load<usize>(lanes, 24), c = load<usize>(lanes, 40), d = load<usize>(lanes, 56);
  let wA = load<usize>(lanes, 12), wB = load<usize>(lanes, 28);
  let wC = load<usize>(lanes, 44), wD = load<usize>(lanes, 60);
  const step = <usize>P << 3;
  const wStep = <usize>m << 3;
  for (let k = 0; k < R; k++) {
    let x0 = v128.load_lane<u64>(b, v128.load64_zero(a), 1);
    let x1 = v128.load_lane<u64>(d, v128.load64_zero(c), 1);
    if (m > 1) {
      x0 = product(x0, conj(v128.load_lane<u64>(wB, v128.load64_zero(wA), 1)));
      x1 = product(x1, conj(v128.load_lane<u64>(wD, v128.load64_zero(wC), 1)));
    }
    put(to, turned, x0, x1);
    to += apart;
    a += step;
    b += step;
    c += step;
    d += step;
    wA += wStep;
    wB += wStep;
    wC += wStep;
    wD += wStep;
  }
}

/** Write rows of four columns to the outer side, with twiddle factors. */
function putOuter(y: usize, lanes: usize, valid: i32): void {
  let a = load<usize>(lanes, 8), b = load<usize>(lanes, 24), c = load<usize>(lanes, 40), d = load<usize>(lanes, 56);
  let wA = load<usize>(lanes, 12), wB = load<usize>(lanes, 28);
  let wC = load<usize>(lanes, 44), wD = load<usize>(lanes, 60);
  const step = <usize>P << 3;
  const wStep = <usize>m << 3;
  for (let k = 0; k < R; k++) {
    let y0 = v128.load(y);
    let y1 = v128.load(y, 16);
    if (m > 1) {
      y0 = product(y0, v128.load_lane<u64>(wB, v128.load64_zero(wA), 1));
      y1 = product(y1, v128.load_lane<u64>(wD, v128.load64_zero(wC), 1));
    }
    v128.store_lane<u64>(a, y0, 0);
    if (valid > 1) v128.store_lane<u64>(b, y0, 1);
    if (valid > 2) v128.store_lane<u64>(c, y1, 0);
    if (valid > 3) v128.store_lane<u64>(d, y1, 1);
    y += 32;
    a += step;
    b += step;
    c += step;
    d += step;
    wA += wStep;
    wB += wStep;
    wC += wStep;
    wD += wStep;
  }
}

/** Write rows of four columns to the inner side, as far as it has samples. */
function putInner(y: usize, lanes: usize): void {
  const width = n / R;
  for (let i = 0; i < 4; i++) {
    let to = load<usize>(lanes);
    let at = load<i32>(lanes, 4);
    let from = y;
    for (let j = 0; j < R && at < L; j++) {
      if (shift == 3) store<u64>(to, load<u64>(from));
      else store<f32>(to, load<f32>(from));
      to += <usize>width << shift;
      at += width;
      from += 32;
    }
    y += 8;
    lanes += 16;
  }
}

/** Panels of four rows of F, or of its conjugate transpose: real parts, then imaginary parts, column by column. */
function packFactor(panel: usize, factor: usize, adjoint: bool): void {
  for (let row = 0; row < (R + 3 & ~3); row++) {
    let to = panel + <usize>((row >> 2) * R * 32 + (row & 3) * 4);
    for (let j = 0; j < R; j++) {
      const at = factor + (<usize>(adjoint ? j * R + row : row * R + j) << 3);
      const im = row < R ? load<f32>(at, 4) : 0;
      store<f32>(to, row < R ? load<f32>(at) : 0);
      store<f32>(to, adjoint ? -im : im, 16);
      to += 32;
    }
  }
}

/**
 * One level of all rows, from its inner side [rows, L, 2] (or [rows, L] where real) to its outer side [rows, n, 2]; or,
 * adjoint, back by the conjugate transpose. An item is four columns of one set of factors; sets are 1 or H.
 */
export function butterflyLevel(
  from: i32, to: i32, scratch: usize,
  innerSide: usize, outerSide: usize, factor: usize, table: usize, sets: i32, H: i32, rows: i32,
  points: i32, radix: i32, done: i32, samples: i32, real: bool, adjoint: bool,
): void {
  setLevel(innerSide, outerSide, table, sets, H, points, radix, done, samples, real);
  const columns = (rows / sets) * (n / R);
  const groups = (columns + 3) >> 2;
  const panel = scratch + LANES, x = panel + PANEL, y = x + COLUMNS;
  let packed = -1;
  for (let item = from; item < to; item++) {
    set = item / groups;
    if (set != packed) packFactor(panel, factor + (<usize>(set * R * R) << 3), adjoint);
    packed = set;
    const c = (item % groups) << 2;
    const valid = min(4, columns - c);
    locate(scratch, c, valid);
    if (adjoint) packOuter(x, 64, 32, scratch);
    else packInner(x, 64, 32, scratch);
    for (let k = 0; k < R; k += 4) multiply(y + (k << 5), 8, panel + (k * R << 3), 4, 16, x, 2 * R, false);
    if (adjoint) putInner(y, scratch);
    else putOuter(y, scratch, valid);
  }
}

/**
 * dF[k, j] = sum over columns of conj(w[k, t]) dX[(t R + k) P + p] conj(x[(j m + t) P + p]), in parts of `chunk`
 * columns: [parts, sets, R, R, 2]. An item is one part of one set.
 */
export function butterflyFactor(
  from: i32, to: i32, scratch: usize,
  innerSide: usize, outerSide: usize, parts: usize, table: usize, sets: i32, H: i32, rows: i32,
  points: i32, radix: i32, done: i32, samples: i32, real: bool, chunk: i32,
): void {
  setLevel(innerSide, outerSide, table, sets, H, points, radix, done, samples, real);
  const columns = (rows / sets) * (n / R);
  const side = <usize>R * RUN_ROW;
  const g = scratch + LANES, x = g + 2 * side, sums = x + 2 * side;
  for (let item = from; item < to; item++) {
    set = item % sets;
    const end = min(columns, (item / sets + 1) * chunk);
    memory.fill(sums, 0, R * R << 4);
    for (let c = (item / sets) * chunk; c < end; c += RUN) {
      const run = min(RUN, end - c);
      for (let i = 0; i < run; i += 4) {
        locate(scratch, c + i, min(4, run - i));
        packInner(x + (i << 3), RUN_ROW, side, scratch);
        packOuter(g + (i << 3), RUN_ROW, side, scratch);
      }
      const bytes = <usize>(run + 3 & ~3) << 3;
      for (let k = 0; k < R; k += 2) {
        for (let j = 0; j < R; j += 2) addProducts(sums, g + k * RUN_ROW, x + j * RUN_ROW, side, bytes, k, j);
      }
    }
    const part = parts + (<usize>(item * R * R) << 3);
    for (let i = 0; i < 2 * R * R; i++) store<f32>(part + (i << 2), <f32>load<f64>(sums + (i << 3)));
  }
}

/** Add to sums[k .. k + 1, j .. j + 1] the products of rows of g with conjugates of rows of x. */
function addProducts(sums: usize, g: usize, x: usize, turned: usize, bytes: usize, k: i32, j: i32): void {
  let re00 = f32x4.splat(0), im00 = re00, re01 = re00, im01 = re00, re10 = re00, im10 = re00, re11 = re00, im11 = re00;
  for (const end = g + bytes; g < end; g += 16) {
    const g0 = v128.load(g);
    const g1 = v128.load(g, <usize>RUN_ROW);
    const x0 = v128.load(x);
    const x1 = v128.load(x, <usize>RUN_ROW);
    const ix0 = v128.load(x + turned);
    const ix1 = v128.load(x + turned, <usize>RUN_ROW);
    re00 = madd(g0, x0, re00);
    im00 = madd(g0, ix0, im00);
    re01 = madd(g0, x1, re01);
    im01 = madd(g0, ix1, im01);
    re10 = madd(g1, x0, re10);
    im10 = madd(g1, ix0, im10);
    re11 = madd(g1, x1, re11);
    im11 = madd(g1, ix1, im11);
    x += 16;
  }
  addSum(sums, k * R + j, re00, im00);
  addSum(sums, k * R + j + 1, re01, im01);
  addSum(sums, (k + 1) * R + j, re10, im10);
  addSum(sums, (k + 1) * R + j + 1, re11, im11);
}

// @ts-ignore: decorator
@inline function addSum(sums: usize, i: i32, re: v128, im: v128): void {
  const at = sums + (<usize>i << 4);
  store<f64>(at, load<f64>(at) + sum4(re));
  store<f64>(at, load<f64>(at, 8) + sum4(im), 8);
}
