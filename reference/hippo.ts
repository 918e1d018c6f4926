/**
 * @file Initial A and B of diagonal state space models.
 *
 * Only one of each pair of conjugate modes is kept, the one with Im A <= 0. N = 2M.
 */
import { type Complex, conj, mul, scale } from './complex.js';

export type S4dInit = 'lin' | 'inv' | 'legs';

export interface S4dInitial {
  /** The diagonal of A, complex, [M, 2]. */
  lambda: Float64Array;
  /** Complex, [M, 2]. */
  B: Float64Array;
}

/**
 *     lin    lambda[n] = -1/2 - i pi n,                        B = 1
 *     inv    lambda[n] = -1/2 - i (N/pi) (N/(2n + 1) - 1),     B = 1
 *     legs   see {@link legs}; the imaginary part of B is clamped to [-2, 2]
 *
 * @param M - number of modes.
 * @throws RangeError unless M is a whole number of at least 1.
 * @see Gu, Gupta, Goel and Ré, arXiv:2206.11893, section 4.
 */
export function s4dInit(init: S4dInit, M: number): S4dInitial {
  if (!Number.isSafeInteger(M) || M < 1) {
    throw new RangeError(`s4dInit: M is ${M}, expected a whole number of at least 1`);
  }
  if (init === 'legs') {
    const { lambda, B } = legs(2 * M);
    return { lambda, B: B.map((x, i) => (i % 2 === 0 ? x : Math.min(2, Math.max(-2, x)))) };
  }
  const N = 2 * M;
  const lambda = new Float64Array(N);
  const B = new Float64Array(N);
  for (let n = 0; n < M; n++) {
    lambda.set([-0.5, init === 'lin' ? -Math.PI * n : -(N / Math.PI) * (N / (2 * n + 1) - 1)], 2 * n);
    B[2 * n] = 1;
  }
  return { lambda, B };
}

/**
 * The normal part of HiPPO-LegS, diagonalised.
 *
 * LegS has A[n, k] = -sqrt(2n + 1) sqrt(2k + 1) below the diagonal, -(n + 1) on it, 0 above, and B[n] = sqrt(2n + 1).
 * With P[n] = sqrt(n + 1/2), A + P P^T is -1/2 on the diagonal and skew-symmetric off it, hence
 * V diag(lambda) V* with V unitary and Re lambda = -1/2. The phase of each eigenvector is fixed by a positive first
 * component, which decides what a clamp of Im B does.
 *
 * @param N - size, even.
 * @returns lambda in ascending order of Im lambda, those with Im lambda < 0, and V* B, both [N/2, 2].
 * @see Gu et al., arXiv:2008.07669 (HiPPO); Gu, Goel and Ré, arXiv:2111.00396 (the low-rank correction).
 */
export function legs(N: number): S4dInitial {
  const B = Float64Array.from({ length: N }, (_, n) => Math.sqrt(2 * n + 1));
  // -i times the skew part, which is Hermitian: its eigenvalues are Im lambda.
  const hermitian = Array.from({ length: N }, (_, n) =>
    Array.from({ length: N }, (_, k): Complex => [0, (Math.sign(n - k) * B[n] * B[k]) / 2]),
  );
  const { values, vectors } = eigenHermitian(hermitian);
  const order = [...values.keys()].sort((i, j) => values[i] - values[j]).slice(0, N / 2);
  const result = { lambda: new Float64Array(N), B: new Float64Array(N) };
  order.forEach((column, m) => {
    const first = vectors[0][column];
    const phase = scale(1 / Math.hypot(...first), conj(first));
    let dot: Complex = [0, 0];
    for (let n = 0; n < N; n++) {
      const v = mul(vectors[n][column], phase);
      dot = [dot[0] + v[0] * B[n], dot[1] - v[1] * B[n]];
    }
    result.lambda.set([-0.5, values[column]], 2 * m);
    result.B.set(dot, 2 * m);
  });
  return result;
}

/**
 * All eigenvalues and eigenvectors of a Hermitian matrix, by Jacobi's method: each rotation makes one pair of
 * off-diagonal entries zero, and sweeps over all pairs converge quadratically.
 *
 * @param matrix - rows of complex entries; overwritten.
 * @returns eigenvalues, and the matrix whose columns are the unit eigenvectors.
 */
export function eigenHermitian(matrix: Complex[][]): { values: number[]; vectors: Complex[][] } {
  const N = matrix.length;
  const vectors = matrix.map((_, i) => matrix.map((_, j): Complex => [i === j ? 1 : 0, 0]));
  const norm = Math.sqrt(matrix.flat(2).reduce((sum, x) => sum + x * x, 0));
  for (;;) {
    let largest = 0;
    for (let p = 0; p < N; p++) {
      for (let q = p + 1; q < N; q++) {
        const size = Math.hypot(...matrix[p][q]);
        largest = Math.max(largest, size);
        if (size === 0) continue;
        const phase = scale(1 / size, matrix[p][q]);
        const tau = (matrix[q][q][0] - matrix[p][p][0]) / (2 * size);
        const tangent = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.hypot(1, tau));
        const cosine = 1 / Math.hypot(1, tangent);
        rotate(matrix, vectors, p, q, cosine, tangent * cosine, phase);
      }
    }
    if (!(largest > 2 ** -60 * norm)) break;
  }
  return { values: matrix.map((row, i) => row[i][0]), vectors };
}

/** matrix = U* matrix U and vectors = vectors U, with U[p, q] = [[c, s], [-s conj(phase), c conj(phase)]]. */
function rotate(
  matrix: Complex[][],
  vectors: Complex[][],
  p: number,
  q: number,
  c: number,
  s: number,
  phase: Complex,
): void {
  const mix = (x: Complex, y: Complex, turn: Complex): [Complex, Complex] => {
    const z = mul(turn, y);
    return [
      [c * x[0] - s * z[0], c * x[1] - s * z[1]],
      [s * x[0] + c * z[0], s * x[1] + c * z[1]],
    ];
  };
  for (const row of [...matrix, ...vectors]) [row[p], row[q]] = mix(row[p], row[q], conj(phase));
  for (let k = 0; k < matrix.length; k++) {
    [matrix[p][k], matrix[q][k]] = mix(matrix[p][k], matrix[q][k], phase);
  }
  matrix[p][q] = [0, 0];
  matrix[q][p] = [0, 0];
}
