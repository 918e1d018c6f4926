import { batchNorm, batchNormInference, layerNorm } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import type { TensorLike } from '../tensor.js';
import { type HostArray, hostParam } from './params.js';

/** Scale and shift of a norm, [H]. A batch norm also has running statistics, which are state. */
export interface Norm<X> {
  readonly gamma: X;
  readonly beta: X;
  readonly running?: { readonly mean: X; readonly variance: X } | undefined;
}

/** gamma = 1, beta = 0; running mean 0 and variance 1. */
export function initNorm(
  kind: 'batch' | 'layer',
  { features, decay }: { features: number; decay?: boolean | undefined },
): Norm<Param<HostArray>> {
  const fill = (value: number, options: { lr?: number; decay?: boolean | undefined }): Param<HostArray> =>
    hostParam([features], () => value, options);
  const affine = { gamma: fill(1, { decay }), beta: fill(0, { decay }) };
  if (kind === 'layer') return affine;
  return { ...affine, running: { mean: fill(0, { lr: 0 }), variance: fill(1, { lr: 0 }) } };
}

/**
 * Layer norm, or, with running statistics, batch norm.
 *
 * @param x - [B, H, L] or [B, H].
 * @param training - a batch norm then uses the batch's statistics and moves the running ones a tenth of the way.
 */
export function norm<T extends TensorLike>(
  { gamma, beta, running }: Norm<Var<T>>,
  x: Var<T>,
  { training }: { readonly training: boolean },
): Var<T> {
  if (running === undefined) return layerNorm(x, gamma, beta);
  if (training) return batchNorm(x, gamma, beta, { running });
  return batchNormInference(x, gamma, beta, running.mean, running.variance);
}
