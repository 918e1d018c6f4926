/** @file Gradient clipping and AdamW. */
import type { AdamwOptions } from '../src/ops/adamw.js';

export type { AdamwOptions };

/** [min(1, maxNorm / (norm + 1e-6)), norm], norm = the Euclidean norm of all gradients together. */
export function clipScale(grads: readonly Float64Array[], maxNorm: number): [factor: number, norm: number] {
  let sum = 0;
  for (const grad of grads) for (const g of grad) sum += g * g;
  const norm = Math.sqrt(sum);
  return [Math.min(1, maxNorm / (norm + 1e-6)), norm];
}

/**
 * One step of AdamW, in place on param, m and v.
 *
 *     g = gradScale grad;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 *     param -= lr hyper[0] (weightDecay param + m hyper[1] / (sqrt(v hyper[2]) + eps))
 *
 * @param hyper - the schedule's factor, 1 / (1 - b1^t) and 1 / (1 - b2^t) of step t, counted from 1.
 * @see Loshchilov and Hutter, arXiv:1711.05101.
 */
export function adamw(
  param: Float64Array,
  grad: Float64Array,
  m: Float64Array,
  v: Float64Array,
  hyper: ArrayLike<number>,
  { lr, beta1, beta2, eps, weightDecay }: AdamwOptions,
  gradScale = 1,
): void {
  for (let i = 0; i < param.length; i++) {
    const g = gradScale * grad[i];
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
    const step = (m[i] * hyper[1]) / (Math.sqrt(v[i] * hyper[2]) + eps);
    param[i] -= lr * hyper[0] * (weightDecay * param[i] + step);
  }
}
