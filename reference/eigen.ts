/** @file Eigenvalues and eigenvectors of Hermitian matrices. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { ShapeError } from '../src/errors.js';

/** Eigenvalues in ascending order, and the matrix whose columns are their unit eigenvectors. */
export interface Eigen {
  /** [N]. */
  values: Float64Array;
  /** Complex, [N, N, 2]. */
  vectors: Float64Array;
}

/**
 * All eigenvalues and eigenvectors of a Hermitian matrix, H = V diag(values) V*.
 *
 * Reflections I - 2 v v* make H tridiagonal and a diagonal of phases makes it real; what remains is the eigenproblem of
 * a real symmetric tridiagonal matrix. O(N^3).
 *
 * @param matrix - H, complex, [N, N, 2].
 * @throws ShapeError unless there are N^2 pairs of finite numbers.
 * @see Golub and Van Loan, Matrix Computations, section 8.3.
 */
export function eigenHermitian(matrix: Float64Array, N: number): Eigen {
  if (matrix.length !== 2 * N * N) {
    throw new ShapeError(`eigenHermitian: ${matrix.length} values, expected ${2 * N * N} for a matrix of size ${N}`);
  }
  if (!matrix.every(Number.isFinite)) throw new ShapeError('eigenHermitian: matrix has entries that are not finite');
  const { reflections, diagonal, below, phases } = tridiagonalise(matrix.slice(), N);
  const real = Matrix.zeros(N, N);
  for (let i = 0; i < N; i++) {
    real.set(i, i, diagonal[i]);
    if (i > 0) {
      real.set(i, i - 1, below[i - 1]);
      real.set(i - 1, i, below[i - 1]);
    }
  }
  const eigen = new EigenvalueDecomposition(real, { assumeSymmetric: true });
  const found = eigen.realEigenvalues;
  const order = [...found.keys()].sort((i, j) => found[i] - found[j]);
  const vectors = new Float64Array(2 * N * N);
  for (let i = 0; i < N; i++) {
    order.forEach((column, j) => {
      const w = eigen.eigenvectorMatrix.get(i, column);
      vectors[2 * (i * N + j)] = w * phases[2 * i];
      vectors[2 * (i * N + j) + 1] = w * phases[2 * i + 1];
    });
  }
  for (let k = reflections.length - 1; k >= 0; k--) reflect(vectors, reflections[k], k + 1, N);
  return { values: Float64Array.from(order, (i) => found[i]), vectors };
}

/**
 * H = Q D T D* Q* with T real, symmetric and tridiagonal.
 *
 * @returns Q as the vectors v of its reflections, the k-th of which acts on the rows from k + 1 on; the diagonal [N]
 *   and the entries below it [N - 1] of T; D, complex [N, 2].
 */
function tridiagonalise(
  H: Float64Array,
  N: number,
): { reflections: Float64Array[]; diagonal: Float64Array; below: Float64Array; phases: Float64Array } {
  const reflections: Float64Array[] = [];
  for (let k = 0; k + 2 < N; k++) {
    const first = k + 1;
    const v = new Float64Array(2 * (N - first));
    for (let i = first; i < N; i++) v.set(H.subarray(2 * (i * N + k), 2 * (i * N + k) + 2), 2 * (i - first));
    const head = Math.hypot(v[0], v[1]);
    const norm = Math.hypot(...v);
    // A column that is tridiagonal already needs no reflection: v = 0 stands for the identity.
    if (norm === head) {
      reflections.push(new Float64Array(v.length));
      continue;
    }
    const [re, im] = head === 0 ? [1, 0] : [v[0] / head, v[1] / head];
    v[0] += re * norm;
    v[1] += im * norm;
    const length = Math.hypot(...v);
    for (let i = 0; i < v.length; i++) v[i] /= length;
    H[2 * (first * N + k)] = -re * norm;
    H[2 * (first * N + k) + 1] = -im * norm;
    reflectBoth(H, v, first, N);
    reflections.push(v);
  }
  const diagonal = Float64Array.from({ length: N }, (_, i) => H[2 * (i * N + i)]);
  const below = new Float64Array(Math.max(0, N - 1));
  const phases = new Float64Array(2 * N);
  phases[0] = 1;
  for (let i = 1; i < N; i++) {
    const [re, im] = H.subarray(2 * (i * N + i - 1), 2 * (i * N + i));
    const size = Math.hypot(re, im);
    below[i - 1] = size;
    const [c, s] = size === 0 ? [1, 0] : [re / size, im / size];
    const [p, q] = phases.subarray(2 * i - 2, 2 * i);
    phases.set([c * p - s * q, c * q + s * p], 2 * i);
  }
  return { reflections, diagonal, below, phases };
}

/** X = (I - 2 v v*) X on the rows of X from `first` on. */
function reflect(X: Float64Array, v: Float64Array, first: number, N: number): void {
  const dot = new Float64Array(2 * N);
  for (let i = first; i < N; i++) {
    const [re, im] = [v[2 * (i - first)], v[2 * (i - first) + 1]];
    for (let j = 0; j < N; j++) {
      const at = 2 * (i * N + j);
      dot[2 * j] += re * X[at] + im * X[at + 1];
      dot[2 * j + 1] += re * X[at + 1] - im * X[at];
    }
  }
  for (let i = first; i < N; i++) {
    const [re, im] = [2 * v[2 * (i - first)], 2 * v[2 * (i - first) + 1]];
    for (let j = 0; j < N; j++) {
      const at = 2 * (i * N + j);
      X[at] -= re * dot[2 * j] - im * dot[2 * j + 1];
      X[at + 1] -= re * dot[2 * j + 1] + im * dot[2 * j];
    }
  }
}

/**
 * H = (I - 2 v v*) H (I - 2 v v*) on rows and columns from `first` on, which is H - v w* - w v* with
 * w = 2 (H v - (v* H v) v).
 */
function reflectBoth(H: Float64Array, v: Float64Array, first: number, N: number): void {
  const w = new Float64Array(v.length);
  let kappa = 0;
  for (let i = first; i < N; i++) {
    let [re, im] = [0, 0];
    for (let j = first; j < N; j++) {
      const [a, b] = [H[2 * (i * N + j)], H[2 * (i * N + j) + 1]];
      const [x, y] = [v[2 * (j - first)], v[2 * (j - first) + 1]];
      re += a * x - b * y;
      im += a * y + b * x;
    }
    const at = 2 * (i - first);
    w[at] = 2 * re;
    w[at + 1] = 2 * im;
    kappa += v[at] * re + v[at + 1] * im;
  }
  for (let i = 0; i < w.length; i++) w[i] -= 2 * kappa * v[i];
  for (let i = first; i < N; i++) {
    const at = 2 * (i - first);
    for (let j = first; j < N; j++) {
      const to = 2 * (j - first);
      H[2 * (i * N + j)] -= v[at] * w[to] + v[at + 1] * w[to + 1] + w[at] * v[to] + w[at + 1] * v[to + 1];
      H[2 * (i * N + j) + 1] -= v[at + 1] * w[to] - v[at] * w[to + 1] + w[at + 1] * v[to] - w[at] * v[to + 1];
    }
  }
}
