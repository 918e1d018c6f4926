// Transforms of real rows whose products are linear convolutions.
//
// A row of n samples is a polynomial u(z) modulo z^n - i, and its spectrum the n values at the roots
// exp(2 pi i (j + 1/4) / n). With u and k real, the product u k modulo z^n - i is low + i high: samples
// 0 .. n - 1 of the linear convolution are its real part. So a row needs n complex points and no zeros, and is
// independent of all other rows. Powers z^-s are -i z^(n-s), which puts kernels that look ahead into the
// imaginary part. The roots have modulus 1, so the conjugate of a spectrum is that of the row reversed in time.
//
// n = r 16 4^levels. The modulus is split as z^(4q) - t^4 = prod_j (z^q - t i^j), depth first: a block and all
// its parts are transformed, multiplied and transformed back before the next, so that work stays in cache.

import { readAhead } from './ahead';
import { firstComplex, firstReal, lastImaginary, lastReal } from './fft-ends';
import { LEAF_TWIDDLES, Task, convolveLowLeaf, forwardLeaf, inverseLeaf, startInverse } from './fft-leaf';
import { TWIDDLES, VECTOR, forward2, forward4, inverse2, inverse4 } from './fft-radix4';

/** Blocks up to this many points are done level by level. */
const CACHED: usize = 4096;
/** Blocks of fewer points are not worth a walk of their own. */
const ALONE: usize = 256;

let points: usize = 0;
let radix: usize = 0;
let ends: usize = 0;
let levels: usize = 0;
let leaves: usize = 0;
let a: usize = 0;
let b: usize = 0;
let c: usize = 0;
let s: usize = 0;
let factor: f32 = 1;

/**
 * Choose the length of the following transforms.
 *
 * @param n - points, r 16 4^levels.
 * @param r - radix of the first pass.
 * @param table - twiddle factors: of the first pass [r, r, 2]; of each level's blocks [blocks, 6]; of the
 *   leaves [n / 16, 32]. Each part begins at a multiple of 128 bytes.
 */
export function setPlan(n: i32, r: i32, table: usize): void {
  points = n;
  radix = r;
  ends = table;
  levels = table + padded(radix * radix << 3);
  // Levels have radix, 4 radix, .., points / 16 blocks.
  leaves = levels + padded(((points >> 2) - radix) / 3 * TWIDDLES);
}

// @ts-ignore: decorator
@inline function padded(bytes: usize): usize {
  return (bytes + 127) & ~127;
}

/** Where the table of setPlan ends. */
export function tableEnd(): usize {
  return leaves + padded((points >> 4) * LEAF_TWIDDLES);
}

/** Bytes of one row's spectrum, and of the workspace of a transform. */
export function spectrumBytes(): usize {
  return points << 3;
}

/** s = spectrum of a row, times scale. */
export function spectrum(row: usize, work: usize, spectrum: usize, scale: f32): void {
  firstReal(row, work, radix, points / radix, ends);
  s = spectrum;
  factor = scale;
  walkAll(work, Task.Spectrum);
}

/** s = spectrum of row + i imRow, times scale. */
export function spectrumComplex(row: usize, imRow: usize, work: usize, spectrum: usize, scale: f32): void {
  firstComplex(row, imRow, work, radix, points / radix, ends);
  s = spectrum;
  factor = scale;
  walkAll(work, Task.Spectrum);
}

/** out = row convolved with the signal of spectrum k, and d skip added unless skip is 0. */
export function convolve(row: usize, work: usize, k: usize, out: usize, skip: usize, d: f32): void {
  firstReal(row, work, radix, points / radix, ends);
  a = k;
  walkAll(work, Task.Convolve);
  lastReal(work, out, radix, points / radix, ends, skip, d);
}

/** out = convolution of the signals of two spectra, and d skip added unless skip is 0. */
export function product(x: usize, k: usize, work: usize, out: usize, skip: usize, d: f32): void {
  a = k;
  b = x;
  walkAll(work, Task.Product);
  lastReal(work, out, radix, points / radix, ends, skip, d);
}

/**
 * sum += row correlated with the signal of spectrum x; out = row correlated with that of k, and d skip added unless
 * skip is 0.
 */
export function gradient(
  row: usize,
  work: usize,
  k: usize,
  x: usize,
  sum: usize,
  out: usize,
  skip: usize,
  d: f32,
): void {
  firstReal(row, work, radix, points / radix, ends);
  a = k;
  b = x;
  s = sum;
  walkAll(work, Task.Gradient);
  lastReal(work, out, radix, points / radix, ends, skip, d);
}

/** sum += row correlated with the signal of x; kSum += row correlated with that of k; all are spectra. */
export function gradientSum(row: usize, work: usize, k: usize, x: usize, sum: usize, kSum: usize): void {
  firstReal(row, work, radix, points / radix, ends);
  a = k;
  b = x;
  c = kSum;
  s = sum;
  walkAll(work, Task.GradientSum);
}

