/** @file HiPPO systems in the basis of eigenvectors: diagonal plus low-rank. */
import { ShapeError } from '../src/errors.js';
import { type Complex, conj, mul, scale } from './complex.js';
import { eigenHermitian } from './eigen.js';
import { type HippoMeasure, type HippoOptions, hippo } from './hippo.js';

/** One of each pair of conjugate modes, M = N/2 of them, in ascending order of Im lambda <= 0. */
export interface Dplr {
  /** Complex, [M, 2]. */
  lambda: Float64Array;
  /** Complex, [M, 2]. */
  B: Float64Array;
  /** Complex, [R, M, 2]. */
  P: Float64Array;
  /** The eigenvectors as columns, complex [N, M, 2]. */
  V: Float64Array;
}

export interface DplrOptions extends HippoOptions {
  /** Rank R, 1 or 2; vectors beyond those of the measure are 0. By default as many as the measure has, at least 1. */
  readonly rank?: number | undefined;
  /** The imaginary part of B is clamped to [-clip, clip]; 2 by default, Infinity leaves it as it is. */
  readonly clip?: number | undefined;
}

/** Components of unit vectors, and eigenvalues relative to A's entries, are zero below this but for rounding. */
const NEGLIGIBLE = 2 ** -30;

/**
 * A HiPPO system in the basis in which A + sum_r P_r P_r^T is diagonal:
 *
 *     A = V diag(lambda) V* - sum_r P_r P_r^T,  lambda = mean(diag) + i omega,  B <- V* B,  P <- V* P
 *
 * V being the unitary matrix of eigenvectors of -i (S - Re lambda), S = A + sum_r P_r P_r^T. The phase of an
 * eigenvector is free, and decides what the clamp of B does: its first component that is not 0 is real and positive
 * here. Where omega = 0 is an eigenvalue, which must be a double one, the vector kept is (1, i, 0, .., 0) / sqrt 2.
 *
 * @param N - size, even.
 * @throws ShapeError if N is odd, the rank below that of the measure or above 2, or the measure has no such form.
 * @see Gu, Goel and Ré, arXiv:2111.00396, section 3; Gu, Gupta, Goel and Ré, arXiv:2206.11893, on the diagonal part.
 */
export function dplr(measure: HippoMeasure, N: number, options: DplrOptions = {}): Dplr {
  const { clip = 2 } = options;
  if (N % 2 !== 0) throw new ShapeError(`dplr: N is ${N}, expected an even number`);
  if (!(clip >= 0)) throw new ShapeError(`dplr: clip is ${clip}, expected a number of at least 0`);
  const { A, B, P } = hippo(measure, N, options);
  const rank = options.rank ?? Math.max(1, P.length);
  const least = Math.max(1, P.length);
  if (!Number.isSafeInteger(rank) || rank < least || rank > 2) {
    throw new ShapeError(`dplr: rank is ${rank}, expected ${least} to 2 for ${measure}`);
  }
  const S = A.map((a, i) => P.reduce((sum, p) => sum + p[Math.floor(i / N)] * p[i % N], a));
  const zero = NEGLIGIBLE * A.reduce((most, a) => Math.max(most, Math.abs(a)), 0);
  const { re, skew } = split(S, N, zero, measure);
  const { omega, V } = modes(skew, N, zero, measure);
  const M = N / 2;
  const project = (x: ArrayLike<number>): Float64Array => adjointTimes(V, x, N);
  return {
    lambda: Float64Array.from({ length: 2 * M }, (_, i) => (i % 2 === 0 ? re : omega[i >> 1])),
    B: project(B).map((x, i) => (i % 2 === 0 ? x : Math.min(clip, Math.max(-clip, x)))),
    P: Float64Array.from(
      Array.from({ length: rank }, (_, r) => [...(r < P.length ? project(P[r]) : new Float64Array(2 * M))]).flat(),
    ),
    V,
  };
}

/** S = re I + skew, which is the form that makes S normal. */
function split(S: Float64Array, N: number, zero: number, measure: string): { re: number; skew: Float64Array } {
  let trace = 0;
  for (let n = 0; n < N; n++) trace += S[n * N + n];
  const re = trace / N;
  const skew = S.map((s, i) => (i % (N + 1) === 0 ? s - re : s));
  const isSkew = skew.every((s, i) => Math.abs(s + skew[(i % N) * N + Math.floor(i / N)]) <= zero);
  if (!isSkew) throw new ShapeError(`dplr: ${measure} is not the sum of a normal matrix and one of low rank`);
  return { re, skew };
}

/** The lower half of the spectrum i omega of a skew-symmetric matrix. */
function modes(
  skew: Float64Array,
  N: number,
  zero: number,
  measure: string,
): { omega: Float64Array; V: Float64Array } {
  const M = N / 2;
  const hermitian = new Float64Array(2 * N * N);
  skew.forEach((s, i) => (hermitian[2 * i + 1] = i % (N + 1) === 0 ? 0 : -s));
  const { values, vectors } = eigenHermitian(hermitian, N);
  const omega = values.slice(0, M).map((w) => (Math.abs(w) <= zero ? 0 : w));
  const V = new Float64Array(2 * N * M);
  for (let m = 0; m < M; m++) {
    const column = Array.from({ length: N }, (_, n): Complex => {
      const i = 2 * (n * N + m);
      return [vectors[i], vectors[i + 1]];
    });
    const kept = omega[m] === 0 ? nullVector(skew, N, m, zero, measure) : turned(column);
    kept.forEach((v, n) => V.set(v, 2 * (n * M + m)));
  }
  return { omega, V };
}

/** The vector times the phase that makes its first component real and positive. */
function turned(vector: readonly Complex[]): Complex[] {
  const first = vector.find((v) => Math.hypot(...v) > NEGLIGIBLE) as Complex;
  const phase = scale(1 / Math.hypot(...first), conj(first));
  return vector.map((v) => (v === first ? [Math.hypot(...v), 0] : mul(v, phase)));
}

/** (1, i, 0, .., 0) / sqrt 2: with its conjugate, it spans the null space of a matrix whose first two columns are 0. */
function nullVector(skew: Float64Array, N: number, m: number, zero: number, measure: string): Complex[] {
  if (m !== N / 2 - 1 || skew.some((s, i) => i % N < 2 && Math.abs(s) > zero)) {
    throw new ShapeError(`dplr: ${measure} has zero frequencies besides the first two coordinates`);
  }
  return Array.from({ length: N }, (_, n): Complex => [n === 0 ? Math.SQRT1_2 : 0, n === 1 ? Math.SQRT1_2 : 0]);
}

/** V* x for a real x. */
function adjointTimes(V: Float64Array, x: ArrayLike<number>, N: number): Float64Array {
  const y = new Float64Array(N);
  for (let i = 0; i < V.length; i += 2) {
    const n = Math.floor(i / N);
    y[i % N] += V[i] * x[n];
    y[(i % N) + 1] -= V[i + 1] * x[n];
  }
  return y;
}
