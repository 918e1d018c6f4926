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
  /** Bins of the low-pass over 2L; undefined where all L + 1 are kept. */
  readonly bins?: number | undefined;
}

const MAX_LENGTH = 2 ** 22;

/** Options of a long convolution as far as they are checked. */
interface Options {
  readonly D?: TensorLike | undefined;
  readonly bidirectional?: boolean | undefined;
  readonly pregate?: TensorLike | undefined;
  readonly postgate?: TensorLike | undefined;
  readonly bins?: number | undefined;
}

/** Check the arguments of longconv, or, with dy, of its gradient. */
export function longconvDims(
  name: string,
  u: TensorLike,
  k: TensorLike,
  options: Options,
  dy?: TensorLike,
): LongconvDims {
  const { D, pregate, postgate, bins, bidirectional = false } = options;
  checkTensors(name, { u, k, D, pregate, postgate, dy });
  const dims = kernelDims(name, u.shape, k.shape, bidirectional);
  const { B, H, L, C } = dims;
  const y = [B, C * H, L];
  if (D !== undefined) expectShape(name, 'D', D.shape, k.shape.length === 2 ? [H] : [C, H], `to match k [${k.shape}]`);
  if (pregate !== undefined) expectShape(name, 'pregate', pregate.shape, u.shape, 'to match u');
  const why = `to match u [${u.shape}] and k [${k.shape}]`;
  if (postgate !== undefined) expectShape(name, 'postgate', postgate.shape, y, why);
  if (dy !== undefined) expectShape(name, 'dy', dy.shape, y, why);
  if (bins === undefined) return dims;
  if (bidirectional) throw new ShapeError(`${name}: bins is ${bins}, expected none because bidirectional is set`);
  if (!Number.isInteger(bins) || bins < 1 || bins > L + 1) {
    throw new ShapeError(`${name}: bins is ${bins}, expected a whole number from 1 to ${L + 1}`);
  }
  return bins === L + 1 ? dims : { ...dims, bins };
}

function kernelDims(name: string, u: Shape, k: Shape, bidirectional: boolean): LongconvDims {
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
  return { B, H, L, C: bidirectional ? rows / 2 : rows, K, bidirectional };
}
