/** @file Initial A and B of diagonal state space models. */
import { ShapeError } from '../src/errors.js';
import { dplr } from './dplr.js';

export type S4dInit = 'lin' | 'inv' | 'inv2' | 'quad' | 'real' | 'legs';

/** One of each pair of conjugate modes, M = N/2 of them, with Im lambda <= 0. */
export interface S4dInitial {
  /** The diagonal of A, complex, [M, 2]. */
  lambda: Float64Array;
  /** Complex, [M, 2]. */
  B: Float64Array;
}

/** lambda of mode n, and N = 2M. */
type Eigenvalue = (n: number, N: number) => [re: number, im: number];

const EIGENVALUES: Readonly<Record<Exclude<S4dInit, 'legs'>, Eigenvalue>> = {
  lin: (n) => [-0.5, -Math.PI * n],
  inv: (n, N) => [-0.5, -(N / Math.PI) * (N / (2 * n + 1) - 1)],
  inv2: (n, N) => [-0.5, -(N / Math.PI) * (N / (n + 1) - 1)],
  quad: (n) => [-0.5, -((2 * n + 1) ** 2) / Math.PI],
  real: (n) => [-(n + 1), 0],
};

/**
 *     lin    lambda[n] = -1/2 - i pi n,                        B = 1
 *     inv    lambda[n] = -1/2 - i (N/pi) (N/(2n + 1) - 1),     B = 1
 *     inv2   lambda[n] = -1/2 - i (N/pi) (N/(n + 1) - 1),      B = 1
 *     quad   lambda[n] = -1/2 - i (2n + 1)^2 / pi,             B = 1
 *     real   lambda[n] = -(n + 1),                             B = 1
 *     legs   those of {@link dplr}, without P; the imaginary part of B is clamped to [-2, 2]
 *
 * @param M - number of modes.
 * @throws ShapeError if the name is unknown, or M not a whole number of at least 1.
 * @see Gu, Gupta, Goel and Ré, arXiv:2206.11893, section 4.
 */
export function s4dInit(init: S4dInit, M: number): S4dInitial {
  if (!Number.isSafeInteger(M) || M < 1) {
    throw new ShapeError(`s4dInit: M is ${M}, expected a whole number of at least 1`);
  }
  const N = 2 * M;
  if (init === 'legs') {
    const { lambda, B } = dplr('legs', N);
    return { lambda, B };
  }
  if (!Object.hasOwn(EIGENVALUES, init)) {
    const known = Object.keys(EIGENVALUES).join(', ');
    throw new ShapeError(`s4dInit: init is '${init as string}', expected one of ${known}, legs`);
  }
  const lambda = Float64Array.from(Array.from({ length: M }, (_, n) => EIGENVALUES[init](n, N)).flat());
  return { lambda, B: lambda.map((_, i) => 1 - (i % 2)) };
}
