import type { Dropout } from '../backend.js';
import { elementwiseDims } from '../shapes/dense.js';
import { MASK_BYTES, maskArguments } from './mask.js';
import type { Tensor } from './tensor.js';

interface GeluOptions {
  readonly bias?: Tensor | undefined;
  readonly dropout?: Dropout<Tensor> | undefined;
}

/**
 * dropout(gelu(x + bias[h])), gelu(v) = v (1 + erf(v / sqrt 2)) / 2.
 *
 * @param x - [B, H, L] or [B, H].
 * @param options.bias - [H].
 * @returns y, shaped like x.
 * @throws ShapeError if bias or dropout do not fit x.
 * @see `gelu` in reference/dense.ts.
 */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  const { B, H, L } = elementwiseDims('gelu', x, options);
  const y = x.device.empty(x.shape);
  const args = [x, y, options.bias ?? 0, H, L, ...maskArguments(options.dropout)];
  x.device.run('gelu', B * H, args, { scratch: MASK_BYTES });
  return y;
}

/**
 * Gradient of {@link gelu}, gelu'(v) = Phi(v) + v phi(v) with the normal distribution Phi and its density phi.
 *
 * @param dy - cotangent of y, shaped like x.
 * @returns dx, shaped like x, and dBias [H] where a bias was given.
 * @throws ShapeError if bias, dropout or dy do not fit x.
 */
export function geluVjp(x: Tensor, dy: Tensor, options: GeluOptions = {}): { dx: Tensor; dBias?: Tensor } {
  const { B, H, L } = elementwiseDims('geluVjp', x, { ...options, dy });
  const { bias } = options;
  const dx = x.device.empty(x.shape);
  const dBias = bias && x.device.empty(bias.shape);
  const args = [x, dy, dx, bias ?? 0, dBias ?? 0, B, H, L, ...maskArguments(options.dropout)];
  x.device.run('geluVjp', H, args, { scratch: MASK_BYTES });
  return dBias === undefined ? { dx } : { dx, dBias };
}
