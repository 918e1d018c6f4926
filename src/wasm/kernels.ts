import type { SmoothOptions } from '../backend.js';
import { checkSquash, resizeDims, smoothDims, smoothWeights } from '../shapes/kernels.js';
import type { Tensor } from './tensor.js';

/** Entries of one item of the flat kernels. */
const BLOCK = 4096;

/**
 * sign(x) max(|x| - lambda, 0).
 *
 * @throws ShapeError unless lambda >= 0.
 * @see Fu et al., arXiv:2302.06646.
 */
export function squash(x: Tensor, lambda: number): Tensor {
  checkSquash('squash', x, lambda);
  const y = x.device.empty(x.shape);
  x.device.run('squash', Math.ceil(x.size / BLOCK), [x, y, x.size, lambda]);
  return y;
}

/**
 * dy where |x| > lambda, else 0.
 *
 * @throws ShapeError if the shapes differ, or unless lambda >= 0.
 */
export function squashVjp(x: Tensor, dy: Tensor, lambda: number): { dx: Tensor } {
  checkSquash('squashVjp', x, lambda, dy);
  const dx = x.device.empty(x.shape);
  x.device.run('squashVjp', Math.ceil(x.size / BLOCK), [x, dy, dx, x.size, lambda]);
  return { dx };
}

/**
 * Moving average over neighbours on the last axis, or along the bins of a spectrum. Its own gradient: apply it to dy.
 *
 * @param x - of any shape; [.., F, 2] where options.complex is set.
 * @param width - number of neighbours, odd.
 * @throws ShapeError if width is not an odd whole number, or x not complex where options.complex is set.
 */
export function smooth(x: Tensor, width: number, options: SmoothOptions = {}): Tensor {
  const { rows, length, stride } = smoothDims('smooth', x, width, options);
  const cpu = x.device;
  const y = cpu.empty(x.shape);
  const weights = cpu.memo(`smooth ${options.window ?? 'mean'} ${width}`, () =>
    cpu.tensor(smoothWeights(width, options), [width]),
  );
  const scratch = 4 * (length + stride * (width - 1) + 4);
  cpu.run('smooth', rows, [x, weights, y, length, stride, width], { scratch });
  return y;
}

/**
 * The last axis cut or filled with zeros to L entries. Its gradient is resize(dy, the length that x has).
 *
 * @throws ShapeError if L is not a whole number of at least 1 or x has no axis.
 */
export function resize(x: Tensor, L: number): Tensor {
  const { rows, K, shape } = resizeDims('resize', x, L);
  const y = x.device.empty(shape);
  x.device.run('resize', rows, [x, y, K, L]);
  return y;
}
