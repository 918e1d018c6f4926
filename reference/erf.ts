/** @file The error function and its complement, to a few units in the last place of f64. */

/** 2 / sqrt(pi). */
const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

/** Above this the continued fraction of erfc converges quickly, below it the series of erf does. */
const SPLIT = 2;

/** erf(x) = 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (2n+1)!!, whose terms all have one sign. DLMF 7.6.2. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > (Number.EPSILON * Math.abs(sum)) / 8; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
}

/** erfc(x) for x >= SPLIT: exp(-x^2) / sqrt(pi) over x + (1/2)/(x + 1/(x + (3/2)/(x + ...))). DLMF 7.9.1. */
function fraction(x: number): number {
  let tail = x;
  for (let n = 70; n >= 1; n--) tail = x + n / (2 * tail);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
}

/** 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export function erf(x: number): number {
  if (Math.abs(x) < SPLIT) return series(x);
  return x > 0 ? 1 - fraction(x) : fraction(-x) - 1;
}

/** 1 - erf(x), without cancellation for large x. */
export function erfc(x: number): number {
  if (x >= SPLIT) return fraction(x);
  return x <= -SPLIT ? 2 - fraction(-x) : 1 - series(x);
}
