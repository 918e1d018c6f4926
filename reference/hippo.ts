/**
 * @file HiPPO: linear systems x' = A x + B u whose states are coefficients of the input's past in a basis of functions.
 *
 * @see Gu, Dao, Ermon, Rudra and Ré, arXiv:2008.07669; Gu, Johnson, Timalsina, Rudra and Ré, arXiv:2206.12037 for the
 *   Fourier bases and for the windows; Voelker, Kajić and Eliasmith (2019) for the Legendre memory unit.
 */
import { ShapeError } from '../src/errors.js';

/**
 * Measures by the names under which they were published: scaled, translated Legendre; Laguerre, generalised, tilted;
 * truncated Fourier ('fout' and 'fourier' are one) and its variants; the normal part of LegS; the Legendre memory unit.
 */
export type HippoMeasure =
  | 'legs'
  | 'legt'
  | 'lagt'
  | 'glagt'
  | 'tlagt'
  | 'fout'
  | 'fourier'
  | 'fourier_decay'
  | 'fourier2'
  | 'fourier_diag'
  | 'legsd'
  | 'lmu';

export interface HippoOptions {
  /** Order of the Laguerre polynomials of 'glagt', -1 < alpha < 1; 0 by default. */
  readonly alpha?: number | undefined;
  /** Factor of B of 'lagt', tilt of 'glagt' and 'tlagt', above 0; 1, 0.01 and 1 by default. */
  readonly beta?: number | undefined;
}

/** A system of size N; P is such that A + sum_r P_r P_r^T is normal, where the measure has such a P. */
export interface Hippo {
  /** [N, N]. */
  A: Float64Array;
  /** [N]. */
  B: Float64Array;
  /** R vectors of length N. */
  P: Float64Array[];
}

type Entry = (n: number, k: number) => number;
type Component = (n: number) => number;

interface Formula {
  readonly A: Entry;
  readonly B: Component;
  readonly P: readonly Component[];
}

const root: Component = (n) => Math.sqrt(2 * n + 1);
const scaled =
  (f: number, x: Component): Component =>
  (n) =>
    f * x(n);

/** Frequency m stands in rows 2m and 2m + 1: cosine and sine turn into each other at m times `base`. */
const rotation =
  (base: number): Entry =>
  (n, k) =>
    n >> 1 === k >> 1 ? base * (n >> 1) * (n - k) : 0;

/** The coefficients of a sample in the Fourier basis: 1, 0, sqrt 2, 0, sqrt 2, 0, .. */
const cosines: Component = (n) => (n === 0 ? 1 : n % 2 === 0 ? Math.SQRT2 : 0);

const fourier = (base: number, loss: number, gain: number): Formula => ({
  A: (n, k) => rotation(base)(n, k) - loss * cosines(n) * cosines(k),
  B: scaled(gain, cosines),
  P: [scaled(Math.sqrt(loss), cosines)],
});

const legs: Formula = {
  A: (n, k) => (n > k ? -root(n) * root(k) : n === k ? -(n + 1) : 0),
  B: root,
  P: [(n) => Math.sqrt(n + 0.5)],
};

const laguerre = (diagonal: number, gain: number): Formula => ({
  A: (n, k) => (n > k ? -1 : n === k ? diagonal : 0),
  B: () => gain,
  P: [() => Math.SQRT1_2],
});

const FORMULAS: Readonly<Record<HippoMeasure, (options: HippoOptions) => Formula>> = {
  legs: () => legs,
  legsd: () => ({ A: (n, k) => legs.A(n, k) + (root(n) * root(k)) / 2, B: scaled(0.5, root), P: [] }),
  legt: () => ({
    A: (n, k) => ((k <= n || (n - k) % 2 === 0 ? -1 : 1) * root(n) * root(k)) / 2,
    B: scaled(0.5, root),
    P: [1, 0].map(
      (parity): Component =>
        (n) =>
          n % 2 === parity ? Math.SQRT1_2 * root(n) : 0,
    ),
  }),
  lagt: ({ beta = 1 }) => laguerre(-0.5, beta),
  tlagt: ({ beta = 1 }) => laguerre(-(1 + beta) / 2, beta),
  glagt: generalisedLaguerre,
  fout: () => fourier(Math.PI, 1, 1),
  fourier: () => fourier(Math.PI, 1, 1),
  fourier_decay: () => fourier(Math.PI, 0.5, 0.5),
  fourier2: () => fourier(2 * Math.PI, 2, 2),
  fourier_diag: () => ({
    A: (n, k) => rotation(2 * Math.PI)(n, k) - (n === k ? 0.5 : 0),
    B: cosines,
    P: [],
  }),
  lmu: () => ({
    A: (n, k) => (2 * n + 1) * (n < k || (n - k) % 2 === 0 ? -1 : 1),
    B: (n) => (2 * n + 1) * (n % 2 === 0 ? 1 : -1),
    P: [],
  }),
};

