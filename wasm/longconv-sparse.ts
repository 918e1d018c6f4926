// Long convolution with low-pass kernels, at a slower rate: an item is one feature and one part of the batch.
//
// Rows of L samples pass a filter and lose every second sample, `halvings` times. The convolution is then circular over
// M = 2L / 2^halvings samples, of which a row fills about half. Weights undo the filters in the spectrum and are zero
// outside of the low bins. The filters' transposes bring results back.

import { expectAfter, gainsAhead, readAhead } from './ahead';
import { circleBytes, circleTask, weigh } from './circle';
import { Task } from './fft-leaf';
import { PAD, REACH, halve, halveSplit, interpolate, joinCircle } from './halve';
import { addScaled, dot, multiply } from './rows';

/** Lines that are read ahead beside those of the transforms, there and back. */
const MORE_LINES: usize = 8;

let L: usize = 0;
let halvings: i32 = 0;
let M: i32 = 0;
let taps: usize = 0;
let table: usize = 0;
let weights: usize = 0;
let other: usize = 0;
let spare: usize = 0;
let edges: usize = 0;
let circle: usize = 0;
let work: usize = 0;
let left: usize = 0;
let right: usize = 0;

// @ts-ignore: decorator
@inline function rowBytes(samples: usize): usize {
  return (samples + 2 * PAD) << 2;
}

/** Sizes and workspaces of the following. @returns end of the workspaces. */
function setUp(scratch: usize, length: i32, times: i32, filter: usize, factors: usize, response: usize): usize {
  L = length;
  halvings = times;
  M = 2 * length >> times;
  taps = filter;
  table = factors;
  weights = response;
  other = scratch + (PAD << 2);
  spare = other + rowBytes(L);
  edges = spare + rowBytes(L) - (PAD << 2);
  circle = edges + (PAD << 4);
  work = circle + <usize>M;
  memory.fill(edges, 0, PAD << 4);
  return work + circleBytes(M);
}

/**
 * A row of `length` samples, times a gate unless that is 0, for {@link toCircle}.
 *
 * @param stage - a row, which is used where needed.
 * @returns address of L samples.
 */
function source(row: usize, gate: usize, stage: usize, length: usize): usize {
  if (!gate && length == L) {
    const bytes = PAD << 2, last = row + (L << 2) - bytes;
    left = edges + bytes;
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(left + i, v128.load(row + i));
      v128.store(left + bytes + i, v128.load(last + i));
    }
    right = edges + 3 * bytes - (L << 2);
    return row;
  }
  memory.fill(stage - (PAD << 2), 0, PAD << 2);
  if (gate) multiply(row, gate, stage, length << 2);
  else memory.copy(stage, row, length << 2);
  memory.fill(stage + (length << 2), 0, (L - length + PAD) << 2);
  left = right = stage;
  return stage;
}

/** The row that {@link source} returned last, at the slower rate, on the circle. */
function toCircle(x: usize): void {
  let from = x, to = other, n = L;
  for (let i = 1; i < halvings; i++) {
    halve(from, left, right, to, n, taps);
    from = left = right = to;
    to = to == other ? spare : other;
    n >>= 1;
  }
  halveSplit(from, left, right, work, circle, n, taps);
}

/** The L samples at x from what is on the circle at the slower rate. */
function fromCircle(x: usize): void {
  let n = L >> halvings, from = other;
  joinCircle(work, circle, from, M);
  for (let i = halvings - 1; i >= 0; i--) {
    const to = i == 0 ? x : from == other ? spare : other;
    n <<= 1;
    interpolate(from, to, n, taps, i == 0 ? 0 : REACH);
    from = to;
  }
}

// @ts-ignore: decorator
@inline function run(task: i32, a: usize, b: usize, c: usize, s: usize): void {
  circleTask(task, M, circle, work, table, a, b, c, s);
}

/** Spectra of the kernels of feature h, weighted. */
function spectra(k: usize, to: usize, stage: usize, H: i32, h: i32, C: i32, K: i32): void {
  const bytes = circleBytes(M);
  for (let c = 0; c < C; c++) {
    toCircle(source(k + (<usize>(c * H + h) * K << 2), 0, stage, K));
    const spectrum = to + <usize>c * bytes;
    run(Task.Spectrum, 0, 0, 0, spectrum);
    weigh(spectrum, weights, bytes);
  }
}

/**
 * y[b, c H + h] = postgate (the low-pass of k[c, h] convolved with x + D[c, h] x), x = pregate u[b, h].
 *
 * @param scratch - see sparseScratch in src/wasm/longconv-sparse.ts.
 * @param D - address, or 0, like the gates.
 */
