import { ShapeError } from '../errors.js';
import { type Shape, type TensorLike, checkTensors, expectShape } from '../tensor.js';

/** Dimensions of a long convolution; the names are those of `Backend.longconv`. */
export interface LongconvDims {
  readonly B: number;
  readonly H: number;
  readonly L: number;
  /** Output channels for each feature; a bidirectional k has 2C. */
  readonly C: number;
  /** Taps, at most L. */
  readonly K: number;
  readonly bidirectional: boolean;
}

const MAX_LENGTH = 2 ** 20;

/** Check the arguments of longconv, or, with dy, of its gradient. */
export function longconvDims(
  name: string,
  u: TensorLike,
  k: TensorLike,
  options: { readonly D?: TensorLike | undefined; readonly bidirectional?: boolean | undefined },
  dy?: TensorLike,
): LongconvDims {
  checkTensors(name, { u, k, D: options.D, dy });
  return longconvShapes(name, u.shape, k.shape, options.bidirectional === true, options.D?.shape, dy?.shape);
}

export function longconvShapes(
  name: string,
  u: Shape,
  k: Shape,
  bidirectional: boolean,
  D?: Shape,
  dy?: Shape,
): LongconvDims {
  if (u.length !== 3) throw new ShapeError(`${name}: u has shape [${u}], expected [B, H, L]`);
  if (k.length !== 3 && (k.length !== 2 || bidirectional)) {
    const expected = bidirectional ? '[2C, H, K]' : '[C, H, K] or [H, K]';
    throw new ShapeError(`${name}: k has shape [${k}], expected ${expected}`);
  }
  const [B, H, L] = u as [number, number, number];
  const [rows, kH, K] = (k.length === 2 ? [1, ...k] : k) as [number, number, number];
  if (L > MAX_LENGTH) throw new ShapeError(`${name}: u has length ${L}, expected at most ${MAX_LENGTH}`);
  if (kH !== H) {
    throw new ShapeError(`${name}: k has shape [${k}], expected ${H} features to match u [${u}]`);
  }
  if (K > L) throw new ShapeError(`${name}: k has ${K} taps, expected at most the length ${L} of u [${u}]`);
  if (bidirectional && rows % 2 !== 0) {
    throw new ShapeError(`${name}: k has ${rows} channels, expected an even number because bidirectional is set`);
  }
  const C = bidirectional ? rows / 2 : rows;
  if (D !== undefined) expectShape(name, 'D', D, k.length === 2 ? [H] : [C, H], `to match k [${k}]`);
  if (dy !== undefined) expectShape(name, 'dy', dy, [B, C * H, L], `to match u [${u}] and k [${k}]`);
  return { B, H, L, C, K, bidirectional };
}
