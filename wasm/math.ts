// Elementary functions on four f32 at once. NaN gives NaN.
import { madd } from './simd';

/** 1.5 2^23: adding it rounds to a whole number, which then stands in the low bits. */
const ROUND: f32 = 12582912.0;

/** log2(e). */
const LOG2E: f32 = 1.44269504;

/** The normal distribution beyond this is below the normal f32 numbers. */
const FAR: f32 = 13;

/**
 * The constants lie in memory: V8 (seen in 11.3, Node 20) makes a vector constant anew at each use with three
 * instructions, two of which can go to one port only, where a broadcasting load is one.
 */
const CONSTANTS: usize = memory.data<f32>([
  // 0: limits and factors
  1, ROUND, -LOG2E, 126, -126, FAR, -0.5 * LOG2E, 3.5, 0.39894228,
  // 9: 2^f
  0.000154614447, 0.001340042818, 0.009618056679, 0.05550327227, 0.2402265092, 0.6931472067,
  // 15: tail
  0.000161706781, 0.000366090012, -0.00140566398, -0.00156057959, 0.0190708655, -0.0616387982, 0.125854907,
  -0.187139743, 0.106345157,
], 16);

// @ts-ignore: decorator
@inline function constant(i: usize): v128 {
  return v128.load32_splat(CONSTANTS + (i << 2));
}

/** 1. */
// @ts-ignore: decorator
@inline export function one4(): v128 {
  return constant(0);
}

/** 1 / sqrt(2 pi), the density of the normal distribution at 0. */
// @ts-ignore: decorator
@inline export function peak4(): v128 {
  return constant(8);
}

/**
 * 2^t for -126 <= t <= 126; callers clamp. The polynomial, of degree 6 on |f| <= 1/2 with t = n + f, is within 3e-9.
 */
// @ts-ignore: decorator
@inline function exp2(t: v128): v128 {
  const shifted = f32x4.add(t, constant(1));
  const f = f32x4.sub(t, f32x4.sub(shifted, constant(1)));
  let p = madd(f, constant(9), constant(10));
  p = madd(p, f, constant(11));
  p = madd(p, f, constant(12));
  p = madd(p, f, constant(13));
  p = madd(p, f, constant(14));
  p = madd(p, f, constant(0));
  // The bits of 1 are the exponent of 2^0.
  const power = i32x4.add(i32x4.shl(shifted, 23), constant(0));
  return f32x4.mul(p, power);
}

/**
 * exp(-x), clamped to 2^-126..2^126, from which 1 / (1 + e) is sigmoid(x) and e / (1 + e) is sigmoid(-x).
 * The relative error is |x| 2^-24 and some 2^-24.
 */
// @ts-ignore: decorator
@inline export function expNeg4(x: v128): v128 {
  const t = f32x4.mul(x, constant(2));
  return exp2(f32x4.pmax(f32x4.pmin(t, constant(3)), constant(4)));
}

/** |v|, at most FAR. */
// @ts-ignore: decorator
@inline export function near4(v: v128): v128 {
  return f32x4.pmin(f32x4.abs(v), constant(5));
}

/** exp(-a^2 / 2) for 0 <= a <= FAR, relative error a^2 2^-24 and some 2^-24. */
// @ts-ignore: decorator
@inline export function bell4(a: v128): v128 {
  return exp2(f32x4.mul(f32x4.mul(a, a), constant(6)));
}

/**
 * Q(a) exp(a^2 / 2) for 0 <= a <= FAR, with Q the upper tail of the normal distribution: a polynomial of degree 8 in
 * (a - 7/2) / (a + 7/2). Its error times exp(-a^2 / 2) stays below 4e-9 (5e-8 with f32 rounding).
 */
// @ts-ignore: decorator
@inline export function tail4(a: v128): v128 {
  const s = f32x4.div(f32x4.sub(a, constant(7)), f32x4.add(a, constant(7)));
  let p = madd(s, constant(15), constant(16));
  p = madd(p, s, constant(17));
  p = madd(p, s, constant(18));
  p = madd(p, s, constant(19));
  p = madd(p, s, constant(20));
  p = madd(p, s, constant(21));
  p = madd(p, s, constant(22));
  return madd(p, s, constant(23));
}
