// Passes of a discrete Fourier transform in order of frequency (Stockham): every pass reads one array and writes
// another. Complex numbers are stored as vectors: four real parts, then four imaginary parts.
//
// A pass over blocks of 4 m points at a stride of s takes x[s (p + j m) + q], j < 4, through a transform of four
// points, times exp(-2 pi i p j / 4 m), to y[s (4 p + j) + q]; p < m, q < s.

import { LEAF_TWIDDLES, dft4Columns } from './fft-leaf';
import { Factors, TWIDDLES, VECTOR, dft4 } from './fft-radix4';

/**
 * The first pass, s = 1, of points that are stored as pairs.
 *
 * @param w - lanes of the factors of four neighbouring p.
 */
export function firstPairs(x: usize, y: usize, points: usize, w: usize): void {
  first(true, x, y, points, w);
}

/** The first pass, s = 1, of points that are stored as vectors. */
export function firstVectors(x: usize, y: usize, points: usize, w: usize): void {
  first(false, x, y, points, w);
}

// @ts-ignore: decorator
@inline function first(pairs: bool, x: usize, y: usize, points: usize, w: usize): void {
  const far = points << 1;
  for (const end = x + far; x < end; x += VECTOR, y += 4 * VECTOR, w += LEAF_TWIDDLES) {
    const x1 = x + far, x2 = x1 + far, x3 = x2 + far;
    dft4Columns(
      false,
      real(pairs, x), imaginary(pairs, x),
      real(pairs, x1), imaginary(pairs, x1),
      real(pairs, x2), imaginary(pairs, x2),
      real(pairs, x3), imaginary(pairs, x3),
      w, y,
    );
  }
}

// @ts-ignore: decorator
@inline function real(pairs: bool, x: usize): v128 {
  return pairs ? v128.shuffle<f32>(v128.load(x), v128.load(x, 16), 0, 2, 4, 6) : v128.load(x);
}

// @ts-ignore: decorator
@inline function imaginary(pairs: bool, x: usize): v128 {
  return pairs ? v128.shuffle<f32>(v128.load(x), v128.load(x, 16), 1, 3, 5, 7) : v128.load(x, 16);
}

/**
 * A pass with s >= 4.
 *
 * @param s - bytes of s points.
 * @param w - exp(-2 pi i p / 4 m), its square and its cube for each p.
 */
export function pass4(x: usize, y: usize, s: usize, m: usize, w: usize): void {
  const far = m * s;
  for (const end = w + m * TWIDDLES; w < end; w += TWIDDLES) {
    const t1r = v128.load_splat<f32>(w), t1i = v128.load_splat<f32>(w, 4);
    const t2r = v128.load_splat<f32>(w, 8), t2i = v128.load_splat<f32>(w, 12);
    const t3r = v128.load_splat<f32>(w, 16), t3i = v128.load_splat<f32>(w, 20);
    for (const stop = x + s; x < stop; x += VECTOR, y += VECTOR) {
      dft4(Factors.Plain, x, far, y, s, t1r, t1i, t2r, t2i, t3r, t3i);
    }
    y += 3 * s;
  }
}

/** The last pass where the number of points is a power of four: m = 1, no factors. */
export function last4(x: usize, y: usize, s: usize): void {
  const no = f32x4.splat(0);
  for (const stop = x + s; x < stop; x += VECTOR, y += VECTOR) {
    dft4(Factors.None, x, s, y, s, no, no, no, no, no, no);
  }
}

/** The last pass, in place, where the number of points is twice a power of four: x and the s points after it. */
export function last2(x: usize, s: usize): void {
  for (const stop = x + s; x < stop; x += VECTOR) {
    const x1 = x + s;
    const ar = v128.load(x), ai = v128.load(x, 16);
    const br = v128.load(x1), bi = v128.load(x1, 16);
    v128.store(x, f32x4.add(ar, br));
    v128.store(x, f32x4.add(ai, bi), 16);
    v128.store(x1, f32x4.sub(ar, br));
    v128.store(x1, f32x4.sub(ai, bi), 16);
  }
}
