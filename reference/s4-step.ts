/** @file State space models with A diagonal plus low-rank, and with full matrices, as recurrences. */
import type { SsmOptions } from '../src/ops/ssm.js';
import type { S4Dims, S4Params } from './s4.js';
import { advance, dot, s4Linear } from './s4-linear.js';

/**
 * L steps of the recurrence x = Ab x + Bb u[l], y[l] = 2 Re sum_m C x (+ D u[l]), each in O(M R) operations by
 * {@link s4Linear}.
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
    const linear = s4Linear(params, dims, h, options);
    for (let b = 0; b < batch; b++) {
      const x = state.subarray(2 * M * (b * H + h), 2 * M * (b * H + h + 1));
      for (let l = 0; l < L; l++) {
        const input = u[(b * H + h) * L + l];
        advance(linear, x, input);
        for (let c = 0; c < C; c++) {
          const row = params.C.subarray(2 * M * (c * H + h), 2 * M * (c * H + h + 1));
          y[((b * C + c) * H + h) * L + l] = dot(row, x) + (D === undefined ? 0 : D[c * H + h] * input);
        }
      }
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
