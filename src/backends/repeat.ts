import { dispose } from '../disposable.js';
import type { TensorLike } from '../tensor.js';

/**
 * `Backend.capture` for backends that do not record commands: a replay runs the step again, moves the values of its
 * result into the tensors of the first run and frees the new ones. A tensor that the step hands out every time, such
 * as a parameter that it updates in place, is left alone.
 *
 * @param step - returns tensors, alone or in arrays and plain objects.
 * @param isTensor - whether a part of the result is a tensor of this backend.
 * @param copy - overwrites the values of the first tensor with those of the second.
 */
export function repeat<T extends TensorLike, R>(
  step: () => R,
  isTensor: (x: unknown) => x is T,
  copy: (to: T, from: T) => void,
): { result: R; replay(): void } & Disposable {
  const move = (to: unknown, from: unknown): void => {
    if (to === from) return;
    if (isTensor(to) && isTensor(from)) {
      copy(to, from);
      from.dispose();
    } else if (typeof to === 'object' && to !== null && typeof from === 'object' && from !== null) {
      for (const key of Object.keys(to)) {
        move((to as Record<string, unknown>)[key], (from as Record<string, unknown>)[key]);
      }
    }
  };
  const result = step();
  return { result, replay: () => move(result, step()), [dispose]: () => {} };
}
