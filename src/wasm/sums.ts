import type { Shape } from '../tensor.js';
import type { Tensor } from './tensor.js';

/** The sum over the first of two axes, [count, ..] to `shape`, in order. The caller disposes it. */
export function sumParts(shape: Shape, parts: Tensor, count: number): Tensor {
  const sum = parts.device.empty(shape);
  parts.device.run('sumParts', Math.ceil(sum.size / 16), [sum, parts, count, sum.size]);
  return sum;
}
