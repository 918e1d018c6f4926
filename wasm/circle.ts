// Circular convolutions of M real samples, M a power of two of at least 256.
//
// A polynomial modulo z^P - 1 is one modulo z^(P/2) + 1 and one modulo z^(P/2) - 1. The first, being real, is one of
// P / 4 complex points modulo z^(P/4) - i; the second is split again. So the spectrum is that of blocks of M / 4,
// M / 8, .., 32 points, and of a rest of 64, in all M / 2 + 32 points.

import { readAhead } from './ahead';
import { Task } from './fft-leaf';
import { blockTask, setPlan, tableEnd } from './fft';

/** Samples of the rest, which is transformed as so many complex points. */
const REST: i32 = 64;
/** Lines of the rows that come next that are read after each block. */
const BLOCK_LINES: usize = 6;

/** Bytes of a spectrum of M samples, and of a workspace. */
export function circleBytes(M: i32): usize {
  return (<usize>((M + REST) / 2)) << 3;
}

/**
 * One task on a circle of M samples, of which two levels are split off: modulo z^(M/2) + 1 and z^(M/4) + 1 as M / 4 and
 * M / 8 points, which begin the workspace, modulo z^(M/4) - 1 as a row. They are the result of tasks with an inverse
 * and destroyed by the others.
 *
 * @param table - of each block the factors that setPlan takes, padded to 128 bytes.
 * @param a - and b, c, s: spectra, see Task.
 */
export function circleTask(
  task: i32,
  M: i32,
  row: usize,
  work: usize,
  table: usize,
  a: usize,
  b: usize,
  c: usize,
  s: usize,
): void {
  const forward = task != Task.Product && task != Task.Inverse;
  let at: usize = 0, P = M;
  for (; P > REST; P >>= 1) {
    const n = P >> 2;
    if (forward && P <= M >> 2) fold(row, work + at, <usize>P);
    table = runBlock(task, n, work + at, table, a + at, b + at, c + at, s + at);
    at += <usize>n << 3;
    readAhead(BLOCK_LINES);
  }
  const rest = work + at, bytes = <usize>REST << 2;
  for (let i: usize = 0; forward && i < bytes; i += 16) {
    v128.store(rest + 2 * i, v128.load(row + i));
    v128.store(rest + 2 * i, f32x4.splat(0), 16);
  }
  runBlock(task, REST, rest, table, a + at, b + at, c + at, s + at);
  if (task == Task.Spectrum || task == Task.GradientSum) return;
  for (let i: usize = 0; i < bytes; i += 16) v128.store(row + i, v128.load(rest + 2 * i));
  for (P = 2 * REST; P <= M >> 2; P <<= 1) {
    at -= <usize>P << 1;
    unfold(row, work + at, <usize>P);
  }
}

/** @returns the table of the next block. */
function runBlock(task: i32, n: i32, x: usize, table: usize, a: usize, b: usize, c: usize, s: usize): usize {
  setPlan(n, 1 + (ctz(n) & 1), table);
  blockTask(task, x, a, b, c, s);
  return tableEnd();
}

/** Modulo z^(P/2) + 1 to the block, modulo z^(P/2) - 1 to the first half of the row. */
function fold(row: usize, block: usize, P: usize): void {
  for (const end = row + P; row < end; row += 16, block += 32) {
    const x0 = v128.load(row), x1 = v128.load(row + P), x2 = v128.load(row + 2 * P), x3 = v128.load(row + 3 * P);
    v128.store(block, f32x4.sub(x0, x2));
    v128.store(block, f32x4.sub(x1, x3), 16);
    v128.store(row, f32x4.add(x0, x2));
    v128.store(row + P, f32x4.add(x1, x3));
  }
}

/** Undo {@link fold}, times 2. */
function unfold(row: usize, block: usize, P: usize): void {
  for (const end = row + P; row < end; row += 16, block += 32) {
    const re = v128.load(block), im = v128.load(block, 16), x0 = v128.load(row), x1 = v128.load(row + P);
    v128.store(row, f32x4.add(x0, re));
    v128.store(row + P, f32x4.add(x1, im));
    v128.store(row + 2 * P, f32x4.sub(x0, re));
    v128.store(row + 3 * P, f32x4.sub(x1, im));
  }
}

/** Multiply a spectrum by real weights, four for each vector. */
export function weigh(spectrum: usize, weights: usize, bytes: usize): void {
  for (const end = spectrum + bytes; spectrum < end; spectrum += 32, weights += 16) {
    const w = v128.load(weights);
    v128.store(spectrum, f32x4.mul(w, v128.load(spectrum)));
    v128.store(spectrum, f32x4.mul(w, v128.load(spectrum, 16)), 16);
  }
}
