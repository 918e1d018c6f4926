import { normDims } from '../shapes/dense.js';
import type { Tensor } from './tensor.js';

/** Positions of one item of the gradient's kernel. */
const VJP_ITEM = 256;

/** Positions that the kernels take at a time, a multiple of 16: what they copy should fit the second-level cache. */
function tileSize(H: number): number {
  return Math.min(VJP_ITEM, Math.max(64, 16 * Math.floor(2048 / H)));
}

/**
 * Normalise over features: y = gamma (x - mean) / sqrt(var + eps) + beta.
 *
 * @param x - [B, H, L] or [B, H]; mean and variance are taken over axis 1.
 * @param gamma - [H].
 * @param beta - [H].
 * @param options.eps - 1e-5 by default.
 * @returns y, shaped like x.
 * @throws ShapeError if a tensor does not fit x.
 * @see `layerNorm` in reference/norm.ts.
 */
export function layerNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  { eps = 1e-5 }: { readonly eps?: number | undefined } = {},
): Tensor {
  const { B, H, L } = normDims('layerNorm', x, { gamma, beta });
  const y = x.device.empty(x.shape);
  const tile = tileSize(H);
  const items = B * Math.ceil(L / tile);
  x.device.run('layerNorm', items, [x, gamma, beta, y, H, L, eps, tile], { scratch: 4 * tile * (H + 2) });
  return y;
}

/**
 * Gradient of {@link layerNorm}. With z = (x - mean) rstd, g = gamma dy and means over features,
 *
 *     dx = rstd (g - mean(g) - z mean(g z)),   dGamma = sum dy z,   dBeta = sum dy
 *
 * @param dy - cotangent of y, shaped like x.
 * @returns dx, shaped like x, and dGamma and dBeta, [H].
 * @throws ShapeError if a tensor does not fit x.
 */
export function layerNormVjp(
  x: Tensor,
  gamma: Tensor,
  dy: Tensor,
  { eps = 1e-5 }: { readonly eps?: number | undefined } = {},
): { dx: Tensor; dGamma: Tensor; dBeta: Tensor } {
  const { B, H, L } = normDims('layerNormVjp', x, { gamma }, dy);
  const cpu = x.device;
  const items = B * Math.ceil(L / VJP_ITEM);
  const tile = tileSize(H);
  const [dx, dGamma, dBeta] = [cpu.empty(x.shape), cpu.empty([H]), cpu.empty([H])];
  using sums = cpu.empty([items, 2, H, 2]); // f64 [items, 2, H]
  const args = [x, gamma, dy, dx, sums, H, L, eps, tile];
  cpu.run('layerNormVjp', items, args, { scratch: 8 * tile * (H + 2) + 32 * H });
  cpu.run('layerNormSums', H, [sums, items, dGamma, dBeta, H]);
  return { dx, dGamma, dBeta };
}
