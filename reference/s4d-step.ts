/** @file Diagonal state space models one step at a time. See s4d.ts. */
import type { S4dOptions, S4dStepParams } from '../src/ops/s4d.js';
import { add, at, mul, scale, sub } from './complex.js';
import { type S4dDims, type S4dParams, mode } from './s4d-mode.js';

/**
 * The discretised modes that {@link s4dStep} takes. 1 is taken off Ab so that slow modes, whose Ab is near 1, keep
 * their digits where they are rounded.
 *
 *     modes[h, m] = (Ab - 1, Bb)
 *
 * @returns modes, complex, [H, M, 2, 2]; Ab = Bb = 0 for a mode that is left out.
 */
export function s4dModes(params: S4dParams, dims: S4dDims, options: S4dOptions = {}): Float64Array {
  const { H, S, M } = dims;
  const modes = new Float64Array(H * M * 4);
  for (let h = 0; h < H; h++) {
    for (let m = 0; m < M; m++) {
      const { Ab, coef } = mode(params, dims, h, m, options, 1);
      const Bb = mul(coef, at(params.B, (h % S) * M + m));
      modes.set([...sub(Ab, [1, 0]), ...Bb], 4 * (h * M + m));
    }
  }
  return modes;
}

/**
 * One step of the recurrence: x = x + (Ab - 1) x + Bb u, y[b, c H + h] = 2 Re sum_m C[c, h, m] x[b, h, m]
 * (+ D[c, h] u[b, h]).
 *
 * @param params.modes - of {@link s4dModes}, [H, M, 2, 2].
 * @param params.C - [C, H, M, 2].
 * @param params.D - [C, H].
 * @param state - x, [batch, H, M, 2], updated in place.
 * @param u - [batch, H].
 * @returns y, [batch, C H].
 */
export function s4dStep(
  { modes, C: output, D }: S4dStepParams<Float64Array>,
  state: Float64Array,
  u: Float64Array,
  { batch, H, M, C }: { readonly batch: number; readonly H: number; readonly M: number; readonly C: number },
): Float64Array {
  const y = new Float64Array(batch * C * H);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < H; h++) {
      const input = u[b * H + h];
      for (let m = 0; m < M; m++) {
        const [a, Bb] = [at(modes, 2 * (h * M + m)), at(modes, 2 * (h * M + m) + 1)];
        const x = at(state, (b * H + h) * M + m);
        state.set(add(x, add(mul(a, x), scale(input, Bb))), 2 * ((b * H + h) * M + m));
      }
      for (let c = 0; c < C; c++) {
        let sum = D === undefined ? 0 : D[c * H + h] * input;
        for (let m = 0; m < M; m++) {
          sum += 2 * mul(at(output, (c * H + h) * M + m), at(state, (b * H + h) * M + m))[0];
        }
        y[(b * C + c) * H + h] = sum;
      }
    }
  }
  return y;
}
