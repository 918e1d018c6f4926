// What stored parameters of state space models stand for, in f64. See reference/ssm.ts.
//
// `transforms` holds three kinds of transform, 3 bits each: that of invDt, of invReA and of invImA.

const EXP = 1;
const RELU = 2;
const SIGMOID = 3;
const SOFTPLUS = 4;

const LEAST = 1e-4;

// @ts-ignore: decorator
@inline export function kindOfDt(transforms: i32): i32 {
  return transforms & 7;
}
// @ts-ignore: decorator
@inline export function kindOfRe(transforms: i32): i32 {
  return transforms >> 3 & 7;
}
// @ts-ignore: decorator
@inline export function kindOfIm(transforms: i32): i32 {
  return transforms >> 6 & 7;
}

// @ts-ignore: decorator
@inline function logistic(x: f64): f64 {
  return 1 / (1 + Math.exp(-x));
}

/** The positive number that a stored one stands for. */
export function transform(kind: i32, x: f64): f64 {
  if (kind == EXP) return Math.exp(x);
  if (kind == RELU) return Math.max(x, 0) + LEAST;
  if (kind == SIGMOID) return logistic(x);
  if (kind == SOFTPLUS) return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  return x;
}

/** The derivative of {@link transform}. */
export function transformSlope(kind: i32, x: f64): f64 {
  if (kind == EXP) return Math.exp(x);
  if (kind == RELU) return x > 0 ? 1 : 0;
  if (kind == SIGMOID) return logistic(x) * logistic(-x);
  if (kind == SOFTPLUS) return logistic(x);
  return 1;
}
