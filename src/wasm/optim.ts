import type { AdamwOptions } from '../backend.js';
import { checkAdamw, checkClipScale } from '../shapes/optim.js';
import type { Tensor } from './tensor.js';

/** Entries of one item of the kernels. */
const BLOCK = 4096;

/**
 * The factor that limits the norm of all gradients together.
 *
 * @returns [min(1, maxNorm / (norm + 1e-6)), norm], with the Euclidean norm.
 * @throws ShapeError if there is no gradient.
 */
export function clipScale(grads: readonly Tensor[], maxNorm: number): Tensor {
  checkClipScale('clipScale', grads);
  const cpu = (grads[0] as Tensor).device;
  const items = grads.map(({ size }) => Math.ceil(size / BLOCK));
  const total = items.reduce((sum, n) => sum + n, 0);
  using sums = cpu.empty([total, 2]); // f64 [total]
  let at = sums.pointer;
  grads.forEach((grad, i) => {
    cpu.run('sumSquares', items[i], [grad, grad.size, at]);
    at += 8 * items[i];
  });
  const result = cpu.empty([2]);
  cpu.run('clipFactor', 1, [sums, total, maxNorm, result]);
  return result;
}

/**
 * One step of AdamW, in place on param, m and v.
 *
 *     g = gradScale[0] grad;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 *     param -= lr hyper[0] (weightDecay param + m hyper[1] / (sqrt(v hyper[2]) + eps))
 *
 * @param hyper - [3]: the schedule's factor, 1 / (1 - b1^t), 1 / (1 - b2^t).
 * @param gradScale - as {@link clipScale} returns it; 1 where left out.
 * @throws ShapeError if the shapes do not fit together.
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
  const moved = [param, grad, m, v, param.size, hyper, gradScale ?? 0];
  param.device.run('adamw', Math.ceil(param.size / BLOCK), [...moved, lr, beta1, beta2, eps, weightDecay]);
}
