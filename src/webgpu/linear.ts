import channelSumCode from '../../wgsl/dense/channel-sum.wgsl?raw';
import { linearDims } from '../shapes/dense.js';
import { type Lanes, channelParts, channelPlan, emptyParts, foldParts, lanes, runChannels } from './launch.js';
import { columnSum, product } from './matmul.js';
import type { Tensor } from './tensor.js';

const channelSumKernel: Lanes = /* @__PURE__ */ lanes('dense/channel-sum', ...channelParts, channelSumCode);

/**
 * A linear map of the features at every position.
 *
 *     y[b, o, l] = sum_i W[o, i] x[b, i, l]  (+ bias[o])
 *
 * @param x - [B, I, L] or [B, I].
 * @param W - [O, I].
 * @param options.bias - [O].
 * @returns y, [B, O, L] or [B, O]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function linear(x: Tensor, W: Tensor, { bias }: { readonly bias?: Tensor | undefined } = {}): Tensor {
  const { B, I, O, L, shape } = linearDims('linear', x, W, bias);
  if (shape.length === 2) {
    const dims = { G: 1, M: B, K: I, N: O, batchedA: false, batchedB: false };
    return product({ ...dims, a: x, b: W, transposeB: true, bias, shape });
  }
  const dims = { G: B, M: O, K: I, N: L, batchedA: false, batchedB: true };
  return product({ ...dims, a: W, b: x, bias, biasOfRows: true, shape });
}

/**
 * Pull a cotangent of {@link linear}'s output back to its inputs.
 *
 *     dx[b, i, l] = sum_o W[o, i] dy[b, o, l],   dW[o, i] = sum_{b, l} dy[b, o, l] x[b, i, l],
 *     dBias[o] = sum_{b, l} dy[b, o, l]
 *
 * @param dy - [B, O, L] or [B, O].
 * @returns dx, dW and, where a bias is given, dBias, each shaped like its input; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function linearVjp(
  x: Tensor,
  W: Tensor,
  dy: Tensor,
  { bias }: { readonly bias?: Tensor | undefined } = {},
): { dx: Tensor; dW: Tensor; dBias?: Tensor } {
  const { B, I, O, L } = linearDims('linearVjp', x, W, bias, dy);
  if (dy.shape.length === 2) {
    const one = { G: 1, batchedA: false, batchedB: false };
    const dx = product({ ...one, a: dy, b: W, M: B, K: O, N: I, shape: x.shape });
    const dW = product({ ...one, a: dy, b: x, M: O, K: B, N: I, transposeA: true, shape: W.shape });
    return bias === undefined ? { dx, dW } : { dx, dW, dBias: columnSum(dy, O) };
  }
  const sizes = { G: B, M: I, K: O, N: L, batchedA: false, batchedB: true };
  const dx = product({ ...sizes, a: W, b: dy, transposeA: true, shape: x.shape });
  const both = { G: B, batchedA: true, batchedB: true, sum: true };
  const dW = product({ ...both, a: dy, b: x, M: O, K: L, N: I, transposeB: true, shape: W.shape });
  return bias === undefined ? { dx, dW } : { dx, dW, dBias: channelSum(dy) };
}

/** Sum of x [B, H, L] over batch and length; [H]. */
function channelSum(x: Tensor): Tensor {
  const [B, H, L] = x.shape as [number, number, number];
  const gpu = x.device;
  const plan = channelPlan(gpu, { B, H, L });
  const y = emptyParts(gpu, plan.parts, [H]);
  runChannels(gpu, channelSumKernel, plan, { buffers: { x, y } });
  return foldParts(gpu, y, plan.parts, [H]);
}
