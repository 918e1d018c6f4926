// The first pass of the transform, from rows of real numbers, and the last pass of its inverse, back to rows.
// A row of n = r m samples is a polynomial modulo z^n - i. Residue j is modulo z^m - w_j with w_j^r = i:
//     X_j[p] = sum_l w_j^l x[l m + p],    w_j = exp(2 pi i (j + 1/4) / r).

import { madd, nmadd } from './simd';

const COS: f32 = 0.92387953251128674;
const SIN: f32 = 0.38268343236508977;
const HALF: f32 = 0.70710678118654752;

/**
 * First pass from a real row.
 *
 * @param m - samples of a residue, a multiple of 4.
 * @param w - cos and sin of the angle of w_j^l, [r, r, 2].
 */
export function firstReal(row: usize, x: usize, r: usize, m: usize, w: usize): void {
  if (r == 4) return firstReal4(row, x, m << 2);
  const step = m << 2;
  for (let p: usize = 0; p < step; p += 16) {
    for (let j: usize = 0; j < r; j++) {
      let re = v128.load(row + p), im = f32x4.splat(0);
      let c = w + ((j * r) << 3);
      let from = row + p;
      for (let l: usize = 1; l < r; l++) {
        c += 8;
        from += step;
        const v = v128.load(from);
        re = madd(v128.load_splat<f32>(c), v, re);
        im = madd(v128.load_splat<f32>(c, 4), v, im);
      }
      const to = x + ((j * step + p) << 1);
      v128.store(to, re);
      v128.store(to, im, 16);
    }
  }
}

function firstReal4(row: usize, x: usize, step: usize): void {
  const c = f32x4.splat(COS), s = f32x4.splat(SIN), half = f32x4.splat(HALF), minus = f32x4.splat(-HALF);
  const q = step << 1;
  for (const end = row + step; row < end; row += 16, x += 32) {
    const a = v128.load(row), b = v128.load(row + step);
    const e = v128.load(row + 2 * step), d = v128.load(row + 3 * step);
    const sd = f32x4.mul(s, d), cd = f32x4.mul(c, d);
    const cb = f32x4.mul(c, b), sb = f32x4.mul(s, b);
    const gr = f32x4.add(cb, sd), gi = f32x4.add(sb, cd);
    const hr = f32x4.sub(cb, sd), hi = f32x4.sub(sb, cd);
    const p = f32x4.mul(half, e), m = f32x4.mul(minus, e);
    const er = f32x4.add(a, p), fr = f32x4.sub(a, p);
    v128.store(x, f32x4.add(er, gr));
    v128.store(x, f32x4.add(p, gi), 16);
    v128.store(x + q, f32x4.sub(fr, hi));
    v128.store(x + q, f32x4.add(m, hr), 16);
    v128.store(x + 2 * q, f32x4.sub(er, gr));
    v128.store(x + 2 * q, f32x4.sub(p, gi), 16);
    v128.store(x + 3 * q, f32x4.add(fr, hi));
    v128.store(x + 3 * q, f32x4.sub(m, hr), 16);
  }
}

/** First pass from a row of real parts and a row of imaginary parts. */
export function firstComplex(row: usize, imRow: usize, x: usize, r: usize, m: usize, w: usize): void {
  const step = m << 2;
  for (let p: usize = 0; p < step; p += 16) {
    for (let j: usize = 0; j < r; j++) {
      let re = v128.load(row + p), im = v128.load(imRow + p);
      let c = w + ((j * r) << 3);
      let at = p;
      for (let l: usize = 1; l < r; l++) {
        c += 8;
        at += step;
        const vr = v128.load(row + at), vi = v128.load(imRow + at);
        const cos = v128.load_splat<f32>(c), sin = v128.load_splat<f32>(c, 4);
        re = nmadd(sin, vi, madd(cos, vr, re));
        im = madd(sin, vr, madd(cos, vi, im));
      }
      const to = x + ((j * step + p) << 1);
      v128.store(to, re);
      v128.store(to, im, 16);
    }
  }
}

/** Last pass to a row: the real part of the inverse of {@link firstReal}, times r. */
export function lastReal(x: usize, row: usize, r: usize, m: usize, w: usize): void {
  if (r == 4) return lastReal4(x, row, m << 2);
  const step = m << 2;
  for (let p: usize = 0; p < step; p += 16) {
    for (let l: usize = 0; l < r; l++) {
      let re = f32x4.splat(0);
      let c = w + (l << 3);
      let from = x + (p << 1);
      for (let j: usize = 0; j < r; j++) {
        re = madd(v128.load_splat<f32>(c), v128.load(from), re);
        re = madd(v128.load_splat<f32>(c, 4), v128.load(from, 16), re);
        c += r << 3;
        from += step << 1;
      }
      v128.store(row + l * step + p, re);
    }
  }
}

function lastReal4(x: usize, row: usize, step: usize): void {
  const c = f32x4.splat(COS), s = f32x4.splat(SIN), half = f32x4.splat(HALF);
  const q = step << 1;
  for (const end = row + step; row < end; row += 16, x += 32) {
    const ar = v128.load(x), ai = v128.load(x, 16);
    const cr = v128.load(x + 2 * q), ci = v128.load(x + 2 * q, 16);
    const er = f32x4.add(ar, cr), ei = f32x4.add(ai, ci);
    const fr = f32x4.sub(ar, cr), fi = f32x4.sub(ai, ci);
    const br = v128.load(x + q), bi = v128.load(x + q, 16);
    const dr = v128.load(x + 3 * q), di = v128.load(x + 3 * q, 16);
    const gr = f32x4.add(br, dr), gi = f32x4.add(bi, di);
    const hr = f32x4.sub(br, dr), hi = f32x4.sub(bi, di);
    v128.store(row, f32x4.add(er, gr));
    v128.store(row + step, madd(s, f32x4.sub(fi, hr), f32x4.mul(c, f32x4.add(fr, hi))));
    v128.store(row + 2 * step, f32x4.mul(half, f32x4.add(f32x4.sub(er, gr), f32x4.sub(ei, gi))));
    v128.store(row + 3 * step, madd(c, f32x4.add(fi, hr), f32x4.mul(s, f32x4.sub(fr, hi))));
  }
}

/** The imaginary part that {@link lastReal} leaves out. */
export function lastImaginary(x: usize, row: usize, r: usize, m: usize, w: usize): void {
  const step = m << 2;
  for (let p: usize = 0; p < step; p += 16) {
    for (let l: usize = 0; l < r; l++) {
      let im = f32x4.splat(0);
      let c = w + (l << 3);
      let from = x + (p << 1);
      for (let j: usize = 0; j < r; j++) {
        im = madd(v128.load_splat<f32>(c), v128.load(from, 16), im);
        im = nmadd(v128.load_splat<f32>(c, 4), v128.load(from), im);
        c += r << 3;
        from += step << 1;
      }
      v128.store(row + l * step + p, im);
    }
  }
}
