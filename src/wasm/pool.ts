import { lengthDims, poolVjpDims } from '../shapes/dense.js';
import type { Tensor } from './tensor.js';

interface PoolOptions {
  readonly lengths?: Tensor | undefined;
}

interface PoolVjpOptions extends PoolOptions {
  readonly L: number;
}

function pool(name: string, x: Tensor, { lengths }: PoolOptions): Tensor {
  const { B, H, L } = lengthDims(name, x, lengths);
  const y = x.device.empty([B, H]);
  x.device.run(name, B * H, [x, lengths ?? 0, y, H, L]);
  return y;
}

function poolVjp(name: string, dy: Tensor, { L, lengths }: PoolVjpOptions): { dx: Tensor } {
  const { B, H } = poolVjpDims(name, dy, L, lengths);
  const dx = dy.device.empty([B, H, L]);
  dy.device.run(name, B * H, [dy, lengths ?? 0, dx, H, L]);
  return { dx };
}

/**
 * Mean over the first lengths[b] positions, all of them without lengths.
 *
 * @param x - [B, H, L].
 * @param options.lengths - u32 [B].
 * @returns y, [B, H].
 * @throws ShapeError if x is not [B, H, L] or lengths does not fit it.
 * @see reference/pool.ts.
 */
export function meanPool(x: Tensor, options: PoolOptions = {}): Tensor {
  return pool('meanPool', x, options);
}

/**
 * Gradient of {@link meanPool}: dy / lengths[b] at the positions that count, 0 at the others.
 *
 * @param dy - cotangent of y, [B, H].
 * @returns dx, [B, H, L].
 * @throws ShapeError if dy is not [B, H] or lengths does not fit it.
 */
export function meanPoolVjp(dy: Tensor, options: PoolVjpOptions): { dx: Tensor } {
  return poolVjp('meanPoolVjp', dy, options);
}

/**
 * The last valid position, lengths[b] - 1, or L - 1 without lengths.
 *
 * @param x - [B, H, L].
 * @param options.lengths - u32 [B].
 * @returns y, [B, H].
 * @throws ShapeError if x is not [B, H, L] or lengths does not fit it.
 */
export function lastPool(x: Tensor, options: PoolOptions = {}): Tensor {
  return pool('lastPool', x, options);
}

/**
 * Gradient of {@link lastPool}: dy at the last valid position, 0 at the others.
 *
 * @param dy - cotangent of y, [B, H].
 * @returns dx, [B, H, L].
 * @throws ShapeError if dy is not [B, H] or lengths does not fit it.
 */
export function lastPoolVjp(dy: Tensor, options: PoolVjpOptions): { dx: Tensor } {
  return poolVjp('lastPoolVjp', dy, options);
}

/**
 * x with entries at positions l >= lengths[b] zeroed. Its own gradient: apply it to dy.
 *
 * @param x - [B, H, L].
 * @param lengths - u32 [B].
 * @throws ShapeError if x is not [B, H, L] or lengths does not fit it.
 */
export function maskLength(x: Tensor, lengths: Tensor): Tensor {
  const { B, H, L } = lengthDims('maskLength', x, lengths);
  const y = x.device.empty(x.shape);
  x.device.run('maskLength', B * H, [x, lengths, y, H, L]);
  return y;
}
