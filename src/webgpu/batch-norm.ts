import perChannel from '../../wgsl/common/per-channel.wgsl?raw';
import momentsCode from '../../wgsl/dense/batch-moments.wgsl?raw';
import statisticsCode from '../../wgsl/dense/batch-statistics.wgsl?raw';
import dbatchnormCode from '../../wgsl/dense/dbatchnorm.wgsl?raw';
import dscaleCode from '../../wgsl/dense/dscale.wgsl?raw';
import normaliseCode from '../../wgsl/dense/normalise.wgsl?raw';
import { type SequenceDims, normDims } from '../shapes/dense.js';
import { type Kernel, kernel } from './kernel.js';
import { type Lanes, channelParts, channelPlan, lanes, lanesOf, runChannels, runElements } from './launch.js';
import { scaleGradients } from './layer-norm.js';
import type { Tensor } from './tensor.js';

const moments: Lanes = /* @__PURE__ */ lanes('dense/batch-moments', ...channelParts, momentsCode);
const statistics: Kernel = /* @__PURE__ */ kernel('dense/batch-statistics', statisticsCode);
const normalise: Lanes = /* @__PURE__ */ lanes('dense/normalise', normaliseCode);
const dbatchnorm: Lanes = /* @__PURE__ */ lanes('dense/dbatchnorm', dbatchnormCode);
const dscale: Lanes = /* @__PURE__ */ lanes('dense/dscale-channel', perChannel, ...channelParts, dscaleCode);

export interface BatchNormOptions {
  /** 1e-5 by default. */
  readonly eps?: number | undefined;
  /** Weight of this batch in the running statistics, 0.1 by default. */
  readonly momentum?: number | undefined;
  /** Updated in place, [H] each. */
  readonly running?: { readonly mean: Tensor; readonly variance: Tensor } | undefined;
}

/**
 * Normalise every channel over batch and length with the batch's own statistics.
 *
 *     y = gamma (x - mean) rstd + beta,   rstd = 1 / sqrt(var + eps)
 *     running = (1 - momentum) running + momentum statistic, with the unbiased variance
 *
 * @param x - [B, H, L] or [B, H].
 * @param gamma - [H].
 * @param beta - [H].
 * @returns y, shaped like x, and mean and rstd, [H], which the gradient needs; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree.
 * @see Ioffe and Szegedy, arXiv:1502.03167.
 */
export function batchNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  { eps = 1e-5, momentum = 0.1, running }: BatchNormOptions = {},
): { y: Tensor; mean: Tensor; rstd: Tensor } {
  const dims = normDims('batchNorm', x, {
    gamma,
    beta,
    'running.mean': running?.mean,
    'running.variance': running?.variance,
  });
  const { B, H, L } = dims;
  const gpu = x.device;
  const plan = channelPlan(gpu, dims);
  using partial = gpu.empty([plan.parts, H, 2]);
  runChannels(gpu, moments, plan, { buffers: { x, moments: partial } });
  const mean = gpu.empty([H]);
  const rstd = gpu.empty([H]);
  // written only where running statistics are given, but a binding needs a buffer of its own
  using spareMean = gpu.empty([1]);
  using spareVariance = gpu.empty([1]);
  runElements(gpu, statistics, H, {
    constants: { RUNNING: Number(running !== undefined) },
    params: { parts: plan.parts, size: plan.lanes * plan.params.chunk, total: B * L, eps, momentum },
    buffers: {
      moments: partial,
      mean,
      rstd,
      runningMean: running?.mean ?? spareMean,
      runningVariance: running?.variance ?? spareVariance,
    },
  });
  return { y: normalised(x, dims, { gamma, beta, mean, statistic: rstd }), mean, rstd };
}

/**
 * Pull a cotangent of {@link batchNorm}'s output back to its inputs, through the statistics.
 *
 * @param mean - of the batch, [H], as batchNorm returned it.
 * @param rstd - 1 / sqrt(var + eps), [H], as batchNorm returned it.
 * @param dy - shaped like x.
 * @returns dx, shaped like x, and dGamma and dBeta, [H]; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function batchNormVjp(
  x: Tensor,
  gamma: Tensor,
  mean: Tensor,
  rstd: Tensor,
  dy: Tensor,
): { dx: Tensor; dGamma: Tensor; dBeta: Tensor } {
  const dims = normDims('batchNormVjp', x, { gamma, mean, rstd }, dy);
  const { B, H, L } = dims;
  const gpu = x.device;
  const { dGamma, dBeta } = scaleGradients(gpu, dscale, dims, { x, dy, mean, rstd });
  const dx = gpu.empty(x.shape);
  const n = lanesOf(L);
  runElements(gpu, dbatchnorm[n], x.size / n, {
    params: { H, L: L / n, size: B * L },
    buffers: { x, dy, gamma, mean, rstd, dGamma, dBeta, dx },
  });
  return { dx, dGamma, dBeta };
}

/**
 * Normalise with given statistics: what evaluation does with the running ones.
 *
 *     y = gamma (x - mean) / sqrt(variance + eps) + beta
 *
 * @param x - [B, H, L] or [B, H]; the others [H].
 * @returns y, shaped like x. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function batchNormInference(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  mean: Tensor,
  variance: Tensor,
  { eps = 1e-5 }: { readonly eps?: number | undefined } = {},
): Tensor {
  const dims = normDims('batchNormInference', x, { gamma, beta, mean, variance });
  return normalised(x, dims, { gamma, beta, mean, statistic: variance }, eps);
}

/** The statistic is the variance where eps is given, else rstd. */
function normalised(
  x: Tensor,
  { H, L }: SequenceDims,
  channels: Readonly<Record<'gamma' | 'beta' | 'mean' | 'statistic', Tensor>>,
  eps?: number,
): Tensor {
  const gpu = x.device;
  const n = lanesOf(L);
  const y = gpu.empty(x.shape);
  runElements(gpu, normalise[n], x.size / n, {
    constants: { FROM_VARIANCE: Number(eps !== undefined) },
    params: { H, L: L / n, eps: eps ?? 0 },
    buffers: { x, ...channels, y },
  });
  return y;
}
