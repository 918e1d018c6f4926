/** @file State space models with A diagonal plus low-rank, and with full matrices, as recurrences. */
import type { S4StepParams } from '../src/ops/s4.js';
import type { SsmOptions } from '../src/ops/ssm.js';
import { type Complex, add, at, mul, scale, sub } from './complex.js';
import type { S4Dims, S4Params } from './s4.js';
import { s4Linear } from './s4-linear.js';
import { timeStep } from './ssm.js';

/**
 * The discretised modes that {@link s4Step} takes. With d = 1 / (1 - dt lambda / 2) and T = I + dt/2 Q^T d P, inner
 * products being over modes and conjugates,
 *
 *     modes[h, m] = (dt B, dt lambda d, dt d P_r, w_r),   w_r = 2 d sum_j (T^-1)[r, j] conj P_j,
 *
 * all of them small with dt but w: Ab itself, near 1, would lose digits where it is rounded.
 *
 * @returns modes, complex, [H, M, 2 + 2 R, 2].
 */
export function s4Modes(params: S4Params, dims: S4Dims, options: SsmOptions = {}): Float64Array {
  const { H, S, M, R } = dims;
  const values = 2 + 2 * R;
  const modes = new Float64Array(2 * H * M * values);
  for (let h = 0; h < H; h++) {
    // This d is dt / 2 times the one above, and W the inverse of T.
    const { lambda, d, dP, dQ, W } = s4Linear(params, dims, h, options);
    const dt = timeStep(params.invDt[h], options);
    for (let m = 0; m < M; m++) {
      const put = (j: number, value: Complex): void => modes.set(value, 2 * ((h * M + m) * values + j));
      put(0, scale(dt, at(params.B, (h % S) * M + m)));
      put(1, scale(2, mul(at(lambda, m), at(d, m))));
      for (let r = 0; r < R; r++) {
        put(2 + r, scale(2, at(dP[r], m)));
        const w = dQ.reduce<Complex>((sum, q, j) => add(sum, scale(W[r][j], at(q, m))), [0, 0]);
        put(2 + R + r, scale(4 / dt, w));
      }
    }
  }
  return modes;
}

/**
 * L steps of the recurrence x = Ab x + Bb u[l], y[l] = 2 Re sum_m C x (+ D u[l]), each in O(M R) operations:
 *
 *     x = x + dt B u + (dt lambda d) f - sum_r (dt d P_r) Re sum_m w_r f,   f = x + dt B u / 2
 *
 * @param params.modes - of {@link s4Modes}, [H, M, 2 + 2 R, 2].
 * @param params.C - [C, H, M, 2].
 * @param params.D - [C, H].
 * @param state - x, [batch, H, M, 2], updated in place.
 * @param u - [batch, H, L].
 * @returns y, [batch, C H, L].
 */
export function s4Step(
  { modes, C: output, D }: S4StepParams<Float64Array>,
  state: Float64Array,
  u: Float64Array,
  dims: Pick<S4Dims, 'H' | 'M' | 'C' | 'R'> & { readonly batch: number; readonly L: number },
): Float64Array {
  const { H, M, C, R, batch, L } = dims;
  const y = new Float64Array(batch * C * H * L);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < H; h++) {
      const mode = (m: number, j: number): Complex => at(modes, (h * M + m) * (2 + 2 * R) + j);
      const x = state.subarray(2 * M * (b * H + h), 2 * M * (b * H + h + 1));
      for (let l = 0; l < L; l++) {
        const input = u[(b * H + h) * L + l];
        const f = Array.from({ length: M }, (_, m) => add(at(x, m), scale(input / 2, mode(m, 0))));
        const tau = Array.from({ length: R }, (_, r) =>
          f.reduce((sum, value, m) => sum + mul(mode(m, 2 + R + r), value)[0], 0),
        );
        for (let m = 0; m < M; m++) {
          let change = add(scale(input, mode(m, 0)), mul(mode(m, 1), f[m]));
          for (let r = 0; r < R; r++) change = sub(change, scale(tau[r], mode(m, 2 + r)));
          x.set(add(at(x, m), change), 2 * m);
        }
        for (let c = 0; c < C; c++) {
          let sum = D === undefined ? 0 : D[c * H + h] * input;
          for (let m = 0; m < M; m++) sum += 2 * mul(at(output, (c * H + h) * M + m), at(x, m))[0];
          y[((b * C + c) * H + h) * L + l] = sum;
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