/** out = real part of the inverse of a spectrum, times scale n; and its imaginary part if imOut is not 0. */
export function inverse(spectrum: usize, work: usize, scale: f32, out: usize, imOut: usize): void {
  a = spectrum;
  factor = scale;
  walkAll(work, Task.Inverse);
  lastReal(work, out, radix, points / radix, ends, 0, 0);
  if (imOut) lastImaginary(work, imOut, radix, points / radix, ends);
}

/**
 * One task on a block of complex points modulo z^n - c of radix 1 or 2, where the block is x and the spectra are those
 * that the task reads and writes; factors are those of a table whose first turn is that of c.
 */
export function blockTask(task: i32, x: usize, first: usize, second: usize, third: usize, sum: usize): void {
  a = first;
  b = second;
  c = third;
  s = sum;
  factor = 1;
  if (radix == 2 && hasForward(task)) forward2(x, points << 2, ends + 8);
  walkAll(x, task);
  if (radix == 2 && hasInverse(task)) inverse2(x, points << 2, ends + 8);
}

function walkAll(work: usize, task: i32): void {
  const m = points / radix;
  if (m < ALONE) return walkCached(task, work, work + (points << 3), levels, radix, 0, m);
  for (let j: usize = 0; j < radix; j++) walk(task, work + j * (m << 3), levels, radix, j, m);
}

/**
 * Transform one block of size points, do the task on its spectrum and transform back.
 *
 * @param w - twiddle factors of the level's blocks, of which this is one.
 */
function walk(task: i32, x: usize, w: usize, blocks: usize, block: usize, size: usize): void {
  if (size <= CACHED) return walkCached(task, x, x + (size << 3), w, blocks, block, size);
  const q = size << 1;
  if (hasForward(task)) forward4(x, x + 4 * q, q, w + block * TWIDDLES);
  for (let j: usize = 0; j < 4; j++) {
    walk(task, x + j * q, w + blocks * TWIDDLES, blocks << 2, (block << 2) + j, size >> 2);
  }
  if (hasInverse(task)) inverse4(x, x + 4 * q, q, w + block * TWIDDLES);
}

/** {@link walk} of all blocks up to `end`, of which the first is that at x, level by level. */
function walkCached(task: i32, x: usize, end: usize, w: usize, blocks: usize, block: usize, size: usize): void {
  // With three lines for each 256 points of a pass, a row is read ahead by the time another is transformed.
  const lines = ((end - x) * 3) >> 11;
  let q = size << 1;
  for (; q >= VECTOR; q >>= 2) {
    if (hasForward(task)) {
      forward4(x, end, q, w + block * TWIDDLES);
      readAhead(lines);
    }
    w += blocks * TWIDDLES;
    blocks <<= 2;
    block <<= 2;
  }
  runLeaf(task, x, end, block >> 2);
  if (!hasInverse(task)) return;
  for (q = VECTOR; q <= size << 1; q <<= 2) {
    blocks >>= 2;
    block >>= 2;
    w -= blocks * TWIDDLES;
    inverse4(x, end, q, w + block * TWIDDLES);
    readAhead(lines);
  }
}

/** The last level of the points up to end, of which the first are leaf number index; the task; and back. */
function runLeaf(task: i32, x: usize, end: usize, index: usize): void {
  const at = index << 7, w = leaves + index * LEAF_TWIDDLES, scale = f32x4.splat(factor);
  switch (task) {
    case Task.Spectrum:
      return forwardLeaf(Task.Spectrum, x, end, w, 0, 0, 0, s + at, scale);
    case Task.Convolve:
      forwardLeaf(Task.Convolve, x, end, w, a + at, 0, 0, 0, scale);
      break;
    case Task.Gradient:
      forwardLeaf(Task.Gradient, x, end, w, a + at, b + at, 0, s + at, scale);
      break;
    case Task.GradientSum:
      return forwardLeaf(Task.GradientSum, x, end, w, a + at, b + at, c + at, s + at, scale);
    case Task.ConvolveLow:
      return convolveLowLeaf(x, end, w, a + at);
    case Task.Product:
      startInverse(Task.Product, x, end, a + at, b + at, scale);
      break;
    default:
      startInverse(Task.Inverse, x, end, a + at, 0, scale);
  }
  inverseLeaf(x, end, w);
}

// @ts-ignore: decorator
@inline function hasForward(task: i32): boolean {
  return task != Task.Product && task != Task.Inverse;
}

// @ts-ignore: decorator
@inline function hasInverse(task: i32): boolean {
  return task != Task.Spectrum && task != Task.GradientSum;
}
