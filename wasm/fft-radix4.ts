// Radix-4 passes over complex numbers stored as vectors: four real parts, then four imaginary parts.

import { madd, nmadd } from './simd';

// The real and imaginary part of a b, and of a conj(b).

// @ts-ignore: decorator
@inline export function mulRe(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return nmadd(ai, bi, f32x4.mul(ar, br));
}

// @ts-ignore: decorator
@inline export function mulIm(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return madd(ai, br, f32x4.mul(ar, bi));
}

// @ts-ignore: decorator
@inline export function mulConjRe(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return madd(ai, bi, f32x4.mul(ar, br));
}

// @ts-ignore: decorator
@inline export function mulConjIm(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return nmadd(ar, bi, f32x4.mul(ai, br));
}

/** Bytes of the twiddle factors of one block. */
export const TWIDDLES: usize = 24;
/** Bytes of four complex numbers. */
export const VECTOR: usize = 32;

/**
 * Split the polynomial of each block, modulo z^(4q) - t^4, into its residues modulo z^q - t i^j, j = 0..3.
 *
 * @param x - the blocks, up to end; residue j replaces quarter j.
 * @param q - bytes of a quarter.
 * @param w - t, t^2 and t^3 of each block, real and imaginary parts.
 */
export function forward4(x: usize, end: usize, q: usize, w: usize): void {
  if (q == VECTOR) {
    for (; x < end; x += 4 * VECTOR, w += TWIDDLES) {
      const t1r = v128.load_splat<f32>(w), t1i = v128.load_splat<f32>(w, 4);
      const t2r = v128.load_splat<f32>(w, 8), t2i = v128.load_splat<f32>(w, 12);
      const t3r = v128.load_splat<f32>(w, 16), t3i = v128.load_splat<f32>(w, 20);
      forwardStep(x, VECTOR, t1r, t1i, t2r, t2i, t3r, t3i);
    }
    return;
  }
  for (; x < end; x += 3 * q, w += TWIDDLES) {
    const t1r = v128.load_splat<f32>(w), t1i = v128.load_splat<f32>(w, 4);
    const t2r = v128.load_splat<f32>(w, 8), t2i = v128.load_splat<f32>(w, 12);
    const t3r = v128.load_splat<f32>(w, 16), t3i = v128.load_splat<f32>(w, 20);
    for (const stop = x + q; x < stop; x += VECTOR) forwardStep(x, q, t1r, t1i, t2r, t2i, t3r, t3i);
  }
}

/**
 * Split a polynomial modulo z^(2q) - t^2 into its residues modulo z^q - t and z^q + t.
 *
 * @param half - bytes of a half.
 * @param w - t, real and imaginary part.
 */
export function forward2(x: usize, half: usize, w: usize): void {
  const tr = v128.load_splat<f32>(w), ti = v128.load_splat<f32>(w, 4);
  for (const end = x + half; x < end; x += VECTOR) {
    const ar = v128.load(x), ai = v128.load(x, 16);
    const br = v128.load(x + half), bi = v128.load(x + half, 16);
    const pr = mulRe(br, bi, tr, ti), pi = mulIm(br, bi, tr, ti);
    v128.store(x, f32x4.add(ar, pr));
    v128.store(x, f32x4.add(ai, pi), 16);
    v128.store(x + half, f32x4.sub(ar, pr));
    v128.store(x + half, f32x4.sub(ai, pi), 16);
  }
}

/** Undo {@link forward2}, times 2. */
export function inverse2(x: usize, half: usize, w: usize): void {
  const tr = v128.load_splat<f32>(w), ti = v128.load_splat<f32>(w, 4);
  for (const end = x + half; x < end; x += VECTOR) {
    const ar = v128.load(x), ai = v128.load(x, 16);
    const br = v128.load(x + half), bi = v128.load(x + half, 16);
    v128.store(x, f32x4.add(ar, br));
    v128.store(x, f32x4.add(ai, bi), 16);
    const pr = f32x4.sub(ar, br), pi = f32x4.sub(ai, bi);
    v128.store(x + half, mulConjRe(pr, pi, tr, ti));
    v128.store(x + half, mulConjIm(pr, pi, tr, ti), 16);
  }
}

/** Undo {@link forward4}, times 4. */
export function inverse4(x: usize, end: usize, q: usize, w: usize): void {
  if (q == VECTOR) {
    for (; x < end; x += 4 * VECTOR, w += TWIDDLES) {
      const t1r = v128.load_splat<f32>(w), t1i = v128.load_splat<f32>(w, 4);
      const t2r = v128.load_splat<f32>(w, 8), t2i = v128.load_splat<f32>(w, 12);
      const t3r = v128.load_splat<f32>(w, 16), t3i = v128.load_splat<f32>(w, 20);
      dft4(Factors.Conjugate, x, VECTOR, x, VECTOR, t1r, t1i, t2r, t2i, t3r, t3i);
    }
    return;
  }
  for (; x < end; x += 3 * q, w += TWIDDLES) {
    const t1r = v128.load_splat<f32>(w), t1i = v128.load_splat<f32>(w, 4);
    const t2r = v128.load_splat<f32>(w, 8), t2i = v128.load_splat<f32>(w, 12);
    const t3r = v128.load_splat<f32>(w, 16), t3i = v128.load_splat<f32>(w, 20);
    for (const stop = x + q; x < stop; x += VECTOR) dft4(Factors.Conjugate, x, q, x, q, t1r, t1i, t2r, t2i, t3r, t3i);
  }
}

