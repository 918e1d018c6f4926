import { inverseTransform } from '../../reference/ssm.js';
import type { S4dParams } from '../../src/backend.js';
import type { TensorLike } from '../../src/tensor.js';
import type { S4dCase } from '../cases/s4d.js';
import { type Host, randn } from './op.js';
import type { Rng } from './random.js';

const PARAMS = ['invDt', 'invReA', 'invImA', 'B', 'C'] as const;

/**
 * Random parameters like those of a trained S4D-Lin: dt in 1e-3..1e-1, Re A near -1/2, Im A near -pi m (a third of
 * pi m / M where a sigmoid keeps it below 1). With dss and no transform, Re A has both signs.
 */
export function s4dInputs(
  {
    H,
    M,
    S = 1,
    C = 1,
    dtTransform = 'exp',
    realTransform = 'exp',
    imagTransform = 'none',
    discretisation,
  }: S4dCase,
  rng: Rng,
): Record<string, Host> {
  const [small, large] = [Math.log(1e-3), Math.log(1e-1)];
  const logDt = Array.from({ length: H }, () => small + (large - small) * rng.uniform());
  const around = (stored: (m: number, noise: number) => number): Host => {
    const { values, shape } = randn([S, M], rng, 0.3);
    return { shape, values: Array.from(values, (v, i) => Math.fround(stored(i % M, v))) };
  };
  return {
    invDt: { values: logDt.map((x) => Math.fround(inverseTransform(dtTransform, Math.exp(x)))), shape: [H] },
    invReA: around((m, noise) => {
      const grows = discretisation === 'dss' && realTransform === 'none' && m % 2 === 1;
      return inverseTransform(realTransform, Math.min(0.9, 0.5 * Math.exp(noise))) * (grows ? -1 : 1);
    }),
    invImA: around((m, noise) => {
      if (imagTransform === 'none') return Math.PI * m + noise;
      return inverseTransform(imagTransform, (imagTransform === 'sigmoid' ? 1 / (3 * M) : 1) * (Math.PI * m + 0.1));
    }),
    B: randn([S, M, 2], rng),
    C: randn([C, H, M, 2], rng, Math.SQRT1_2),
  };
}

/** The parameters among named tensors. */
export function s4dParams<T extends TensorLike>(tensors: Readonly<Record<string, T>>): S4dParams<T> {
  return Object.fromEntries(PARAMS.map((id) => [id, tensors[id]])) as unknown as S4dParams<T>;
}
