// The first and last pass of fft-ends.ts for r = 8.

import { storeSkipping } from './fft-skip';
import { madd, nmadd } from './simd';

/** cos and sin of pi / 16, the angle of w_0, of twice and of three times that. */
const COS1: f32 = 0.98078528040323044;
const SIN1: f32 = 0.19509032201612827;
const COS2: f32 = 0.92387953251128674;
const SIN2: f32 = 0.38268343236508977;
const COS3: f32 = 0.83146961230254524;
const SIN3: f32 = 0.55557023301960222;
const HALF_ROOT: f32 = 0.70710678118654752;

/** @param step - bytes from one eighth of the row to the next. */
export function firstReal8(row: usize, x: usize, step: usize): void {
  const q = step << 1;
  const h = f32x4.splat(HALF_ROOT);
  for (const end = row + step; row < end; row += 16, x += 32) {
    const row4 = row + 4 * step, x4 = x + 4 * q;
    // Odd samples times exp(i pi l / 16).
    const r1 = v128.load(row + step), r5 = v128.load(row4 + step);
    const c1 = f32x4.splat(COS1), s1 = f32x4.splat(SIN1), c3 = f32x4.splat(COS3), s3 = f32x4.splat(SIN3);
    const u1r = f32x4.mul(c1, r1), u1i = f32x4.mul(s1, r1);
    const ar = madd(s3, r5, u1r), ai = madd(c3, r5, u1i), br = nmadd(s3, r5, u1r), bi = nmadd(c3, r5, u1i);
    const r3 = v128.load(row + 3 * step), r7 = v128.load(row4 + 3 * step);
    const u3r = f32x4.mul(c3, r3), u3i = f32x4.mul(s3, r3);
    const cr = madd(s1, r7, u3r), ci = madd(c1, r7, u3i), dr = nmadd(s1, r7, u3r), di = nmadd(c1, r7, u3i);
    const o0r = f32x4.add(ar, cr), o0i = f32x4.add(ai, ci), o2r = f32x4.sub(ar, cr), o2i = f32x4.sub(ai, ci);
    const o1r = f32x4.sub(br, di), o1i = f32x4.add(bi, dr), o3r = f32x4.add(br, di), o3i = f32x4.sub(bi, dr);
    const p1r = f32x4.mul(h, f32x4.sub(o1r, o1i)), p1i = f32x4.mul(h, f32x4.add(o1r, o1i));
    const p3r = f32x4.mul(h, f32x4.add(o3r, o3i)), p3i = f32x4.mul(h, f32x4.sub(o3r, o3i));
    // Even samples.
    const c = f32x4.splat(COS2), s = f32x4.splat(SIN2);
    const r2 = v128.load(row + 2 * step), r6 = v128.load(row4 + 2 * step);
    const u2r = f32x4.mul(c, r2), u2i = f32x4.mul(s, r2);
    const gr = madd(s, r6, u2r), gi = madd(c, r6, u2i), hr = nmadd(s, r6, u2r), hi = nmadd(c, r6, u2i);
    const r0 = v128.load(row), r4 = f32x4.mul(h, v128.load(row4));
    let sum = f32x4.add(r0, r4), er = f32x4.add(sum, gr), ei = f32x4.add(r4, gi);
    v128.store(x, f32x4.add(er, o0r));
    v128.store(x, f32x4.add(ei, o0i), 16);
    v128.store(x4, f32x4.sub(er, o0r));
    v128.store(x4, f32x4.sub(ei, o0i), 16);
    er = f32x4.sub(sum, gr);
    ei = f32x4.sub(r4, gi);
    v128.store(x + 2 * q, f32x4.sub(er, o2i));
    v128.store(x + 2 * q, f32x4.add(ei, o2r), 16);
    v128.store(x4 + 2 * q, f32x4.add(er, o2i));
    v128.store(x4 + 2 * q, f32x4.sub(ei, o2r), 16);
    sum = f32x4.sub(r0, r4);
    er = f32x4.sub(sum, hi);
    ei = f32x4.sub(hr, r4);
    v128.store(x + q, f32x4.add(er, p1r));
    v128.store(x + q, f32x4.add(ei, p1i), 16);
    v128.store(x4 + q, f32x4.sub(er, p1r));
    v128.store(x4 + q, f32x4.sub(ei, p1i), 16);
    er = f32x4.add(sum, hi);
    ei = f32x4.add(hr, r4);
    v128.store(x + 3 * q, f32x4.sub(er, p3r));
    v128.store(x + 3 * q, f32x4.sub(p3i, ei), 16);
    v128.store(x4 + 3 * q, f32x4.add(er, p3r));
    v128.store(x4 + 3 * q, f32x4.neg(f32x4.add(p3i, ei)), 16);
  }
}

/**
 * Adds d skip to the row, unless skip is 0.
 *
 * @param step - bytes from one eighth of the row to the next.
 */
