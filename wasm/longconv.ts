// Long convolution and its gradient. An item is one feature and one part of the batch.

import {
  convolve,
  gradient,
  gradientSum,
  inverse,
  product,
  setPlan,
  spectrum,
  spectrumBytes,
  spectrumComplex,
} from './fft';
import { madd } from './simd';

/** Bytes of a row that are summed in f32. */
const DOT_BLOCK: usize = 2048;

/**
 * y[b, c H + h] = k[c, h] convolved with u[b, h] (+ D[c, h] u[b, h]).
 * Item h parts + part has feature h and the batch rows of one part.
 *
 * @param scratch - 2 spectra, or C + 2 where C > 1, and two rows of n.
 * @param D - address, or 0.
 * @param table - see setPlan.
 */
export function longconv(
  from: i32,
  to: i32,
  scratch: usize,
  u: usize,
  k: usize,
  D: usize,
  y: usize,
  table: usize,
  n: i32,
  radix: i32,
  B: i32,
  H: i32,
  L: i32,
  C: i32,
  K: i32,
  bidirectional: i32,
  parts: i32,
): void {
  setPlan(n, radix, table);
  const stage = scratch, work = stage + (<usize>n << 3), kSpectra = work + spectrumBytes();
  const uSpectrum = kSpectra + <usize>C * spectrumBytes();
  const perPart = (B + parts - 1) / parts;
  for (let item = from; item < to; item++) {
    const h = item / parts, first = (item % parts) * perPart;
    const last = min(first + perPart, B);
    kernelSpectra(k, kSpectra, stage, work, n, H, h, C, K, bidirectional);
    for (let b = first; b < last; b++) {
      const row = staged(u + (<usize>(b * H + h) * L << 2), stage, L, n);
      if (C > 1) spectrum(row, work, uSpectrum, 1);
      for (let c = 0; c < C; c++) {
        const out = y + (<usize>((b * C + c) * H + h) * L << 2);
        const to = L == n ? out : stage + (<usize>n << 2);
        const kSpectrum = kSpectra + <usize>c * spectrumBytes();
        const skip = D ? row : 0, d = D ? load<f32>(D + (<usize>(c * H + h) << 2)) : 0;
        if (C > 1) product(uSpectrum, kSpectrum, work, to, skip, d);
        else convolve(row, work, kSpectrum, to, skip, d);
        if (L != n) memory.copy(out, to, <usize>L << 2);
      }
    }
  }
}

/**
 * The transpose of longconv in u, k and D. dk and dD get one sum for each part of the batch.
 *
 * @param scratch - 2 C + 3 spectra and two rows of n.
 * @param dD - address, or 0 like D.
 */
export function longconvVjp(
  from: i32,
  to: i32,
  scratch: usize,
  u: usize,
  k: usize,
  D: usize,
  dy: usize,
  du: usize,
  dk: usize,
  dD: usize,
  table: usize,
  n: i32,
  radix: i32,
  B: i32,
  H: i32,
  L: i32,
  C: i32,
  K: i32,
  bidirectional: i32,
  parts: i32,
): void {
  setPlan(n, radix, table);
  const bytes = spectrumBytes();
  const stage = scratch, out = stage + (<usize>n << 2), work = out + (<usize>n << 2);
  const uSpectrum = work + bytes, duSpectrum = uSpectrum + bytes;
  const kSpectra = duSpectrum + bytes, sums = kSpectra + <usize>C * bytes;
  const perPart = (B + parts - 1) / parts;
  const channels = C << bidirectional;
  for (let item = from; item < to; item++) {
    const h = item / parts, part = item % parts;
    const first = part * perPart, last = min(first + perPart, B);
    kernelSpectra(k, kSpectra, stage, work, n, H, h, C, K, bidirectional);
    memory.fill(sums, 0, <usize>C * bytes);
    if (D) {
      for (let c = 0; c < C; c++) store<f32>(dD + (<usize>((part * C + c) * H + h) << 2), 0);
    }
    for (let b = first; b < last; b++) {
      const x = u + (<usize>(b * H + h) * L << 2), dx = du + (<usize>(b * H + h) * L << 2);
      const result = L == n ? dx : out;
      spectrum(staged(x, stage, L, n), work, uSpectrum, 1);
      if (C > 1) memory.fill(duSpectrum, 0, bytes);
      for (let c = 0; c < C; c++) {
        const row = staged(dy + (<usize>((b * C + c) * H + h) * L << 2), stage, L, n);
        const kSpectrum = kSpectra + <usize>c * bytes, sum = sums + <usize>c * bytes;
        const d = D ? load<f32>(D + (<usize>(c * H + h) << 2)) : 0;
        if (C > 1) gradientSum(row, work, kSpectrum, uSpectrum, sum, duSpectrum);
        else gradient(row, work, kSpectrum, uSpectrum, sum, result, D ? row : 0, d);
      }
      if (C > 1) inverse(duSpectrum, work, 1, result, 0);
      if (L != n) memory.copy(dx, result, <usize>L << 2);
      if (D) {
        for (let c = 0; c < C; c++) {
          const dyRow = dy + (<usize>((b * C + c) * H + h) * L << 2), at = <usize>(c * H + h) << 2;
          const sum = dD + (<usize>(part * C * H) << 2) + at;
          store<f32>(sum, load<f32>(sum) + dot(x, dyRow, L));
          if (C > 1) addScaled(dx, dyRow, load<f32>(D + at), L);
        }
      }
    }
    for (let c = 0; c < C; c++) {
      inverse(sums + <usize>c * bytes, work, <f32>1 / <f32>n, out, bidirectional ? stage : 0);
      const rows = dk + (<usize>((part * channels + c) * H + h) * K << 2);
      memory.copy(rows, out, <usize>K << 2);
      if (bidirectional) reversedNegative(stage + (<usize>(n - K) << 2), rows + (<usize>(C * H) * K << 2), K);
    }
  }
}

