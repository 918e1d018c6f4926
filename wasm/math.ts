// Elementary functions on four f32 at once. NaN gives NaN.
import { madd, nmadd } from './simd';

/** 1.5 2^23: adding it rounds to a whole number, which then stands in the low bits. */
const ROUND: f32 = 12582912.0;

/**
 * exp(x) for -87 <= x <= 88; callers clamp. Relative error below 2^-23.
 * x = n log 2 + r with |r| <= log(2) / 2; exp(r) by a polynomial of degree 6, within 3e-9.
 */
// @ts-ignore: decorator
@inline export function exp4(x: v128): v128 {
  const t = madd(x, f32x4.splat(1.44269504), f32x4.splat(ROUND));
  const n = f32x4.sub(t, f32x4.splat(ROUND));
  // log 2 in two parts, the first short enough that its product with n is exact.
  const r = nmadd(n, f32x4.splat(-2.12194440e-4), nmadd(n, f32x4.splat(0.693359375), x));
  let p = madd(r, f32x4.splat(0.001394110843), f32x4.splat(0.008375126398));
  p = madd(p, r, f32x4.splat(0.0416663529));
  p = madd(p, r, f32x4.splat(0.1666641551));
  p = madd(p, r, f32x4.splat(0.5));
  p = madd(p, r, f32x4.splat(1));
  p = madd(p, r, f32x4.splat(1));
  const power = i32x4.add(i32x4.shl(t, 23), i32x4.splat(0x3f800000));
  return f32x4.mul(p, power);
}

/** exp(-min(|x|, 87)), which neither overflows nor leaves the normal numbers. */
// @ts-ignore: decorator
@inline export function expNegAbs4(x: v128): v128 {
  return exp4(f32x4.neg(f32x4.pmin(f32x4.abs(x), f32x4.splat(87))));
}

/** The normal distribution beyond this is below the normal f32 numbers. */
const FAR: f32 = 13;

/** |v|, at most FAR. */
// @ts-ignore: decorator
@inline export function near4(v: v128): v128 {
  return f32x4.pmin(f32x4.abs(v), f32x4.splat(FAR));
}

/** exp(-a^2 / 2) for 0 <= a <= FAR. */
// @ts-ignore: decorator
@inline export function bell4(a: v128): v128 {
  return exp4(f32x4.mul(f32x4.mul(a, a), f32x4.splat(-0.5)));
}

/**
 * Q(a) exp(a^2 / 2) for 0 <= a <= FAR, with Q the upper tail of the normal distribution: a polynomial of degree 8 in
 * (a - 7/2) / (a + 7/2). Its error times exp(-a^2 / 2) stays below 4e-9 (5e-8 with f32 rounding).
 */
// @ts-ignore: decorator
@inline export function tail4(a: v128): v128 {
  const s = f32x4.div(f32x4.sub(a, f32x4.splat(3.5)), f32x4.add(a, f32x4.splat(3.5)));
  let p = madd(s, f32x4.splat(0.000161706781), f32x4.splat(0.000366090012));
  p = madd(p, s, f32x4.splat(-0.00140566398));
  p = madd(p, s, f32x4.splat(-0.00156057959));
  p = madd(p, s, f32x4.splat(0.0190708655));
  p = madd(p, s, f32x4.splat(-0.0616387982));
  p = madd(p, s, f32x4.splat(0.125854907));
  p = madd(p, s, f32x4.splat(-0.187139743));
  return madd(p, s, f32x4.splat(0.106345157));
}
