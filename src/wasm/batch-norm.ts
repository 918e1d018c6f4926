import { normDims } from '../shapes/dense.js';
import type { Tensor } from './tensor.js';

/**
 * Normalise each channel over batch and length with the batch's own statistics.
 *
 *     y = gamma (x - mean) rstd + beta,   rstd = 1 / sqrt(var + eps)
 *
 * @param x - [B, H, L] or [B, H].
 * @param gamma - [H].
 * @param beta - [H].
 * @param options.eps - 1e-5 by default.
 * @param options.momentum - 0.1 by default.
 * @param options.running - [H] each, updated in place: (1 - momentum) running + momentum statistic, with the
 *   unbiased variance.
 * @returns y, shaped like x, and mean and rstd, [H].
 * @throws ShapeError if a tensor does not fit x.
 * @see `batchNorm` in reference/norm.ts.
 */
export function batchNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  {
    eps = 1e-5,
    momentum = 0.1,
    running,
  }: {
    readonly eps?: number | undefined;
    readonly momentum?: number | undefined;
    readonly running?: { readonly mean: Tensor; readonly variance: Tensor } | undefined;
  } = {},
): { y: Tensor; mean: Tensor; rstd: Tensor } {
  const channels = { gamma, beta, 'running.mean': running?.mean, 'running.variance': running?.variance };
  const { B, H, L } = normDims('batchNorm', x, channels);
  const cpu = x.device;
  const [y, mean, rstd] = [cpu.empty(x.shape), cpu.empty([H]), cpu.empty([H])];
  const moving = [running?.mean ?? 0, running?.variance ?? 0];
  cpu.run('batchNorm', H, [x, gamma, beta, y, mean, rstd, ...moving, B, H, L, eps, momentum]);
  return { y, mean, rstd };
}

/**
 * Gradient of {@link batchNorm}, whose mean and rstd it takes. With z = (x - mean) rstd and n = B L,
 *
 *     dGamma = sum dy z,   dBeta = sum dy,   dx = gamma rstd (dy - (dBeta + z dGamma) / n)
 *
 * @param dy - cotangent of y, shaped like x.
 * @returns dx, shaped like x, and dGamma and dBeta, [H].
 * @throws ShapeError if a tensor does not fit x.
 */
export function batchNormVjp(
  x: Tensor,
  gamma: Tensor,
  mean: Tensor,
  rstd: Tensor,
  dy: Tensor,
): { dx: Tensor; dGamma: Tensor; dBeta: Tensor } {
  const { B, H, L } = normDims('batchNormVjp', x, { gamma, mean, rstd }, dy);
  const cpu = x.device;
  const [dx, dGamma, dBeta] = [cpu.empty(x.shape), cpu.empty([H]), cpu.empty([H])];
  cpu.run('batchNormVjp', H, [x, gamma, mean, rstd, dy, dx, dGamma, dBeta, B, H, L]);
  return { dx, dGamma, dBeta };
}

/**
 * Normalise each channel with given statistics, as evaluation does with the running ones.
 *
 * @param x - [B, H, L] or [B, H].
 * @param mean - [H].
 * @param variance - [H].
 * @param options.eps - 1e-5 by default.
 * @returns y = gamma (x - mean) / sqrt(variance + eps) + beta, shaped like x.
 * @throws ShapeError if a tensor does not fit x.
 */
export function batchNormInference(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  mean: Tensor,
  variance: Tensor,
  { eps = 1e-5 }: { readonly eps?: number | undefined } = {},
): Tensor {
  const { B, H, L } = normDims('batchNormInference', x, { gamma, beta, mean, variance });
  const y = x.device.empty(x.shape);
  x.device.run('batchNormInference', H, [x, gamma, beta, mean, variance, y, B, H, L, eps]);
  return y;
}
