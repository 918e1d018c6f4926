import { dplr } from '../../reference/dplr.js';
import { inverseTransform } from '../../reference/ssm.js';
import type { S4Params } from '../../src/backend.js';
import type { TensorLike } from '../../src/tensor.js';
import type { S4Case } from '../cases/s4.js';
import { type Host, randn } from './op.js';
import type { Rng } from './random.js';

const PARAMS = ['invDt', 'invReA', 'invImA', 'B', 'P', 'C'] as const;

/**
 * Random parameters near those of S4-LegS: dt in 1e-3..1e-1, lambda, B and the first P near those of LegS, a second P
 * near 0.
 */
export function s4Inputs(size: S4Case, rng: Rng): Record<string, Host> {
  const { H, M, S = 1, C = 1, R = 1, dtTransform = 'exp', realTransform = 'exp', imagTransform = 'none' } = size;
  const [small, large] = [Math.log(1e-3), Math.log(1e-1)];
  const init = dplr('legs', 2 * M, { clip: Infinity });
  const around = (shape: readonly number[], center: (i: number) => number, spread: number): Host => {
    const { values } = randn(shape, rng, spread);
    return { shape, values: Array.from(values, (v, i) => Math.fround(v + center(i))) };
  };
  return {
    invDt: {
      values: Array.from({ length: H }, () =>
        Math.fround(inverseTransform(dtTransform, Math.exp(small + (large - small) * rng.uniform()))),
      ),
      shape: [H],
    },
    invReA: around([S, M], () => inverseTransform(realTransform, 0.5), 0.1),
    invImA: around(
      [S, M],
      (i) => {
        const y = -init.lambda[2 * (i % M) + 1];
        return inverseTransform(imagTransform, imagTransform === 'sigmoid' ? y / (1 + y) : y);
      },
      0.1,
    ),
    B: around([S, M, 2], (i) => init.B[i % (2 * M)], 0.1),
    P: around([R, S, M, 2], (i) => (i < S * M * 2 ? init.P[i % (2 * M)] : 0), R === 1 ? 0.1 : 0.5),
    C: randn([C, H, M, 2], rng, Math.SQRT1_2),
  };
}

/** The parameters among named tensors. */
export function s4Params<T extends TensorLike>(tensors: Readonly<Record<string, T>>): S4Params<T> {
  return Object.fromEntries(PARAMS.map((id) => [id, tensors[id]])) as unknown as S4Params<T>;
}
