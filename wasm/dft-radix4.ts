// Passes of a discrete Fourier transform in order of frequency (Stockham): every pass reads one array and writes
// another. Complex numbers are stored as vectors: four real parts, then four imaginary parts.
//
// A pass over blocks of 4 m points at a stride of s takes x[s (p + j m) + q], j < 4, through a transform of four
// points, times exp(-2 pi i p j / 4 m), to y[s (4 p + j) + q]; p < m, q < s.

import { TWIDDLES, VECTOR, mulIm, mulRe } from './fft-radix4';

/** Bytes of the first pass's twiddle factors for four neighbouring p: lanes of w, w^2 and w^3. */
const LANE_TWIDDLES: usize = 96;

/** The first pass, s = 1, of points that are stored as pairs. */
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
  for (const end = x + far; x < end; x += VECTOR, y += 4 * VECTOR, w += LANE_TWIDDLES) {
    const x1 = x + far, x2 = x1 + far, x3 = x2 + far;
    const ar = real(pairs, x), ai = imaginary(pairs, x);
    const cr = real(pairs, x2), ci = imaginary(pairs, x2);
    const er = f32x4.add(ar, cr), ei = f32x4.add(ai, ci);
    const fr = f32x4.sub(ar, cr), fi = f32x4.sub(ai, ci);
    const br = real(pairs, x1), bi = imaginary(pairs, x1);
    const dr = real(pairs, x3), di = imaginary(pairs, x3);
    const gr = f32x4.add(br, dr), gi = f32x4.add(bi, di);
    const hr = f32x4.sub(br, dr), hi = f32x4.sub(bi, di);
    const z0r = f32x4.add(er, gr), z0i = f32x4.add(ei, gi);
    let tr = v128.load(w), ti = v128.load(w, 16);
    let vr = f32x4.add(fr, hi), vi = f32x4.sub(fi, hr);
    const z1r = mulRe(vr, vi, tr, ti), z1i = mulIm(vr, vi, tr, ti);
    tr = v128.load(w, 32);
    ti = v128.load(w, 48);
    vr = f32x4.sub(er, gr);
    vi = f32x4.sub(ei, gi);
    const z2r = mulRe(vr, vi, tr, ti), z2i = mulIm(vr, vi, tr, ti);
    tr = v128.load(w, 64);
    ti = v128.load(w, 80);
    vr = f32x4.sub(fr, hi);
    vi = f32x4.add(fi, hr);
    const z3r = mulRe(vr, vi, tr, ti), z3i = mulIm(vr, vi, tr, ti);
    storeColumns(y, z0r, z1r, z2r, z3r);
    storeColumns(y + 16, z0i, z1i, z2i, z3i);
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

/** Store the columns of a 4 x 4 matrix of rows a, b, c and d. */
// @ts-ignore: decorator
@inline function storeColumns(y: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  v128.store(y, v128.shuffle<u64>(ab, cd, 0, 2));
  v128.store(y, v128.shuffle<u64>(ab, cd, 1, 3), 32);
  const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7), cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<u64>(ab2, cd2, 0, 2), 64);
  v128.store(y, v128.shuffle<u64>(ab2, cd2, 1, 3), 96);
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
      const x1 = x + far, x2 = x1 + far, x3 = x2 + far;
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
      let vr = f32x4.add(fr, hi), vi = f32x4.sub(fi, hr);
      v128.store(y1, mulRe(vr, vi, t1r, t1i));
      v128.store(y1, mulIm(vr, vi, t1r, t1i), 16);
      vr = f32x4.sub(er, gr);
      vi = f32x4.sub(ei, gi);
      v128.store(y2, mulRe(vr, vi, t2r, t2i));
      v128.store(y2, mulIm(vr, vi, t2r, t2i), 16);
      vr = f32x4.sub(fr, hi);
      vi = f32x4.add(fi, hr);
      v128.store(y3, mulRe(vr, vi, t3r, t3i));
      v128.store(y3, mulIm(vr, vi, t3r, t3i), 16);
    }
    y += 3 * s;
  }
}

/** The last pass where the number of points is a power of four: m = 1, no factors. */
export function last4(x: usize, y: usize, s: usize): void {
  for (const stop = x + s; x < stop; x += VECTOR, y += VECTOR) {
    const x1 = x + s, x2 = x1 + s, x3 = x2 + s;
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
    v128.store(y1, f32x4.add(fr, hi));
    v128.store(y1, f32x4.sub(fi, hr), 16);
    v128.store(y2, f32x4.sub(er, gr));
    v128.store(y2, f32x4.sub(ei, gi), 16);
    v128.store(y3, f32x4.sub(fr, hi));
    v128.store(y3, f32x4.add(fi, hr), 16);
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
