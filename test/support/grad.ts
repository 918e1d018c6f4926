import { expect } from 'vitest';
import { type Rng, normals } from './random.js';

/** Central differences err by h^2 f'''/6 and by about 2^-53 / h: at this step both are below 1e-10 of a smooth f. */
const STEP = 2 ** -17;

/** Leaves room for third derivatives of some hundreds and for sums of many rounding errors. */
const BOUND = 1e-7;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/**
 * Expect that `vjp` is the transpose of f's derivative: for each input a random direction v, along which
 * <dy, (f(x + h v) - f(x - h v)) / 2h> must equal <v, vjp(dy)>. Works at any size, for two evaluations of f per input.
 *
 * @param f - from the inputs to one array; must not change them.
 * @param vjp - cotangents of the inputs from the cotangent of f's result.
 */
export function expectVjp<K extends string>(
  f: (inputs: Record<K, Float64Array>) => Float64Array,
  vjp: (inputs: Record<K, Float64Array>, dy: Float64Array) => Record<K, Float64Array>,
  inputs: Record<K, Float64Array>,
  rng: Rng,
): void {
  const dy = normals(f(inputs).length, rng);
  const grads = vjp(inputs, dy);
  for (const id in inputs) {
    const x = inputs[id];
    const direction = normals(x.length, rng);
    const at = (h: number): Float64Array => f({ ...inputs, [id]: x.map((value, i) => value + h * direction[i]) });
    const [above, below] = [at(STEP), at(-STEP)];
    const want = dot(dy, above.map((value, i) => value - below[i])) / (2 * STEP);
    const got = dot(grads[id], direction);
    expect(grads[id].length, `gradient of ${id}`).toBe(x.length);
    // <v, g> has the size of |g| for a random v, but can come out small by chance.
    const scale = Math.max(Math.abs(want), Math.sqrt(dot(grads[id], grads[id])));
    const error = Math.abs(got - want);
    expect(error <= BOUND * scale, `gradient of ${id}: ${got}, by central differences ${want}`).toBe(true);
  }
}
