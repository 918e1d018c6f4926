/** @file Singular values and vectors of a small real matrix. */

/** A singular value with its unit vectors. */
export interface SingularTriplet {
  readonly value: number;
  /** [rows]. */
  readonly left: Float64Array;
  /** [columns]. */
  readonly right: Float64Array;
}

const SWEEPS = 60;

/**
 * All singular triplets of A = sum value left right^T, largest first, by Jacobi rotations that make its columns
 * orthogonal. Where a value is zero, `left` is zero.
 *
 * @param A - [rows, columns].
 * @see Hestenes, Inversion of matrices by biorthogonalization and related results, 1958.
 */
export function singularTriplets(A: Float64Array, rows: number, columns: number): SingularTriplet[] {
  const matrix = (height: number, entry: (i: number, j: number) => number): Float64Array[] =>
    Array.from({ length: columns }, (_, j) => Float64Array.from({ length: height }, (_, i) => entry(i, j)));
  const U = matrix(rows, (i, j) => A[i * columns + j]);
  const V = matrix(columns, (i, j) => Number(i === j));
  let turned = true;
  for (let sweep = 0; turned && sweep < SWEEPS; sweep++) {
    turned = false;
    for (let i = 0; i < columns; i++) {
      for (let j = i + 1; j < columns; j++) turned = orthogonalise(U, V, i, j) || turned;
    }
  }
  return U.map((u, j): SingularTriplet => {
    const value = Math.sqrt(dot(u, u));
    return { value, left: u.map((x) => (value === 0 ? 0 : x / value)), right: V[j] };
  }).sort((a, b) => b.value - a.value);
}

/** Turn columns i and j of U, and of V, so that those of U are orthogonal. @returns whether they were not. */
function orthogonalise(U: Float64Array[], V: Float64Array[], i: number, j: number): boolean {
  const [a, b, c] = [dot(U[i], U[i]), dot(U[j], U[j]), dot(U[i], U[j])];
  if (Math.abs(c) <= 2 ** -52 * Math.sqrt(a * b)) return false;
  const zeta = (b - a) / (2 * c);
  const tan = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cos = 1 / Math.hypot(1, tan);
  for (const M of [U, V]) {
    for (let e = 0; e < M[i].length; e++) {
      const [x, y] = [M[i][e], M[j][e]];
      M[i][e] = cos * (x - tan * y);
      M[j][e] = cos * (tan * x + y);
    }
  }
  return true;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
