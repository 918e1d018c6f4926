// Discrete Fourier transforms of complex points, in order of frequency, for any number of points. The inverse is the
// same transform with real and imaginary parts exchanged, before and after.

import { firstPairs, firstVectors, last2, last4, pass4 } from './dft-radix4';
import { TWIDDLES, VECTOR, mulIm, mulRe } from './fft-radix4';

/**
 * X[f] = sum_j x[j] exp(-2 pi i j f / points).
 *
 * @param pairs - whether x holds pairs of real and imaginary part, or vectors of four.
 * @param x - may be b.
 * @param a - workspace, and b too: 8 bytes for each point.
 * @param points - a power of two, at least 16.
 * @param table - twiddle factors of each pass: of the first in vectors, lanes of w, w^2 and w^3 for each four p; of
 *   the others w, w^2 and w^3 for each p.
 * @returns where X is, as vectors: a or b.
 */
export function dft(pairs: bool, x: usize, a: usize, b: usize, points: usize, table: usize): usize {
  if (pairs) firstPairs(x, a, points, table);
  else firstVectors(x, a, points, table);
  let m = points >> 2, s = VECTOR, w = table;
  let from = a, to = b;
  while (m >= 4) {
    w += m * TWIDDLES;
    m >>= 2;
    if (m == 1) last4(from, to, s);
    else pass4(from, to, s, m, w);
    const read = from;
    from = to;
    to = read;
    s <<= 2;
  }
  if (m == 2) last2(from, s);
  return from;
}

/**
 * The same for any number of points by Bluestein's algorithm: with c[j] = exp(-pi i j^2 / points) the transform is
 * X[f] = c[f] sum_j (x[j] c[j]) conj(c[f - j]), a convolution, done with transforms of `size` points.
 *
 * @param x - vectors, zeros up to a whole vector; overwritten. It is b.
 * @param size - a power of two, at least 2 points - 1 and 16.
 * @param table - twiddle factors of `size` points.
 * @param chirp - c up to a whole vector, zeros after it, then the transform of conj(c) over size.
 * @returns where X is, as vectors: a or b.
 */
export function chirpDft(a: usize, b: usize, points: usize, size: usize, table: usize, chirp: usize): usize {
  const bytes = ((points + 3) >> 2) * VECTOR, all = size << 3;
  multiply(b, bytes, chirp);
  memory.fill(b + bytes, 0, all - bytes);
  const Y = dft(false, b, a, b, size, table);
  multiplyExchanged(Y, all, chirp + bytes);
  const y = dft(false, Y, a + b - Y, Y, size, table);
  exchangeMultiply(y, bytes, chirp);
  return y;
}

/** x = x w. */
function multiply(x: usize, bytes: usize, w: usize): void {
  for (const end = x + bytes; x < end; x += VECTOR, w += VECTOR) {
    const re = v128.load(x), im = v128.load(x, 16), tr = v128.load(w), ti = v128.load(w, 16);
    v128.store(x, mulRe(re, im, tr, ti));
    v128.store(x, mulIm(re, im, tr, ti), 16);
  }
}

/** x = exchange(x w). */
function multiplyExchanged(x: usize, bytes: usize, w: usize): void {
  for (const end = x + bytes; x < end; x += VECTOR, w += VECTOR) {
    const re = v128.load(x), im = v128.load(x, 16), tr = v128.load(w), ti = v128.load(w, 16);
    v128.store(x, mulIm(re, im, tr, ti));
    v128.store(x, mulRe(re, im, tr, ti), 16);
  }
}

/** x = exchange(x) w. */
function exchangeMultiply(x: usize, bytes: usize, w: usize): void {
  for (const end = x + bytes; x < end; x += VECTOR, w += VECTOR) {
    const im = v128.load(x), re = v128.load(x, 16), tr = v128.load(w), ti = v128.load(w, 16);
    v128.store(x, mulRe(re, im, tr, ti));
    v128.store(x, mulIm(re, im, tr, ti), 16);
  }
}
