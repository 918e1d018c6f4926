import normal from '../../wgsl/common/normal.wgsl?raw';
import dgeluCode from '../../wgsl/dense/dgelu.wgsl?raw';
import geluCode from '../../wgsl/dense/gelu.wgsl?raw';
import type { Dropout } from '../backend.js';
import { elementwiseDims } from '../shapes/dense.js';
import {
  type Lanes,
  channelParts,
  channelPlan,
  dropoutArguments,
  dropoutParts,
  emptyParts,
  foldParts,
  lanes,
  lanesOf,
  runChannels,
  runElements,
  unused,
} from './launch.js';
import type { Tensor } from './tensor.js';

const geluKernel: Lanes = /* @__PURE__ */ lanes('dense/gelu', normal, ...dropoutParts, geluCode);
const dgelu: Lanes = /* @__PURE__ */ lanes('dense/dgelu', normal, ...dropoutParts, ...channelParts, dgeluCode);

export interface GeluOptions {
  /** [H], added before the activation. */
  readonly bias?: Tensor | undefined;
  /** Applied after it. */
  readonly dropout?: Dropout<Tensor> | undefined;
}

/**
 * The Gaussian error linear unit, with bias and dropout in the same pass.
 *
 *     y = dropout(gelu(x + bias[h])),   gelu(v) = v (1 + erf(v / sqrt 2)) / 2
 *
 * @param x - [B, H, L] or [B, H].
 * @returns y, shaped like x. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 * @see Hendrycks and Gimpel, arXiv:1606.08415.
 */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  const { H, L } = elementwiseDims('gelu', x, options);
  const gpu = x.device;
  const n = lanesOf(L);
  const { params, constants, key } = dropoutArguments(gpu, options.dropout);
  const y = gpu.empty(x.shape);
  runElements(gpu, geluKernel[n], x.size / n, {
    constants: { ...constants, BIAS: Number(options.bias !== undefined) },
    params: { H, L: L / n, ...params },
    buffers: { x, bias: options.bias ?? unused(gpu), key, y },
  });
  return y;
}

/**
 * Pull a cotangent of {@link gelu}'s output back to x and, where it is given, to the bias.
 *
 * @param dy - shaped like x.
 * @returns dx, shaped like x, and dBias [H], the sum of dx over batch and length; the caller disposes both.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function geluVjp(x: Tensor, dy: Tensor, options: GeluOptions = {}): { dx: Tensor; dBias?: Tensor } {
  const dims = elementwiseDims('geluVjp', x, { ...options, dy });
  const gpu = x.device;
  const plan = channelPlan(gpu, dims);
  const { params, constants, key } = dropoutArguments(gpu, options.dropout);
  const biased = options.bias !== undefined;
  const dx = gpu.empty(x.shape);
  const partial = emptyParts(gpu, plan.parts, [dims.H]);
  runChannels(gpu, dgelu, plan, {
    constants: { ...constants, BIAS: Number(biased) },
    params,
    buffers: { x, dy, bias: options.bias ?? unused(gpu), key, dx, dBias: partial },
  });
  if (biased) return { dx, dBias: foldParts(gpu, partial, plan.parts, [dims.H]) };
  partial.dispose();
  return { dx };
}
