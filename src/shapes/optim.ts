/** @file Argument checks of the optimiser's operations. */
import { ShapeError } from '../errors.js';
import { type TensorLike, checkTensors, expectShape } from '../tensor.js';
import { sameShape } from './dense.js';

export function checkClipScale(name: string, grads: readonly TensorLike[]): void {
  if (grads.length === 0) throw new ShapeError(`${name}: grads is empty, expected at least one gradient`);
  checkTensors(name, Object.fromEntries(grads.map((grad, i) => [`grads[${i}]`, grad])));
}

export function checkAdamw(
  name: string,
  moved: { readonly param: TensorLike; readonly grad: TensorLike; readonly m: TensorLike; readonly v: TensorLike },
  hyper: TensorLike,
  gradScale?: TensorLike,
): void {
  sameShape(name, { ...moved });
  checkTensors(name, { param: moved.param, hyper, gradScale });
  expectShape(name, 'hyper', hyper.shape, [3], '= the schedule and two bias corrections');
  if (gradScale !== undefined) expectShape(name, 'gradScale', gradScale.shape, [2], '= what clipScale returns');
}