export function lastReal8(x: usize, row: usize, step: usize, skip: usize, d: f32): void {
  if (skip) return lastSkipping8(true, x, row, step, skip - row, f32x4.splat(d));
  lastSkipping8(false, x, row, step, 0, f32x4.splat(0));
}

/** @param skip - distance from the row to the row that is added. */
// @ts-ignore: decorator
@inline
function lastSkipping8(skips: boolean, x: usize, row: usize, step: usize, skip: usize, d: v128): void {
  const q = step << 1;
  const h = f32x4.splat(HALF_ROOT);
  for (const end = row + step; row < end; row += 16, x += 32) {
    const row4 = row + 4 * step, x4 = x + 4 * q;
    let ur = v128.load(x), ui = v128.load(x, 16), vr = v128.load(x4), vi = v128.load(x4, 16);
    const a0r = f32x4.add(ur, vr), a0i = f32x4.add(ui, vi), b0r = f32x4.sub(ur, vr), b0i = f32x4.sub(ui, vi);
    ur = v128.load(x + 2 * q);
    ui = v128.load(x + 2 * q, 16);
    vr = v128.load(x4 + 2 * q);
    vi = v128.load(x4 + 2 * q, 16);
    const a2r = f32x4.add(ur, vr), a2i = f32x4.add(ui, vi), b2r = f32x4.sub(ur, vr), b2i = f32x4.sub(ui, vi);
    ur = v128.load(x + q);
    ui = v128.load(x + q, 16);
    vr = v128.load(x4 + q);
    vi = v128.load(x4 + q, 16);
    const a1r = f32x4.add(ur, vr), a1i = f32x4.add(ui, vi), b1r = f32x4.sub(ur, vr), b1i = f32x4.sub(ui, vi);
    ur = v128.load(x + 3 * q);
    ui = v128.load(x + 3 * q, 16);
    vr = v128.load(x4 + 3 * q);
    vi = v128.load(x4 + 3 * q, 16);
    const a3r = f32x4.add(ur, vr), a3i = f32x4.add(ui, vi), b3r = f32x4.sub(ur, vr), b3i = f32x4.sub(ui, vi);
    // Even samples.
    const c = f32x4.splat(COS2), s = f32x4.splat(SIN2);
    let pr = f32x4.add(a0r, a2r), pi = f32x4.add(a0i, a2i), qr = f32x4.sub(a0r, a2r), qi = f32x4.sub(a0i, a2i);
    let rr = f32x4.add(a1r, a3r), ri = f32x4.add(a1i, a3i), sr = f32x4.sub(a1r, a3r), si = f32x4.sub(a1i, a3i);
    storeSkipping(skips, row, f32x4.add(pr, rr), skip, d);
    storeSkipping(skips, row4, f32x4.mul(h, f32x4.add(f32x4.sub(pr, rr), f32x4.sub(pi, ri))), skip, d);
    storeSkipping(skips, row + 2 * step, madd(s, f32x4.sub(qi, sr), f32x4.mul(c, f32x4.add(qr, si))), skip, d);
    storeSkipping(skips, row4 + 2 * step, madd(c, f32x4.add(qi, sr), f32x4.mul(s, f32x4.sub(qr, si))), skip, d);
    // Odd samples times exp(-i pi l / 16).
    const c1 = f32x4.splat(COS1), s1 = f32x4.splat(SIN1), c3 = f32x4.splat(COS3), s3 = f32x4.splat(SIN3);
    pr = f32x4.add(b0r, b2i);
    pi = f32x4.sub(b0i, b2r);
    qr = f32x4.sub(b0r, b2i);
    qi = f32x4.add(b0i, b2r);
    const g1r = f32x4.add(b1r, b1i), g1i = f32x4.sub(b1i, b1r);
    const g3r = f32x4.sub(b3i, b3r), g3i = f32x4.add(b3r, b3i);
    rr = f32x4.mul(h, f32x4.add(g1r, g3r));
    ri = f32x4.mul(h, f32x4.sub(g1i, g3i));
    sr = f32x4.mul(h, f32x4.sub(g1r, g3r));
    si = f32x4.mul(h, f32x4.add(g1i, g3i));
    storeSkipping(skips, row + step, madd(s1, f32x4.add(pi, ri), f32x4.mul(c1, f32x4.add(pr, rr))), skip, d);
    storeSkipping(skips, row4 + step, madd(c3, f32x4.sub(pi, ri), f32x4.mul(s3, f32x4.sub(pr, rr))), skip, d);
    storeSkipping(skips, row + 3 * step, madd(s3, f32x4.sub(qi, sr), f32x4.mul(c3, f32x4.add(qr, si))), skip, d);
    storeSkipping(skips, row4 + 3 * step, madd(c1, f32x4.add(qi, sr), f32x4.mul(s1, f32x4.sub(qr, si))), skip, d);
  }
}
