/** @file Normalisation over features (layer norm) and over batch and length (batch norm). */
import type { SequenceDims } from './dense.js';

/** Indices of the entries of x [B, H, L] that one layer norm reads: all features at (b, l). */
function features({ H, L }: SequenceDims, b: number, l: number): number[] {
  return Array.from({ length: H }, (_, h) => (b * H + h) * L + l);
}

/** Indices of the entries of channel h: all batches and positions. */
function channel({ B, H, L }: SequenceDims, h: number): number[] {
  return Array.from({ length: B * L }, (_, i) => (Math.floor(i / L) * H + h) * L + (i % L));
}

/** Mean and biased variance of the entries at `indices`. */
function moments(x: Float64Array, indices: readonly number[]): { mean: number; variance: number } {
  const n = indices.length;
  const mean = indices.reduce((sum, i) => sum + x[i], 0) / n;
  return { mean, variance: indices.reduce((sum, i) => sum + (x[i] - mean) ** 2, 0) / n };
}

/**
 * y = gamma (x - mean) / sqrt(var + eps) + beta, with mean and variance over features.
 *
 * @param x - [B, H, L].
 * @param gamma - [H].
 * @param beta - [H].
 */
export function layerNorm(
  x: Float64Array,
  gamma: Float64Array,
  beta: Float64Array,
  dims: SequenceDims,
  eps = 1e-5,
): Float64Array {
  const y = new Float64Array(x.length);
  for (let b = 0; b < dims.B; b++) {
    for (let l = 0; l < dims.L; l++) {
      const indices = features(dims, b, l);
      const { mean, variance } = moments(x, indices);
      indices.forEach((i, h) => (y[i] = (gamma[h] * (x[i] - mean)) / Math.sqrt(variance + eps) + beta[h]));
    }
  }
  return y;
}

/**
 * With z = (x - mean) rstd and g = gamma dy:
 *
 *     dx = rstd (g - mean(g) - z mean(g z)),   dGamma = sum dy z,   dBeta = sum dy
 */
export function layerNormVjp(
  x: Float64Array,
  gamma: Float64Array,
  dy: Float64Array,
  dims: SequenceDims,
  eps = 1e-5,
): { dx: Float64Array; dGamma: Float64Array; dBeta: Float64Array } {
  const { B, H, L } = dims;
  const dx = new Float64Array(x.length);
  const [dGamma, dBeta] = [new Float64Array(H), new Float64Array(H)];
  for (let b = 0; b < B; b++) {
    for (let l = 0; l < L; l++) {
      const indices = features(dims, b, l);
      const { mean, variance } = moments(x, indices);
      const rstd = 1 / Math.sqrt(variance + eps);
      let [sum, sumZ] = [0, 0];
      indices.forEach((i, h) => {
        const z = (x[i] - mean) * rstd;
        sum += gamma[h] * dy[i];
        sumZ += gamma[h] * dy[i] * z;
        dGamma[h] += dy[i] * z;
        dBeta[h] += dy[i];
      });
      indices.forEach((i, h) => (dx[i] = rstd * (gamma[h] * dy[i] - (sum + (x[i] - mean) * rstd * sumZ) / H)));
    }
  }
  return { dx, dGamma, dBeta };
}

/** Running statistics of a batch norm, [H] each, updated in place. */
export interface RunningStatistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * y = gamma (x - mean) rstd + beta, rstd = 1 / sqrt(var + eps), with mean and variance over batch and length.
 *
 * @param options.running - becomes (1 - momentum) running + momentum statistic, where the variance is the unbiased
 *   one: n / (n - 1) times that of the n = B L entries (the biased one where n = 1).
 * @returns y [B, H, L], mean [H] and rstd [H].
 */
export function batchNorm(
  x: Float64Array,
  gamma: Float64Array,
  beta: Float64Array,
  dims: SequenceDims,
  {
    eps = 1e-5,
    momentum = 0.1,
    running,
  }: {
    readonly eps?: number | undefined;
    readonly momentum?: number | undefined;
    readonly running?: RunningStatistics | undefined;
  } = {},
): { y: Float64Array; mean: Float64Array; rstd: Float64Array } {
  const { B, H, L } = dims;
  const [mean, rstd] = [new Float64Array(H), new Float64Array(H)];
  const unbiased = (B * L) / Math.max(1, B * L - 1);
  for (let h = 0; h < H; h++) {
    const statistics = moments(x, channel(dims, h));
    mean[h] = statistics.mean;
    rstd[h] = 1 / Math.sqrt(statistics.variance + eps);
    if (running === undefined) continue;
    running.mean[h] += momentum * (statistics.mean - running.mean[h]);
    running.variance[h] += momentum * (unbiased * statistics.variance - running.variance[h]);
  }
  return { y: normalise(x, gamma, beta, mean, rstd, dims), mean, rstd };
}

/** As {@link layerNormVjp}, with the means taken over batch and length. */
export function batchNormVjp(
  x: Float64Array,
  gamma: Float64Array,
  mean: Float64Array,
  rstd: Float64Array,
  dy: Float64Array,
  dims: SequenceDims,
): { dx: Float64Array; dGamma: Float64Array; dBeta: Float64Array } {
  const dx = new Float64Array(x.length);
  const [dGamma, dBeta] = [new Float64Array(dims.H), new Float64Array(dims.H)];
  for (let h = 0; h < dims.H; h++) {
    const indices = channel(dims, h);
    const z = (i: number): number => (x[i] - mean[h]) * rstd[h];
    for (const i of indices) {
      dGamma[h] += dy[i] * z(i);
      dBeta[h] += dy[i];
    }
    for (const i of indices) {
      dx[i] = gamma[h] * rstd[h] * (dy[i] - (dBeta[h] + z(i) * dGamma[h]) / indices.length);
    }
  }
  return { dx, dGamma, dBeta };
}

/** y = gamma (x - mean) / sqrt(variance + eps) + beta with given statistics, [H] each. */
export function batchNormInference(
  x: Float64Array,
  gamma: Float64Array,
  beta: Float64Array,
  mean: Float64Array,
  variance: Float64Array,
  dims: SequenceDims,
  eps = 1e-5,
): Float64Array {
  const rstd = variance.map((v) => 1 / Math.sqrt(v + eps));
  return normalise(x, gamma, beta, mean, rstd, dims);
}

function normalise(
  x: Float64Array,
  gamma: Float64Array,
  beta: Float64Array,
  mean: Float64Array,
  rstd: Float64Array,
  { H, L }: SequenceDims,
): Float64Array {
  return x.map((v, i) => {
    const h = Math.floor(i / L) % H;
    return gamma[h] * (v - mean[h]) * rstd[h] + beta[h];
  });
}
