/** @file What state space models have in common: how stored numbers become dt and A. */
import type { SsmOptions, Transform } from '../src/ops/ssm.js';

/** log(1 + exp x). */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The positive number that a stored one stands for: x, exp x, max(x, 0) + 1e-4, 1 / (1 + exp -x), log(1 + exp x). */
export function transform(kind: Transform, x: number): number {
  switch (kind) {
    case 'none':
      return x;
    case 'exp':
      return Math.exp(x);
    case 'relu':
      return Math.max(x, 0) + 1e-4;
    case 'sigmoid':
      return logistic(x);
    case 'softplus':
      return softplus(x);
  }
}

/** The derivative of {@link transform}; that of 'relu' at 0 is 0. */
export function transformSlope(kind: Transform, x: number): number {
  switch (kind) {
    case 'none':
      return 1;
    case 'exp':
      return Math.exp(x);
    case 'relu':
      return x > 0 ? 1 : 0;
    case 'sigmoid':
      return logistic(x) * logistic(-x);
    case 'softplus':
      return logistic(x);
  }
}

/**
 * The number to store for y; y must be positive, and below 1 for 'sigmoid'. For 'relu', the one that gives y + 1e-4.
 */
export function inverseTransform(kind: Transform, y: number): number {
  switch (kind) {
    case 'none':
    case 'relu':
      return y;
    case 'exp':
      return Math.log(y);
    case 'sigmoid':
      return Math.log(y / (1 - y));
    case 'softplus':
      return Math.log(Math.expm1(y));
  }
}

/** dt = exp(invDt) or softplus(invDt), times the rate. */
export function timeStep(invDt: number, { dtTransform = 'exp', rate = 1 }: SsmOptions): number {
  return rate * transform(dtTransform, invDt);
}

/** The derivative of {@link timeStep}. */
export function timeStepSlope(invDt: number, { dtTransform = 'exp', rate = 1 }: SsmOptions): number {
  return rate * transformSlope(dtTransform, invDt);
}