export function longconvSparse(
  from: i32,
  to: i32,
  scratch: usize,
  u: usize,
  k: usize,
  D: usize,
  pregate: usize,
  postgate: usize,
  y: usize,
  table: usize,
  weights: usize,
  taps: usize,
  halvings: i32,
  B: i32,
  H: i32,
  L: i32,
  C: i32,
  K: i32,
  parts: i32,
): void {
  const stage = setUp(scratch, L, halvings, taps, table, weights) + (PAD << 2);
  const kSpectra = stage + rowBytes(L), bytes = circleBytes(M), uSpectrum = kSpectra + <usize>C * bytes;
  const perPart = (B + parts - 1) / parts, row = <usize>L << 2;
  const ahead = C == 1 && gainsAhead(L);
  for (let item = from; item < to; item++) {
    const h = item / parts, first = (item % parts) * perPart, last = min(first + perPart, B);
    spectra(k, kSpectra, stage, H, h, C, K);
    for (let b = first; b < last; b++) {
      const at = <usize>(b * H + h) * row;
      if (ahead) expectAfter(b, last, item, to, perPart, parts, H, L, u, y, y, K == L ? k : 0);
      const x = source(u + at, pregate ? pregate + at : 0, stage, L);
      toCircle(x);
      readAhead(MORE_LINES);
      if (C > 1) run(Task.Spectrum, 0, 0, 0, uSpectrum);
      for (let c = 0; c < C; c++) {
        const yAt = <usize>((b * C + c) * H + h) * row;
        const kSpectrum = kSpectra + <usize>c * bytes;
        if (C > 1) run(Task.Product, kSpectrum, uSpectrum, 0, 0);
        else run(Task.ConvolveLow, kSpectrum, 0, 0, 0);
        readAhead(MORE_LINES);
        const result = y + yAt;
        fromCircle(result);
        if (D) addScaled(result, x, load<f32>(D + (<usize>(c * H + h) << 2)), row);
        if (postgate) multiply(result, postgate + yAt, result, row);
      }
    }
  }
}

/** The transpose of {@link longconvSparse}; see longconvVjp. */
export function longconvSparseVjp(
  from: i32,
  to: i32,
  scratch: usize,
  u: usize,
  k: usize,
  D: usize,
  pregate: usize,
  postgate: usize,
  dy: usize,
  du: usize,
  dk: usize,
  dD: usize,
  dPregate: usize,
  dPostgate: usize,
  table: usize,
  weights: usize,
  taps: usize,
  halvings: i32,
  B: i32,
  H: i32,
  L: i32,
  C: i32,
  K: i32,
  parts: i32,
): void {
  const stage = setUp(scratch, L, halvings, taps, table, weights) + (PAD << 2), z = stage + rowBytes(L);
  const dzStage = z + rowBytes(L), kSpectra = dzStage + rowBytes(L);
  const bytes = circleBytes(M), sums = kSpectra + <usize>C * bytes;
  const uSpectrum = sums + <usize>C * bytes, duSpectrum = uSpectrum + bytes;
  const perPart = (B + parts - 1) / parts, row = <usize>L << 2;
  const ahead = C == 1 && gainsAhead(L);
  for (let item = from; item < to; item++) {
    const h = item / parts, part = item % parts, first = part * perPart, last = min(first + perPart, B);
    spectra(k, kSpectra, stage, H, h, C, K);
    memory.fill(sums, 0, <usize>C * bytes);
    if (D) {
      for (let c = 0; c < C; c++) store<f32>(dD + (<usize>((part * C + c) * H + h) << 2), 0);
    }
    for (let b = first; b < last; b++) {
      const at = <usize>(b * H + h) * row, dx = du + at;
      if (ahead) expectAfter(b, last, item, to, perPart, parts, H, L, u, dy, du, 0);
      const x = source(u + at, pregate ? pregate + at : 0, stage, L);
      toCircle(x);
      run(Task.Spectrum, 0, 0, 0, uSpectrum);
      memory.fill(duSpectrum, 0, bytes);
      memory.fill(dx, 0, row);
      for (let c = 0; c < C; c++) {
        const yAt = <usize>((b * C + c) * H + h) * row, cAt = <usize>(c * H + h) << 2;
        const kSpectrum = kSpectra + <usize>c * bytes;
        const d = D ? load<f32>(D + cAt) : 0;
        if (postgate) {
          run(Task.Product, kSpectrum, uSpectrum, 0, 0);
          fromCircle(z);
          if (D) addScaled(z, x, d, row);
          multiply(z, dy + yAt, dPostgate + yAt, row);
        }
        const dz = source(dy + yAt, postgate ? postgate + yAt : 0, dzStage, L);
        toCircle(dz);
        run(Task.GradientSum, kSpectrum, uSpectrum, duSpectrum, sums + <usize>c * bytes);
        if (D) {
          const sum = dD + (<usize>(part * C * H) << 2) + cAt;
          store<f32>(sum, <f32>(load<f32>(sum) + dot(x, dz, row)));
          addScaled(dx, dz, d, row);
        }
      }
      run(Task.Inverse, duSpectrum, 0, 0, 0);
      fromCircle(z);
      addScaled(dx, z, 1, row);
      if (pregate) {
        multiply(dx, u + at, dPregate + at, row);
        multiply(dx, pregate + at, dx, row);
      }
    }
    for (let c = 0; c < C; c++) {
      const sum = sums + <usize>c * bytes;
      weigh(sum, weights, bytes);
      run(Task.Inverse, sum, 0, 0, 0);
      fromCircle(z);
      memory.copy(dk + (<usize>((part * C + c) * H + h) * K << 2), z, <usize>K << 2);
    }
  }
}
