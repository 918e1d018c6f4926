import type { S4dParams } from '../../src/backend.js';
import type { TensorLike } from '../../src/tensor.js';
import type { S4dCase } from '../cases/s4d.js';
import { type Host, randn } from './op.js';
import type { Rng } from './random.js';

const PARAMS = ['invDt', 'invReA', 'invImA', 'B', 'C'] as const;

/** Random parameters like those of a trained S4D-Lin: dt in 1e-3..1e-1, Re A near -1/2, Im A near -pi m. */
export function s4dInputs({ H, M, S = 1, C = 1, dtTransform = 'exp' }: S4dCase, rng: Rng): Record<string, Host> {
  const [small, large] = [Math.log(1e-3), Math.log(1e-1)];
  const logDt = Array.from({ length: H }, () => small + (large - small) * rng.uniform());
  const invDt = dtTransform === 'exp' ? logDt : logDt.map((x) => Math.log(Math.expm1(Math.exp(x))));
  const around = (center: (m: number) => number, spread: number): Host => {
    const { values, shape } = randn([S, M], rng, spread);
    return { shape, values: Array.from(values, (v, i) => Math.fround(v + center(i % M))) };
  };
  return {
    invDt: { values: invDt.map(Math.fround), shape: [H] },
    invReA: around(() => Math.log(0.5), 0.3),
    invImA: around((m) => Math.PI * m, 0.3),
    B: randn([S, M, 2], rng),
    C: randn([C, H, M, 2], rng, Math.SQRT1_2),
  };
}

/** The parameters among named tensors. */
export function s4dParams<T extends TensorLike>(tensors: Readonly<Record<string, T>>): S4dParams<T> {
  return Object.fromEntries(PARAMS.map((id) => [id, tensors[id]])) as unknown as S4dParams<T>;
}
