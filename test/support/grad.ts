import { expect } from 'vitest';
import { type Rng, normals } from './random.js';

/** Central differences of order four err by h^4 f^(5) / 30 and by about 2^-53 / h, here 1e-11. */
const STEP = 2 ** -17;

/** Leaves room for oscillations of some thousand radians per unit and for sums of many rounding errors. */
const BOUND = 1e-7;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/**
 * Expect that `vjp` is the transpose of f's derivative: for each input a random direction v, along which
 * <dy, (8 (f(x + h v) - f(x - h v)) - (f(x + 2h v) - f(x - 2h v))) / 12h> must equal <v, vjp(dy)>. Works at any size,
 * for four evaluations of f per input.
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
    const difference = (h: number): number => {
      const [above, below] = [at(h), at(-h)];
      return dot(
        dy,
        above.map((value, i) => value - below[i]),
      );
    };
    const want = (8 * difference(STEP) - difference(2 * STEP)) / (12 * STEP);
    const got = dot(grads[id], direction);
    expect(grads[id].length, `gradient of ${id}`).toBe(x.length);
    // <v, g> has the size of |g| for a random v, but can come out small by chance.
    const scale = Math.max(Math.abs(want), Math.sqrt(dot(grads[id], grads[id])));
    const error = Math.abs(got - want);
    expect(error <= BOUND * scale, `gradient of ${id}: ${got}, by central differences ${want}`).toBe(true);
  }
}
