import { type Mapped, type Param, mapParams, namedParams } from '../autograd/params.js';
import type { Backend } from '../backend.js';
import { ShapeError } from '../errors.js';
import type { TensorLike } from '../tensor.js';

/** Numbers on the host with their shape: what an initialiser makes and what a checkpoint holds. */
export interface HostArray {
  readonly values: Float32Array | Float64Array | Uint32Array;
  readonly shape: readonly number[];
}

/**
 * Copy a tree of host arrays to a device.
 *
 * @returns the same tree with tensors for values; {@link disposeParams} frees them.
 */
export function placeParams<Tree extends object, T extends TensorLike>(
  backend: Backend<T>,
  tree: Tree,
): Mapped<Tree, Param<T>> {
  return mapParams(tree, (param) => {
    const { values, shape } = param.value as HostArray;
    const dtype = values instanceof Uint32Array ? 'u32' : 'f32';
    return { ...param, value: backend.tensor(values, shape, dtype) };
  });
}

/** Free the tensors of a tree. */
export function disposeParams(tree: object): void {
  for (const { value } of namedParams(tree).values()) (value as TensorLike).dispose();
}

/** Number of trained values in a tree of host arrays or of tensors. */
export function countParams(tree: object): number {
  let count = 0;
  for (const { value, lr } of namedParams(tree).values()) {
    if (lr !== 0) count += (value as HostArray | TensorLike).shape.reduce((n, d) => n * d, 1);
  }
  return count;
}

/** A parameter of host values: `next` is called once for each entry. */
export function hostParam(
  shape: readonly number[],
  next: (index: number) => number,
  options: Omit<Param<unknown>, 'value'> = {},
): Param<HostArray> {
  const values = new Float32Array(shape.reduce((n, d) => n * d, 1));
  for (let i = 0; i < values.length; i++) values[i] = next(i);
  return { value: { values, shape }, ...options };
}

/** @throws {@link ShapeError} unless each of `values` is a whole number of at least 1. */
export function checkCounts(name: string, values: Readonly<Record<string, number>>): void {
  for (const key in values) {
    const value = values[key] as number;
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ShapeError(`${name}: ${key} is ${value}, expected a whole number of at least 1`);
    }
  }
}
