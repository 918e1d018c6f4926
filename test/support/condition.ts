/** @file Error bounds from the condition of a computation. */
import type { Backend } from '../../src/backend.js';
import type { TensorLike } from '../../src/tensor.js';
import { EPS32, relativeError } from './close.js';
import { type Host, oracle, runReference } from './op.js';
import { Rng } from './random.js';

type Tensors = Readonly<Record<string, TensorLike>>;
type Hosts = Readonly<Record<string, Host>>;

/** One draw of roundings can cancel by chance. */
const DRAWS = 2;

/**
 * How far results move, relative to themselves, when each input moves by one rounding: the root of the sum of squares
 * over the inputs `moving`. A kernel that rounds what it makes of them can do no better.
 *
 * @param moving - names of inputs.
 * @param logarithmic - those of them that are rounded as what they stand for, by 2^-24 and not by a part of themselves.
 */
export function condition(
  inputs: Hosts,
  compute: (backend: Backend<TensorLike>, inputs: Tensors) => Tensors,
  moving: readonly string[],
  logarithmic: readonly string[],
): Record<string, number> {
  const results = (moved: Hosts): Record<string, Host> => runReference(moved, (x) => compute(oracle, x));
  const base = results(inputs);
  const squares = Object.fromEntries(Object.keys(base).map((id) => [id, 0]));
  const rng = new Rng(11);
  for (const id of moving.filter((name) => name in inputs)) {
    const { values, shape } = inputs[id];
    const size = (v: number): number => (logarithmic.includes(id) ? 1 : v);
    for (let draw = 0; draw < DRAWS; draw++) {
      const step = (v: number): number => (rng.uniform() < 0.5 ? -EPS32 : EPS32) * size(v);
      const moved = results({ ...inputs, [id]: { shape, values: Array.from(values, (v) => v + step(v)) } });
      for (const name in base) squares[name] += relativeError(moved[name].values, base[name].values) ** 2 / DRAWS;
    }
  }
  return Object.fromEntries(Object.entries(squares).map(([name, square]) => [name, Math.sqrt(square)]));
}