/**
 * A = -(1 + beta)/2 on the diagonal and -1 below in the basis of the polynomials L_n^(alpha), then scaled to an
 * orthonormal basis. The scaling and B hold the ratio of Gamma(n + alpha + 1) to n!, whose value at n = 0 cancels
 * against Gamma(1 - alpha) by the reflection formula.
 */
function generalisedLaguerre({ alpha = 0, beta = 0.01 }: HippoOptions): Formula {
  if (!(alpha > -1 && alpha < 1)) throw new ShapeError(`hippo: alpha is ${alpha}, expected -1 < alpha < 1`);
  // The square root of binom(alpha + n, n).
  const weight = (n: number): number => {
    let product = 1;
    for (let j = 1; j <= n; j++) product *= (alpha + j) / j;
    return Math.sqrt(product);
  };
  const sinc = alpha === 0 ? 1 : Math.sin(Math.PI * alpha) / (Math.PI * alpha);
  const gain = Math.sqrt(sinc) * beta ** ((1 - alpha) / 2);
  const plain = laguerre(-(1 + beta) / 2, 1);
  return {
    A: (n, k) => (n < k ? 0 : (plain.A(n, k) * weight(k)) / weight(n)),
    B: (n) => gain * weight(n),
    P: plain.P,
  };
}

/**
 * A, B and P of a measure. n is the row and k the column, from 0:
 *
 *     legs           A = -sqrt(2n+1) sqrt(2k+1) below the diagonal, -(n+1) on it, 0 above; B = sqrt(2n+1)
 *     legt           A = -1/2 sqrt(2n+1) sqrt(2k+1) s, s = 1 where k <= n and (-1)^(n-k) above; B = 1/2 sqrt(2n+1)
 *     lagt           A = -1 below the diagonal, -1/2 on it, 0 above; B = beta
 *     tlagt, glagt   the same with -(1+beta)/2 on the diagonal; glagt in the basis of order alpha
 *     fout, fourier  A = F - b b^T, B = b, with F turning pairs at pi m and b = (1, 0, sqrt 2, 0, sqrt 2, ..)
 *     fourier_decay  A = F - b b^T / 2, B = b / 2
 *     fourier2       the same as fout on half the window: A = F2 - 2 b b^T, B = 2 b, F2 turning at 2 pi m
 *     fourier_diag   A = F2 - 1/2, B = b
 *     legsd          A of legs + 1/2 B B^T, B = 1/2 sqrt(2n+1)
 *     lmu            A = (2n+1) (-1 above the diagonal, (-1)^(n-k+1) elsewhere), B = (2n+1) (-1)^n
 *
 * @param N - size; even for the Fourier measures.
 * @throws ShapeError if the measure is unknown, or N, alpha or beta out of range.
 */
export function hippo(measure: HippoMeasure, N: number, options: HippoOptions = {}): Hippo {
  if (!Object.hasOwn(FORMULAS, measure)) {
    throw new ShapeError(`hippo: measure is '${measure}', expected one of ${Object.keys(FORMULAS).join(', ')}`);
  }
  if (!Number.isSafeInteger(N) || N < 1) {
    throw new ShapeError(`hippo: N is ${N}, expected a whole number of at least 1`);
  }
  if (measure.startsWith('fou') && N % 2 !== 0) throw new ShapeError(`hippo: N is ${N}, expected an even number`);
  const { beta = 1 } = options;
  if (!(beta > 0 && beta < Infinity)) throw new ShapeError(`hippo: beta is ${beta}, expected a number above 0`);
  const { A, B, P } = FORMULAS[measure](options);
  const vector = (x: Component): Float64Array => Float64Array.from({ length: N }, (_, n) => x(n));
  return {
    A: Float64Array.from({ length: N * N }, (_, i) => A(Math.floor(i / N), i % N)),
    B: vector(B),
    P: P.map(vector),
  };
}

/** How far back measures look, in units of 1 / dt: the length of the window, or where its weight has fallen to 1/e. */
const WINDOWS: Readonly<Partial<Record<HippoMeasure, number>>> = { legt: 2, fout: 2, fourier: 2, fourier_decay: 2 };

/**
 * Range of initial time steps for dependencies `shortest` to `longest` samples apart: a system with step dt remembers
 * about w / dt samples, w = 2 for 'legt', 'fout' and 'fourier_decay' and 1 for the others. The step of each feature is
 * drawn log-uniformly. The longest dependency that data can have is the length of their sequences.
 *
 * @returns [dtMin, dtMax].
 * @throws ShapeError unless 0 < shortest <= longest.
 * @see Gu, Johnson, Timalsina, Rudra and Ré, arXiv:2206.12037, section 4.
 */
export function dtRange(measure: HippoMeasure, shortest: number, longest: number): [number, number] {
  if (!(shortest > 0 && shortest <= longest && longest < Infinity)) {
    throw new ShapeError(`dtRange: shortest is ${shortest} and longest ${longest}, expected 0 < shortest <= longest`);
  }
  const window = WINDOWS[measure] ?? 1;
  return [window / longest, window / shortest];
}
