// Products of spectra, stored as pairs of real and imaginary part.

import { madd, nmadd } from './simd';

/** Complex numbers of one item. */
const BLOCK: usize = 1024;

/** Change the sign of the real parts. */
// @ts-ignore: decorator
@inline function negateRe(v: v128): v128 {
  return v128.xor(v, i64x2.splat(<i64>0x80000000));
}

/** y[b, c H + h, f] = a[b, h, f] k[c, h, f]. An item is a part of a row (b, c, h) of y. */
export function complexProduct(
  from: i32, to: i32, scratch: usize, a: usize, k: usize, y: usize, H: usize, C: usize, F: usize,
): void {
  const parts = (F + BLOCK - 1) / BLOCK;
  for (let item = <usize>from; item < <usize>to; item++) {
    const row = item / parts, start = item % parts * BLOCK, count = min(BLOCK, F - start);
    const h = row % H, c = row / H % C, b = row / (H * C);
    let p = a + (((b * H + h) * F + start) << 3), q = k + (((c * H + h) * F + start) << 3);
    let r = y + ((row * F + start) << 3);
    const end = r + (count << 3);
    for (; r + 16 <= end; p += 16, q += 16, r += 16) v128.store(r, product(v128.load(p), v128.load(q)));
    if (r < end) v128.store_lane<u64>(r, product(v128.load64_zero(p), v128.load64_zero(q)), 0);
  }
}

/**
 * sum[row, f] = sum_term dy[.., f] conj(w[.., f]), in the order of terms. Row = i H + h reads row
 * (i iDy + term tDy) H + h of dy and row term H + h of w. An item is a part of a row.
 */
export function complexProductSum(
  from: i32, to: i32, scratch: usize, dy: usize, w: usize, sum: usize, H: usize, F: usize, terms: usize, iDy: usize,
  tDy: usize,
): void {
  const parts = (F + BLOCK - 1) / BLOCK;
  for (let item = <usize>from; item < <usize>to; item++) {
    const row = item / parts, start = item % parts * BLOCK, count = min(BLOCK, F - start);
    const h = row % H, i = row / H;
    for (let term: usize = 0; term < terms; term++) {
      let p = dy + ((((i * iDy + term * tDy) * H + h) * F + start) << 3), q = w + (((term * H + h) * F + start) << 3);
      let r = sum + ((row * F + start) << 3);
      const end = r + (count << 3);
      for (; r + 16 <= end; p += 16, q += 16, r += 16) {
        const v = productConj(v128.load(p), v128.load(q));
        v128.store(r, term == 0 ? v : f32x4.add(v128.load(r), v));
      }
      if (r < end) {
        const v = productConj(v128.load64_zero(p), v128.load64_zero(q));
        v128.store_lane<u64>(r, term == 0 ? v : f32x4.add(v128.load64_zero(r), v), 0);
      }
    }
  }
}

/** Products of two complex numbers each. */
// @ts-ignore: decorator
@inline function product(a: v128, b: v128): v128 {
  const re = v128.shuffle<f32>(b, b, 0, 0, 2, 2), im = v128.shuffle<f32>(b, b, 1, 1, 3, 3);
  const turned = negateRe(v128.shuffle<f32>(a, a, 1, 0, 3, 2));
  return madd(turned, im, f32x4.mul(a, re));
}

/** a conj(b). */
// @ts-ignore: decorator
@inline function productConj(a: v128, b: v128): v128 {
  const re = v128.shuffle<f32>(b, b, 0, 0, 2, 2), im = v128.shuffle<f32>(b, b, 1, 1, 3, 3);
  const turned = negateRe(v128.shuffle<f32>(a, a, 1, 0, 3, 2));
  return nmadd(turned, im, f32x4.mul(a, re));
}
