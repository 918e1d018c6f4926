import sigmoid from '../../wgsl/common/sigmoid.wgsl?raw';
import dgluCode from '../../wgsl/dense/dglu.wgsl?raw';
import gluCode from '../../wgsl/dense/glu.wgsl?raw';
import type { Dropout } from '../backend.js';
import { type SequenceDims, gluDims } from '../shapes/dense.js';
import { type Lanes, dropoutArguments, dropoutParts, lanes, lanesOf, runElements, unused } from './launch.js';
import type { Tensor } from './tensor.js';

const gluKernel: Lanes = /* @__PURE__ */ lanes('dense/glu', sigmoid, ...dropoutParts, gluCode);
const dglu: Lanes = /* @__PURE__ */ lanes('dense/dglu', sigmoid, ...dropoutParts, dgluCode);

/**
 * Gated linear unit, with dropout and residual in the same pass.
 *
 *     y = residual + dropout(a / (1 + exp(-g))),   x = [a; g] along axis 1
 *
 * @param x - [B, 2H, L] or [B, 2H].
 * @param options.residual - [B, H, L] or [B, H].
 * @returns y, [B, H, L] or [B, H]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree or x has an odd number of features.
 * @see Dauphin et al., arXiv:1612.08083.
 */
export function glu(
  x: Tensor,
  options: { readonly residual?: Tensor | undefined; readonly dropout?: Dropout<Tensor> | undefined } = {},
): Tensor {
  const { residual, dropout } = options;
  const dims = gluDims('glu', x, options);
  const gpu = x.device;
  const { params, constants, key } = dropoutArguments(gpu, dropout);
  const y = gpu.empty(dims.shape);
  const n = lanesFor(dims, dropout);
  runElements(gpu, gluKernel[n], y.size / n, {
    constants: { ...constants, RESIDUAL: Number(residual !== undefined) },
    params: { ...sizes(dims, n), ...params },
    buffers: { x, residual: residual ?? unused(gpu), key, y },
  });
  return y;
}

/**
 * Pull a cotangent of {@link glu}'s output back to x. The residual's cotangent is dy itself.
 *
 * @param dy - [B, H, L] or [B, H].
 * @returns dx, shaped like x. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function gluVjp(
  x: Tensor,
  dy: Tensor,
  options: { readonly dropout?: Dropout<Tensor> | undefined } = {},
): { dx: Tensor } {
  const dims = gluDims('gluVjp', x, { ...options, dy });
  const gpu = x.device;
  const { params, constants, key } = dropoutArguments(gpu, options.dropout);
  const dx = gpu.empty(x.shape);
  const n = lanesFor(dims, options.dropout);
  runElements(gpu, dglu[n], dy.size / n, {
    constants,
    params: { ...sizes(dims, n), ...params },
    buffers: { x, dy, key, dx },
  });
  return { dx };
}

/** Rows matter for tied dropout only; else it is enough that a gate lies a whole number of elements away. */
function lanesFor({ H, L }: SequenceDims, dropout: Dropout<Tensor> | undefined): 1 | 4 {
  return lanesOf(dropout?.tied === true ? L : H * L);
}

function sizes({ H, L }: SequenceDims, n: 1 | 4): { readonly plane: number; readonly L: number } {
  return { plane: (H * L) / n, L: lanesOf(L) >= n ? L / n : 1 };
}
