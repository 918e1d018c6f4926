import { ShapeError } from '../errors.js';
import { type TensorLike, checkTensors, expectShape } from '../tensor.js';

/** Longest transform, samples. */
export const MAX_LENGTH: number = 2 ** 22;

/** Sizes of transforms of real rows. */
export interface FftDims {
  /** All axes before the transformed one. */
  readonly outer: readonly number[];
  readonly rows: number;
  /** Samples of a row. */
  readonly L: number;
  /** Points of the transform, at least L. */
  readonly n: number;
  /** Frequencies, floor(n / 2) + 1. */
  readonly F: number;
}

function dims(outer: readonly number[], L: number, n: number): FftDims {
  return { outer, rows: outer.reduce((a, b) => a * b, 1), L, n, F: Math.floor(n / 2) + 1 };
}

function checkN(name: string, n: number): void {
  if (!Number.isSafeInteger(n) || n < 1 || n > MAX_LENGTH) {
    throw new ShapeError(`${name}: n is ${n}, expected a whole number from 1 to ${MAX_LENGTH}`);
  }
}

/** Check x [.., L], the argument of rfft or of irfftVjp (`id` is its name); n is L where left out. */
export function sampleDims(name: string, id: string, x: TensorLike, n?: number): FftDims {
  checkTensors(name, { [id]: x });
  const L = x.shape.at(-1);
  if (L === undefined) throw new ShapeError(`${name}: ${id} has shape [], expected [.., L]`);
  const points = n ?? L;
  checkN(name, points);
  if (points < L) {
    throw new ShapeError(`${name}: n is ${points}, expected at least the length ${L} of ${id} [${x.shape}]`);
  }
  return dims(x.shape.slice(0, -1), L, points);
}

/** Check X [.., floor(n / 2) + 1, 2], the argument of irfft or of rfftVjp (`id` is its name); L is n where left out. */
export function spectrumDims(name: string, id: string, X: TensorLike, n: number, L: number = n): FftDims {
  checkTensors(name, { [id]: X });
  checkN(name, n);
  if (!Number.isSafeInteger(L) || L < 1 || L > n) {
    throw new ShapeError(`${name}: L is ${L}, expected a whole number from 1 to n = ${n}`);
  }
  const size = dims(X.shape.slice(0, -2), L, n);
  expectShape(name, id, X.shape, [...size.outer, size.F, 2], `for n = ${n}`);
  return size;
}

/** Sizes of a product of spectra. */
export interface ComplexProductDims {
  readonly B: number;
  readonly C: number;
  readonly H: number;
  readonly F: number;
}

/** Check a [B, H, F, 2], k [C, H, F, 2] and, with it, dy [B, C H, F, 2]. */
export function complexProductDims(name: string, a: TensorLike, k: TensorLike, dy?: TensorLike): ComplexProductDims {
  checkTensors(name, { a, k, dy });
  if (a.shape.length !== 4 || a.shape[3] !== 2) {
    throw new ShapeError(`${name}: a has shape [${a.shape}], expected [B, H, F, 2]`);
  }
  const [B, H, F] = a.shape as [number, number, number];
  const C = k.shape[0] ?? 1;
  expectShape(name, 'k', k.shape, [C, H, F, 2], `= [C, H, F, 2] to match a [${a.shape}]`);
  const match = `to match a [${a.shape}] and k [${k.shape}]`;
  if (dy !== undefined) expectShape(name, 'dy', dy.shape, [B, C * H, F, 2], match);
  return { B, C, H, F };
}