/** Spectra of the kernels of feature h, over n. A kernel that looks ahead by s + 1 is -i times sample n - 1 - s. */
function kernelSpectra(
  k: usize,
  spectra: usize,
  stage: usize,
  work: usize,
  n: i32,
  H: i32,
  h: i32,
  C: i32,
  K: i32,
  bidirectional: i32,
): void {
  const scale = <f32>1 / <f32>n;
  const ahead = stage + (<usize>n << 2);
  for (let c = 0; c < C; c++) {
    const taps = k + (<usize>(c * H + h) * K << 2);
    const to = spectra + <usize>c * spectrumBytes();
    const row = staged(taps, stage, K, n);
    if (bidirectional) {
      memory.fill(ahead, 0, <usize>(n - K) << 2);
      reversedNegative(taps + (<usize>(C * H) * K << 2), ahead + (<usize>(n - K) << 2), K);
      spectrumComplex(row, ahead, work, to, scale);
    } else {
      spectrum(row, work, to, scale);
    }
  }
}

/** The row itself if it has n samples, else a copy followed by zeros. */
function staged(row: usize, stage: usize, length: i32, n: i32): usize {
  if (length == n) return row;
  memory.copy(stage, row, <usize>length << 2);
  memory.fill(stage + (<usize>length << 2), 0, <usize>(n - length) << 2);
  return stage;
}

/** to[i] = -from[length - 1 - i]. */
function reversedNegative(from: usize, to: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    store<f32>(to + (<usize>i << 2), -load<f32>(from + (<usize>(length - 1 - i) << 2)));
  }
}

/** x += d v. */
function addScaled(x: usize, v: usize, d: f32, length: i32): void {
  const scale = f32x4.splat(d);
  const bytes = <usize>length << 2, whole = bytes & ~15;
  for (let i: usize = 0; i < whole; i += 16) v128.store(x + i, madd(scale, v128.load(v + i), v128.load(x + i)));
  for (let i = whole; i < bytes; i += 4) store<f32>(x + i, load<f32>(x + i) + d * load<f32>(v + i));
}

/** Sum of x y: blocks in f32, the sum of blocks in f64. */
function dot(x: usize, y: usize, length: i32): f32 {
  const bytes = <usize>length << 2, whole = bytes & ~31;
  let sum: f64 = 0, i: usize = 0;
  while (i < whole) {
    let s0 = f32x4.splat(0), s1 = s0;
    for (const end = min(i + DOT_BLOCK, whole); i < end; i += 32) {
      s0 = madd(v128.load(x + i), v128.load(y + i), s0);
      s1 = madd(v128.load(x + i, 16), v128.load(y + i, 16), s1);
    }
    s0 = f32x4.add(s0, s1);
    sum += f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1);
    sum += f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3);
  }
  for (; i < bytes; i += 4) sum += load<f32>(x + i) * load<f32>(y + i);
  return <f32>sum;
}
