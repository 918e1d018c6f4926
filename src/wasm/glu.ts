import type { Dropout } from '../backend.js';
import { gluDims } from '../shapes/dense.js';
import { MASK_BYTES, maskArguments } from './mask.js';
import type { Tensor } from './tensor.js';

/**
 * Gated linear unit, residual + dropout(a sigmoid(g)), x = [a; g] along axis 1.
 *
 * @param x - [B, 2H, L] or [B, 2H].
 * @param options.residual - [B, H, L] or [B, H].
 * @returns y, [B, H, L] or [B, H].
 * @throws ShapeError if x has an odd number of features, or residual or dropout do not fit it.
 * @see `glu` in reference/dense.ts.
 */
export function glu(
  x: Tensor,
  options: { readonly residual?: Tensor | undefined; readonly dropout?: Dropout<Tensor> | undefined } = {},
): Tensor {
  const { B, H, L, shape } = gluDims('glu', x, options);
  const y = x.device.empty(shape);
  const args = [x, options.residual ?? 0, y, H, L, ...maskArguments(options.dropout)];
  x.device.run('glu', B * H, args, { scratch: MASK_BYTES });
  return y;
}

/**
 * Gradient of {@link glu} in x; the residual's cotangent is dy.
 *
 * @param dy - cotangent of y, [B, H, L] or [B, H].
 * @returns dx, shaped like x.
 * @throws ShapeError if x has an odd number of features, or dropout or dy do not fit it.
 */
export function gluVjp(
  x: Tensor,
  dy: Tensor,
  options: { readonly dropout?: Dropout<Tensor> | undefined } = {},
): { dx: Tensor } {
  const { B, H, L } = gluDims('gluVjp', x, { ...options, dy });
  const dx = x.device.empty(x.shape);
  x.device.run('gluVjp', B * H, [x, dy, dx, H, L, ...maskArguments(options.dropout)], { scratch: MASK_BYTES });
  return { dx };
}
