// The first and last pass of fft-ends.ts for r = 4.

import { storeSkipping } from './fft-skip';
import { madd } from './simd';

/** cos and sin of pi / 8, the angle of w_0. */
const COS: f32 = 0.92387953251128674;
const SIN: f32 = 0.38268343236508977;
const HALF_ROOT: f32 = 0.70710678118654752;

/** @param step - bytes from one quarter of the row to the next. */
export function firstReal4(row: usize, x: usize, step: usize): void {
  const c = f32x4.splat(COS), s = f32x4.splat(SIN), half = f32x4.splat(HALF_ROOT), minus = f32x4.splat(-HALF_ROOT);
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

/**
 * Adds d skip to the row, unless skip is 0.
 *
 * @param step - bytes from one quarter of the row to the next.
 */
export function lastReal4(x: usize, row: usize, step: usize, skip: usize, d: f32): void {
  if (skip) return lastSkipping4(true, x, row, step, skip - row, f32x4.splat(d));
  lastSkipping4(false, x, row, step, 0, f32x4.splat(0));
}

/** @param skip - distance from the row to the row that is added. */
// @ts-ignore: decorator
@inline
function lastSkipping4(skips: boolean, x: usize, row: usize, step: usize, skip: usize, d: v128): void {
  const c = f32x4.splat(COS), s = f32x4.splat(SIN), half = f32x4.splat(HALF_ROOT);
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
    storeSkipping(skips, row, f32x4.add(er, gr), skip, d);
    storeSkipping(skips, row + step, madd(s, f32x4.sub(fi, hr), f32x4.mul(c, f32x4.add(fr, hi))), skip, d);
    storeSkipping(skips, row + 2 * step, f32x4.mul(half, f32x4.add(f32x4.sub(er, gr), f32x4.sub(ei, gi))), skip, d);
    storeSkipping(skips, row + 3 * step, madd(c, f32x4.add(fi, hr), f32x4.mul(s, f32x4.sub(fr, hi))), skip, d);
  }
}
