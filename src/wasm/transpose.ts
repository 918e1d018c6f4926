import { transposeDims } from '../shapes/dense.js';
import type { Tensor } from './tensor.js';

/** Rows of one item of the kernel. */
const ROWS = 16;

/**
 * Swap the last two axes.
 *
 * @param x - [.., M, N].
 * @returns y, [.., N, M].
 * @throws ShapeError if x has fewer than two axes.
 */
export function transpose(x: Tensor): Tensor {
  const { G, M, N, shape } = transposeDims('transpose', x);
  const y = x.device.empty(shape);
  x.device.run('transpose', G * Math.ceil(M / ROWS), [x, y, M, N]);
  return y;
}
