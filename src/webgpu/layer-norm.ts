import columnsFragment from '../../wgsl/common/columns.wgsl?raw';
import perColumn from '../../wgsl/common/per-column.wgsl?raw';
import dlayernormCode from '../../wgsl/dense/dlayernorm.wgsl?raw';
import dscaleCode from '../../wgsl/dense/dscale.wgsl?raw';
import layernormCode from '../../wgsl/dense/layernorm.wgsl?raw';
import { type SequenceDims, normDims } from '../shapes/dense.js';
import type { Gpu } from './gpu.js';
import {
  type Lanes,
  channelParts,
  channelPlan,
  emptyParts,
  flatGrid,
  foldParts,
  lanes,
  lanesOf,
  runChannels,
} from './launch.js';
import type { Tensor } from './tensor.js';

const layernorm: Lanes = /* @__PURE__ */ lanes('dense/layernorm', columnsFragment, layernormCode);
const dlayernorm: Lanes = /* @__PURE__ */ lanes('dense/dlayernorm', columnsFragment, dlayernormCode);
const dscale: Lanes = /* @__PURE__ */ lanes('dense/dscale-column', perColumn, ...channelParts, dscaleCode);

/**
 * Normalise over the features of every position.
 *
 *     y[b, h, l] = gamma[h] (x[b, h, l] - mean[b, l]) / sqrt(var[b, l] + eps) + beta[h]
 *
 * @param x - [B, H, L] or [B, H].
 * @param gamma - [H].
 * @param beta - [H].
 * @param options.eps - 1e-5 by default.
 * @returns y, shaped like x. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 * @see Ba, Kiros and Hinton, arXiv:1607.06450.
 */
export function layerNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  { eps = 1e-5 }: { readonly eps?: number | undefined } = {},
): Tensor {
  const dims = normDims('layerNorm', x, { gamma, beta });
  const gpu = x.device;
  const y = gpu.empty(x.shape);
  runColumns(gpu, layernorm, dims, eps, { x, gamma, beta, y });
  return y;
}

/**
 * Pull a cotangent of {@link layerNorm}'s output back to its inputs.
 *
 * @param dy - shaped like x.
 * @returns dx, shaped like x, and dGamma and dBeta, [H]; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function layerNormVjp(
  x: Tensor,
  gamma: Tensor,
  dy: Tensor,
  { eps = 1e-5 }: { readonly eps?: number | undefined } = {},
): { dx: Tensor; dGamma: Tensor; dBeta: Tensor } {
  const dims = normDims('layerNormVjp', x, { gamma }, dy);
  const { B, L } = dims;
  const gpu = x.device;
  const dx = gpu.empty(x.shape);
  using mean = gpu.empty([B, L]);
  using rstd = gpu.empty([B, L]);
  runColumns(gpu, dlayernorm, dims, eps, { x, gamma, dy, dx, mean, rstd });
  return { dx, ...scaleGradients(gpu, dscale, dims, { x, dy, mean, rstd }) };
}

/** dGamma and dBeta of a norm, from its statistics. */
export function scaleGradients(
  gpu: Gpu,
  kernels: Lanes,
  dims: SequenceDims,
  buffers: Readonly<Record<'x' | 'dy' | 'mean' | 'rstd', Tensor>>,
): { dGamma: Tensor; dBeta: Tensor } {
  const plan = channelPlan(gpu, dims);
  const { parts } = plan;
  const dGamma = emptyParts(gpu, parts, [dims.H]);
  const dBeta = emptyParts(gpu, parts, [dims.H]);
  runChannels(gpu, kernels, plan, { buffers: { ...buffers, dGamma, dBeta } });
  return { dGamma: foldParts(gpu, dGamma, parts, [dims.H]), dBeta: foldParts(gpu, dBeta, parts, [dims.H]) };
}

function runColumns(
  gpu: Gpu,
  kernels: Lanes,
  { B, H, L }: SequenceDims,
  eps: number,
  buffers: Readonly<Record<string, Tensor>>,
): void {
  const n = lanesOf(L);
  const columns = (B * L) / n;
  const { COLUMNS, SLICES } = columnShape(gpu, columns, L / n, H);
  gpu.run(kernels[n], {
    constants: { COLUMNS, SLICES },
    params: { H, L: L / n, columns, eps },
    buffers,
    grid: flatGrid(gpu, Math.ceil(columns / COLUMNS)),
  });
}

/**
 * Columns side by side in memory make loads coalesced; where rows are short, slices of features do. Software gets no
 * slices, hence no barriers.
 */
function columnShape(gpu: Gpu, columns: number, L: number, H: number): { COLUMNS: number; SLICES: number } {
  if (gpu.software) return { COLUMNS: Math.min(64, powerOfTwo(columns)), SLICES: 1 };
  const COLUMNS = Math.min(32, powerOfTwo(L));
  return { COLUMNS, SLICES: Math.min(256 / COLUMNS, powerOfTwo(H)) };
}

/** The smallest power of two that is at least n. */
function powerOfTwo(n: number): number {
  return 2 ** Math.ceil(Math.log2(n));
}
