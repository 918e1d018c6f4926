/** @file State space models with A diagonal plus low-rank, and with full matrices, as recurrences. */
import type { SsmOptions } from '../src/ops/ssm.js';
import { type Complex, add, at, conj, inverse, mul, scale, sub } from './complex.js';
import { type S4Dims, type S4Params, s4Feature } from './s4.js';

/** 2 Re sum_m a b: over modes and their conjugates. */
function dot(a: readonly Complex[], b: readonly Complex[]): number {
  return 2 * a.reduce((sum, value, m) => sum + mul(value, b[m])[0], 0);
}

/** v with T v = g, T a real matrix of 1 or 2 rows. */
function solve(T: readonly (readonly number[])[], g: readonly number[]): number[] {
  if (g.length === 1) return [g[0] / T[0][0]];
  const [[p, q], [r, s]] = T;
  const determinant = p * s - q * r;
  return [(s * g[0] - q * g[1]) / determinant, (p * g[1] - r * g[0]) / determinant];
}

/**
 * L steps of the recurrence x = Ab x + Bb u[l], y[l] = 2 Re sum_m C x (+ D u[l]), each in O(M R) operations:
 *
 *     x1 = (2/dt + lambda) x - sum_r P_r (Q_r^T x) + 2 B u
 *     x  = d (x1 - sum_r P_r v_r),  d = 1 / (2/dt - lambda),  (I + Q^T d P) v = Q^T d x1
 *
 * with Q = conj P and inner products over modes and their conjugates.
 *
 * @param state - x, [batch, H, M, 2], updated in place.
 * @param u - [batch, H, L].
 * @param D - [C, H].
 * @returns y, [batch, C H, L].
 */
export function s4Step(
  params: S4Params,
  state: Float64Array,
  u: Float64Array,
  dims: S4Dims & { readonly batch: number; readonly L: number },
  options: SsmOptions = {},
  D?: Float64Array,
): Float64Array {
  const { H, M, C, batch, L } = dims;
  const y = new Float64Array(batch * C * H * L);
  for (let h = 0; h < H; h++) {
    const { dt, lambda, B, P, C: rows } = s4Feature(params, dims, h, options);
    const Q = P.map((row) => row.map(conj));
    const d = lambda.map((value) => inverse(sub([2 / dt, 0], value)));
    const weighted = (v: readonly Complex[]): Complex[] => v.map((value, m) => mul(d[m], value));
    const T = Q.map((q, i) => P.map((p, j) => (i === j ? 1 : 0) + dot(q, weighted(p))));
    for (let b = 0; b < batch; b++) {
      let x = lambda.map((_, m) => at(state, (b * H + h) * M + m));
      for (let l = 0; l < L; l++) {
        const input = u[(b * H + h) * L + l];
        const less = (v: Complex, m: number, factors: readonly number[]): Complex =>
          P.reduce((rest, row, r) => sub(rest, scale(factors[r], row[m])), v);
        const products = Q.map((q) => dot(q, x));
        const x1 = x.map((value, m) => {
          const own = mul(add([2 / dt, 0], lambda[m]), value);
          return add(less(own, m, products), scale(2 * input, B[m]));
        });
        const v = solve(T, Q.map((q) => dot(q, weighted(x1))));
        x = weighted(x1.map((value, m) => less(value, m, v)));
        for (let c = 0; c < C; c++) {
          const skip = D === undefined ? 0 : D[c * H + h] * input;
          y[((b * C + c) * H + h) * L + l] = dot(rows[c], x) + skip;
        }
      }
      x.forEach((value, m) => state.set(value, 2 * ((b * H + h) * M + m)));
    }
  }
  return y;
}

/** Full real matrices of a recurrence. */
export interface DenseParams {
  /** [H, N, N]. */
  readonly A: Float64Array;
  /** [H, N]. */
  readonly B: Float64Array;
  /** [C, H, N]. */
  readonly C: Float64Array;
  /** [C, H]. */
  readonly D?: Float64Array | undefined;
}

/**
 * One step of a recurrence with full matrices, x = A x + B u, y = C x (+ D u).
 *
 * @param state - x, [batch, H, N], updated in place.
 * @param u - [batch, H].
 * @returns y, [batch, C H].
 */
export function denseStep(
  { A, B, C, D }: DenseParams,
  state: Float64Array,
  u: Float64Array,
  dims: { readonly batch: number; readonly H: number; readonly N: number; readonly C: number },
): Float64Array {
  const { batch, H, N } = dims;
  const y = new Float64Array(batch * dims.C * H);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < H; h++) {
      const x = state.subarray((b * H + h) * N, (b * H + h + 1) * N);
      const input = u[b * H + h];
      const next = x.map((_, i) =>
        x.reduce((sum, value, j) => sum + A[(h * N + i) * N + j] * value, B[h * N + i] * input),
      );
      x.set(next);
      for (let c = 0; c < dims.C; c++) {
        const skip = D === undefined ? 0 : D[c * H + h] * input;
        y[(b * dims.C + c) * H + h] = next.reduce((sum, value, i) => sum + C[(c * H + h) * N + i] * value, skip);
      }
    }
  }
  return y;
}
