import reduce from '../../wgsl/common/reduce.wgsl?raw';
import adamwCode from '../../wgsl/dense/adamw.wgsl?raw';
import clipScaleCode from '../../wgsl/dense/clip-scale.wgsl?raw';
import squaresCode from '../../wgsl/dense/squares.wgsl?raw';
import type { AdamwOptions } from '../backend.js';
import { checkAdamw, checkClipScale } from '../shapes/optim.js';
import { type Kernel, kernel } from './kernel.js';
import { type Lanes, groupSize, lanes, lanesOf, partSize, runElements, runGroups, unused } from './launch.js';
import type { Tensor } from './tensor.js';

const squares: Lanes = /* @__PURE__ */ lanes('dense/squares', reduce, squaresCode);
const clipScaleKernel: Kernel = /* @__PURE__ */ kernel('dense/clip-scale', reduce, clipScaleCode);
const adamwKernel: Lanes = /* @__PURE__ */ lanes('dense/adamw', adamwCode);

/**
 * The factor that clips the Euclidean norm of all gradients together to maxNorm.
 *
 *     [min(1, maxNorm / (norm + 1e-6)), norm]
 *
 * @param grads - at least one, of any shapes.
 * @returns the factor and the norm, [2]. The caller disposes it.
 * @throws {@link ShapeError} if there are no gradients.
 */
export function clipScale(grads: readonly Tensor[], maxNorm: number): Tensor {
  checkClipScale('clipScale', grads);
  const gpu = (grads[0] as Tensor).device;
  const plans = grads.map((x) => {
    const width = lanesOf(x.size);
    const n = x.size / width;
    const chunk = partSize(gpu, n, grads.length, 1024);
    return { x, width, n, chunk, count: Math.ceil(n / chunk) } as const;
  });
  const total = plans.reduce((sum, { count }) => sum + count, 0);
  using partial = gpu.empty([total]);
  let first = 0;
  for (const { x, width, n, chunk, count } of plans) {
    runGroups(gpu, squares[width], count, chunk, { params: { n, chunk, first }, buffers: { x, y: partial } });
    first += count;
  }
  const y = gpu.empty([2]);
  gpu.run(clipScaleKernel, {
    constants: { WG: groupSize(gpu, total) },
    params: { n: total, maxNorm },
    buffers: { squares: partial, y },
    grid: [1],
  });
  return y;
}

/**
 * One step of AdamW, in place on param, m and v.
 *
 *     g = gradScale[0] grad;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
 *     param -= lr hyper[0] (weightDecay param + m hyper[1] / (sqrt(v hyper[2]) + eps))
 *
 * @param hyper - [3]: the schedule's factor, 1 / (1 - beta1^t), 1 / (1 - beta2^t).
 * @param gradScale - [2] as {@link clipScale} returns it; 1 where left out.
 * @throws {@link ShapeError} if the shapes disagree.
 * @see Loshchilov and Hutter, arXiv:1711.05101.
 */
export function adamw(
  param: Tensor,
  grad: Tensor,
  m: Tensor,
  v: Tensor,
  hyper: Tensor,
  { lr, beta1, beta2, eps, weightDecay }: AdamwOptions,
  gradScale?: Tensor,
): void {
  checkAdamw('adamw', { param, grad, m, v }, hyper, gradScale);
  const gpu = param.device;
  const n = lanesOf(param.size);
  runElements(gpu, adamwKernel[n], param.size / n, {
    constants: { CLIPPED: Number(gradScale !== undefined) },
    params: { lr, beta1, beta2, rest1: 1 - beta1, rest2: 1 - beta2, eps, weightDecay },
    buffers: { grad, hyper, gradScale: gradScale ?? unused(gpu), param, m, v },
  });
}