// @ts-ignore: decorator
@inline
function forwardStep(
  x: usize,
  q: usize,
  t1r: v128,
  t1i: v128,
  t2r: v128,
  t2i: v128,
  t3r: v128,
  t3i: v128,
): void {
  const x1 = x + q, x2 = x1 + q, x3 = x2 + q;
  const ar = v128.load(x), ai = v128.load(x, 16);
  const cr = v128.load(x2), ci = v128.load(x2, 16);
  const pr = mulRe(cr, ci, t2r, t2i), pi = mulIm(cr, ci, t2r, t2i);
  const er = f32x4.add(ar, pr), ei = f32x4.add(ai, pi);
  const fr = f32x4.sub(ar, pr), fi = f32x4.sub(ai, pi);
  const br = v128.load(x1), bi = v128.load(x1, 16);
  const qr = mulRe(br, bi, t1r, t1i), qi = mulIm(br, bi, t1r, t1i);
  const dr = v128.load(x3), di = v128.load(x3, 16);
  const sr = mulRe(dr, di, t3r, t3i), si = mulIm(dr, di, t3r, t3i);
  const gr = f32x4.add(qr, sr), gi = f32x4.add(qi, si);
  const hr = f32x4.sub(qr, sr), hi = f32x4.sub(qi, si);
  v128.store(x, f32x4.add(er, gr));
  v128.store(x, f32x4.add(ei, gi), 16);
  v128.store(x1, f32x4.sub(fr, hi));
  v128.store(x1, f32x4.add(fi, hr), 16);
  v128.store(x2, f32x4.sub(er, gr));
  v128.store(x2, f32x4.sub(ei, gi), 16);
  v128.store(x3, f32x4.add(fr, hi));
  v128.store(x3, f32x4.sub(fi, hr), 16);
}

/** What {@link dft4} does with t, t^2 and t^3. */
export namespace Factors {
  /** There are none. */
  export const None: i32 = 0;
  export const Plain: i32 = 1;
  export const Conjugate: i32 = 2;
}

/**
 * The transform of four points, y[j] = t^j sum_k (-i)^(j k) x[k]. It may be in place.
 *
 * @param q - bytes from one x to the next.
 * @param s - bytes from one y to the next.
 */
// @ts-ignore: decorator
@inline
export function dft4(
  factors: i32,
  x: usize,
  q: usize,
  y: usize,
  s: usize,
  t1r: v128,
  t1i: v128,
  t2r: v128,
  t2i: v128,
  t3r: v128,
  t3i: v128,
): void {
  const x1 = x + q, x2 = x1 + q, x3 = x2 + q;
  const y1 = y + s, y2 = y1 + s, y3 = y2 + s;
  const ar = v128.load(x), ai = v128.load(x, 16);
  const cr = v128.load(x2), ci = v128.load(x2, 16);
  const er = f32x4.add(ar, cr), ei = f32x4.add(ai, ci);
  const fr = f32x4.sub(ar, cr), fi = f32x4.sub(ai, ci);
  const br = v128.load(x1), bi = v128.load(x1, 16);
  const dr = v128.load(x3), di = v128.load(x3, 16);
  const gr = f32x4.add(br, dr), gi = f32x4.add(bi, di);
  const hr = f32x4.sub(br, dr), hi = f32x4.sub(bi, di);
  v128.store(y, f32x4.add(er, gr));
  v128.store(y, f32x4.add(ei, gi), 16);
  storeTimes(factors, y1, f32x4.add(fr, hi), f32x4.sub(fi, hr), t1r, t1i);
  storeTimes(factors, y2, f32x4.sub(er, gr), f32x4.sub(ei, gi), t2r, t2i);
  storeTimes(factors, y3, f32x4.sub(fr, hi), f32x4.add(fi, hr), t3r, t3i);
}

// @ts-ignore: decorator
@inline function storeTimes(factors: i32, y: usize, re: v128, im: v128, tr: v128, ti: v128): void {
  if (factors == Factors.None) {
    v128.store(y, re);
    v128.store(y, im, 16);
  } else if (factors == Factors.Plain) {
    v128.store(y, mulRe(re, im, tr, ti));
    v128.store(y, mulIm(re, im, tr, ti), 16);
  } else {
    v128.store(y, mulConjRe(re, im, tr, ti));
    v128.store(y, mulConjIm(re, im, tr, ti), 16);
  }
}
