// The first pass of the transform, from rows of real numbers, and the last pass of its inverse, back to rows.
// A row of n = r m samples is a polynomial modulo z^n - i. Residue j is modulo z^m - w_j with w_j^r = i:
//     X_j[p] = sum_l w_j^l x[l m + p],    w_j = exp(2 pi i (j + 1/4) / r).

import { firstReal4, lastReal4 } from './fft-ends4';
import { firstReal8, lastReal8 } from './fft-ends8';
import { madd, nmadd } from './simd';

/**
 * First pass from a real row.
 *
 * @param m - samples of a residue, a multiple of 4.
 * @param w - cos and sin of the angle of w_j^l, [r, r, 2].
 */
export function firstReal(row: usize, x: usize, r: usize, m: usize, w: usize): void {
  if (r == 4) return firstReal4(row, x, m << 2);
  if (r == 8) return firstReal8(row, x, m << 2);
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

/**
 * Last pass to a row: the real part of the inverse of {@link firstReal}, times r. Adds d skip unless skip is 0.
 *
 * @param skip - a row, or 0.
 */
export function lastReal(x: usize, row: usize, r: usize, m: usize, w: usize, skip: usize, d: f32): void {
  if (r == 4) return lastReal4(x, row, m << 2, skip, d);
  if (r == 8) return lastReal8(x, row, m << 2, skip, d);
  const step = m << 2, scale = f32x4.splat(d);
  for (let p: usize = 0; p < step; p += 16) {
    for (let l: usize = 0; l < r; l++) {
      const at = l * step + p;
      let re = skip ? f32x4.mul(scale, v128.load(skip + at)) : f32x4.splat(0);
      let c = w + (l << 3);
      let from = x + (p << 1);
      for (let j: usize = 0; j < r; j++) {
        re = madd(v128.load_splat<f32>(c), v128.load(from), re);
        re = madd(v128.load_splat<f32>(c, 4), v128.load(from, 16), re);
        c += r << 3;
        from += step << 1;
      }
      v128.store(row + at, re);
    }
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
