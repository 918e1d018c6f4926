import type { Dropout } from '../backend.js';
import { elementwiseDims, sameShape } from '../shapes/dense.js';
import { MASK_BYTES, maskArguments } from './mask.js';
import type { Tensor } from './tensor.js';

/** Entries of one item of the flat kernels. */
const BLOCK = 4096;

/** y = kernel(...inputs) entry by entry, shaped like the first input. */
function map(kernel: string, inputs: readonly [Tensor, ...Tensor[]], ...numbers: number[]): Tensor {
  const [{ device, shape, size }] = inputs;
  const y = device.empty(shape);
  device.run(kernel, Math.ceil(size / BLOCK), [...inputs, y, size, ...numbers]);
  return y;
}

/**
 * a + b.
 *
 * @throws ShapeError if the shapes differ.
 */
export function add(a: Tensor, b: Tensor): Tensor {
  sameShape('add', { a, b });
  return map('add', [a, b]);
}

/** factor x. */
export function scale(x: Tensor, factor: number): Tensor {
  sameShape('scale', { x });
  return map('scale', [x], factor);
}

/** max(x, 0). NaN stays NaN. */
export function relu(x: Tensor): Tensor {
  sameShape('relu', { x });
  return map('relu', [x]);
}

/**
 * dy where x > 0, else 0.
 *
 * @throws ShapeError if the shapes differ.
 */
export function reluVjp(x: Tensor, dy: Tensor): { dx: Tensor } {
  sameShape('reluVjp', { x, dy });
  return { dx: map('reluVjp', [x, dy]) };
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: Tensor): Tensor {
  sameShape('sigmoid', { x });
  return map('sigmoid', [x]);
}

/**
 * dx = dy sigmoid(x) sigmoid(-x).
 *
 * @throws ShapeError if the shapes differ.
 */
export function sigmoidVjp(x: Tensor, dy: Tensor): { dx: Tensor } {
  sameShape('sigmoidVjp', { x, dy });
  return { dx: map('sigmoidVjp', [x, dy]) };
}

/**
 * x with dropped entries zeroed and the others divided by 1 - p. Its own gradient: apply it to dy.
 *
 * @param x - [B, H, L] or [B, H].
 * @throws ShapeError if dropout.p or its key or stream are out of range.
 * @see `dropoutFactor` in reference/rng.ts.
 */
export function dropout(x: Tensor, dropout: Dropout<Tensor>): Tensor {
  const { B, H, L } = elementwiseDims('dropout', x, { dropout });
  const y = x.device.empty(x.shape);
  x.device.run('dropout', B * H, [x, y, L, ...maskArguments(dropout)], { scratch: MASK_BYTES });
  return y;
}
