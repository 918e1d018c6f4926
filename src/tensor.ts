import { DisposedError, ShapeError } from './errors.js';

export type DType = 'f32' | 'u32';
export type Shape = readonly number[];

/**
 * What every backend's tensor is: a contiguous row-major array on one device, which owns its memory.
 * `device` is compared by identity, so that tensors of two devices never meet in one call.
 */
export interface TensorLike extends Disposable {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  readonly device: object;
  readonly disposed: boolean;
  /** Copy the values to the host. */
  read(options?: { signal?: AbortSignal }): Promise<Float32Array | Float64Array | Uint32Array>;
  dispose(): void;
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((n, d) => n * d, 1);
}

/** @throws {@link ShapeError} unless every axis is a whole number of at least 1. */
export function checkShape(name: string, shape: Shape): void {
  for (const d of shape) {
    if (!Number.isSafeInteger(d) || d < 1) {
      throw new ShapeError(`${name}: shape is [${shape}], expected whole numbers of at least 1`);
    }
  }
}

/** @throws {@link ShapeError} unless there is one value for each element of the shape. */
export function checkCount(name: string, values: ArrayLike<number>, shape: Shape): void {
  const size = sizeOf(shape);
  if (values.length !== size) {
    throw new ShapeError(`${name}: ${values.length} values, expected ${size} for shape [${shape}]`);
  }
}

/**
 * Check what all kernels require of their arguments: alive, on one device, of the right type.
 * Arguments that are undefined (options left out) are passed over.
 *
 * @param name - the function that checks, for the message.
 * @param floats - arguments that must be f32, by name.
 * @param indices - arguments that must be u32, by name.
 */
export function checkTensors(
  name: string,
  floats: Readonly<Record<string, TensorLike | undefined>>,
  indices: Readonly<Record<string, TensorLike | undefined>> = {},
): void {
  let first: { id: string; tensor: TensorLike } | undefined;
  for (const [group, dtype] of [[floats, 'f32'], [indices, 'u32']] as const) {
    for (const id in group) {
      const tensor = group[id];
      if (tensor === undefined) continue;
      if (tensor.disposed) throw new DisposedError(`${name}: ${id} [${tensor.shape}] has been disposed`, tensor.shape);
      if (tensor.dtype !== dtype) throw new TypeError(`${name}: ${id} has dtype ${tensor.dtype}, expected ${dtype}`);
      if (first === undefined) first = { id, tensor };
      else if (tensor.device !== first.tensor.device) {
        throw new TypeError(`${name}: ${id} and ${first.id} live on different devices, expected one`);
      }
    }
  }
}

/** @throws {@link ShapeError} unless `shape` equals `expected`; `why` says what fixes the expectation. */
export function expectShape(name: string, id: string, shape: Shape, expected: Shape, why: string): void {
  if (shape.length !== expected.length || shape.some((d, i) => d !== expected[i])) {
    throw new ShapeError(`${name}: ${id} has shape [${shape}], expected [${expected}] ${why}`);
  }
}
