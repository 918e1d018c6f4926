import type { SgconvOptions, SmoothOptions } from '../backend.js';
import { ShapeError } from '../errors.js';
import { type TensorLike, checkTensors, expectShape } from '../tensor.js';
import { checkLength } from './s4d.js';

/** Dimensions of a multi-scale kernel; the names are those of `Backend.sgconvKernel`. */
export interface SgconvDims {
  readonly S: number;
  readonly C: number;
  readonly H: number;
  /** Weights of one scale. */
  readonly d: number;
  readonly L: number;
}

/** So that positions within a scale, in halves of a sample, are 32-bit numbers. */
const MOST_TAPS = 2 ** 29;

/** Check the arguments of sgconvKernel, or, with dk, of its gradient. */
export function sgconvDims(
  name: string,
  w: TensorLike,
  { L, initScale, decay, power, norm }: SgconvOptions<TensorLike>,
  dk?: TensorLike,
): SgconvDims {
  checkTensors(name, { w, decay, power, norm, dk });
  checkLength(name, L);
  if (w.shape.length !== 4) throw new ShapeError(`${name}: w has shape [${w.shape}], expected [S, C, H, d]`);
  const [S, C, H, d] = w.shape as [number, number, number, number];
  if (!Number.isSafeInteger(initScale) || initScale < 0) {
    throw new ShapeError(`${name}: initScale is ${initScale}, expected a whole number`);
  }
  if (d * 2 ** (S - 1 + initScale) > MOST_TAPS) {
    throw new ShapeError(
      `${name}: w [${w.shape}] with initScale ${initScale} has more than ${MOST_TAPS} taps, expected at most that`,
    );
  }
  const match = `to match w [${w.shape}]`;
  if (decay !== undefined) expectShape(name, 'decay', decay.shape, [H], match);
  if (power !== undefined) expectShape(name, 'power', power.shape, [H], match);
  if (norm !== undefined) expectShape(name, 'norm', norm.shape, [C, H], match);
  if (dk !== undefined) expectShape(name, 'dk', dk.shape, [C, H, L], `${match} and L = ${L}`);
  return { S, C, H, d, L };
}

/** Check the arguments of squash, or, with dy, of its gradient. @throws ShapeError unless lambda >= 0. */
export function checkSquash(name: string, x: TensorLike, lambda: number, dy?: TensorLike): void {
  checkTensors(name, { x, dy });
  if (!(lambda >= 0)) throw new ShapeError(`${name}: lambda is ${lambda}, expected lambda >= 0`);
  if (dy !== undefined) expectShape(name, 'dy', dy.shape, x.shape, 'to match x');
}

/** Rows of entries that are smoothed by themselves. */
export interface SmoothDims {
  readonly rows: number;
  /** Numbers of a row. */
  readonly length: number;
  /** From one number of a row to its next neighbour: 2 for complex values. */
  readonly stride: 1 | 2;
}

/** Check the arguments of smooth. */
export function smoothDims(name: string, x: TensorLike, width: number, { complex }: SmoothOptions): SmoothDims {
  checkTensors(name, { x });
  if (!Number.isSafeInteger(width) || width < 1 || width % 2 === 0) {
    throw new ShapeError(`${name}: width is ${width}, expected an odd whole number`);
  }
  const rank = x.shape.length;
  if (complex !== true) {
    const length = x.shape[rank - 1] ?? 1;
    return { rows: x.size / length, length, stride: 1 };
  }
  if (rank < 2 || x.shape[rank - 1] !== 2) {
    throw new ShapeError(`${name}: x has shape [${x.shape}], expected [.., F, 2] because complex is set`);
  }
  const length = 2 * (x.shape[rank - 2] as number);
  return { rows: x.size / length, length, stride: 2 };
}

/** What smooth multiplies its neighbours with; width values, the middle one for the entry itself. */
export function smoothWeights(width: number, { window }: SmoothOptions): Float64Array {
  const reach = (width - 1) / 2;
  const weight = (i: number): number => (window === 'gaussian' ? Math.exp(-((i - reach) ** 2) / 2) : 1 / width);
  return Float64Array.from({ length: width }, (_, i) => weight(i));
}

/** Check the arguments of resize: K entries of a row become L. */
export function resizeDims(
  name: string,
  x: TensorLike,
  L: number,
): { readonly rows: number; readonly K: number; readonly shape: readonly number[] } {
  checkTensors(name, { x });
  checkLength(name, L);
  const K = x.shape[x.shape.length - 1];
  if (K === undefined) throw new ShapeError(`${name}: x has shape [], expected at least one axis`);
  return { rows: x.size / K, K, shape: [...x.shape.slice(0, -1), L] };
}
