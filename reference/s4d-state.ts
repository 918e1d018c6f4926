/** @file Diagonal state space models with a state, over chunks. See s4d.ts. */
import type { S4dOptions } from '../src/ops/s4d.js';
import { type Complex, add, addAt, at, conj, mul, scale } from './complex.js';
import { type S4dDims, type S4dParams, addModeGradients, mode } from './s4d-mode.js';
import { type S4dGradients, moments, zeroGradients } from './s4d.js';

/**
 * What a state adds to the outputs of the L steps after it, whatever their input.
 *
 *     y[b, c H + h, l] = 2 Re sum_m C[c, h, m] Ab[h, m]^(l + 1) x[b, h, m]
 *
 * @param state - x, [batch, H, M, 2].
 * @returns y, [batch, C H, L].
 */
export function s4dStateOutput(
  params: S4dParams,
  state: Float64Array,
  dims: S4dDims,
  batch: number,
  L: number,
  options: S4dOptions = {},
): Float64Array {
  const { H, M, C } = dims;
  const y = new Float64Array(batch * C * H * L);
  for (let h = 0; h < H; h++) {
    for (let m = 0; m < M; m++) {
      const { Ab } = mode(params, dims, h, m, options, L);
      for (let b = 0; b < batch; b++) {
        for (let c = 0; c < C; c++) {
          let term = mul(at(params.C, (c * H + h) * M + m), at(state, (b * H + h) * M + m));
          for (let l = 0; l < L; l++) {
            term = mul(term, Ab);
            y[((b * C + c) * H + h) * L + l] += 2 * term[0];
          }
        }
      }
    }
  }
  return y;
}

/**
 * The transpose of {@link s4dStateOutput}'s derivative in the parameters and the state.
 *
 * @param dy - cotangent of y, [batch, C H, L].
 */
export function s4dStateOutputVjp(
  params: S4dParams,
  state: Float64Array,
  dy: Float64Array,
  dims: S4dDims,
  batch: number,
  L: number,
  options: S4dOptions = {},
): S4dGradients & { dState: Float64Array } {
  const { H, M, C } = dims;
  const gradients = zeroGradients(dims);
  const dState = new Float64Array(state.length);
  for (let h = 0; h < H; h++) {
    for (let m = 0; m < M; m++) {
      const here = mode(params, dims, h, m, options, L);
      const { Ab } = here;
      let dAb: Complex = [0, 0];
      for (let b = 0; b < batch; b++) {
        for (let c = 0; c < C; c++) {
          const row = ((b * C + c) * H + h) * L;
          const [sum, slope] = moments(dy.slice(row, row + L), Ab);
          const weight = at(params.C, (c * H + h) * M + m);
          const x = at(state, (b * H + h) * M + m);
          // dw is the cotangent of w = C x Ab.
          const dw = scale(2, sum);
          addAt(gradients.dC, (c * H + h) * M + m, mul(conj(mul(x, Ab)), dw));
          addAt(dState, (b * H + h) * M + m, mul(conj(mul(weight, Ab)), dw));
          dAb = add(dAb, mul(conj(mul(weight, x)), add(dw, scale(2, mul(conj(Ab), slope)))));
        }
      }
      addModeGradients(gradients, params, dims, h, m, options, here, dAb, [0, 0]);
    }
  }
  return { ...gradients, dState };
}

/**
 * The state after a chunk of input: Ab^L x + sum_l Ab^(L - 1 - l) Bb u[l].
 *
 * @param state - x before the chunk, [batch, H, M, 2].
 * @param u - [batch, H, L].
 * @returns x after it, [batch, H, M, 2].
 */
export function s4dNextState(
  params: S4dParams,
  state: Float64Array,
  u: Float64Array,
  dims: S4dDims,
  batch: number,
  L: number,
  options: S4dOptions = {},
): Float64Array {
  const { H, S, M } = dims;
  const next = new Float64Array(state.length);
  for (let h = 0; h < H; h++) {
    for (let m = 0; m < M; m++) {
      const { Ab, coef } = mode(params, dims, h, m, options, L);
      const Bb = mul(coef, at(params.B, (h % S) * M + m));
      for (let b = 0; b < batch; b++) {
        const i = (b * H + h) * M + m;
        let x = at(state, i);
        for (let l = 0; l < L; l++) x = add(mul(Ab, x), scale(u[(b * H + h) * L + l], Bb));
        next.set(x, 2 * i);
      }
    }
  }
  return next;
}

/**
 * The transpose of {@link s4dNextState}'s derivative in the parameters, the state and the input: the recurrence
 * backwards, where dx = conj(Ab) dx from each step to the one before.
 *
 * @param dNext - cotangent of the state after the chunk, [batch, H, M, 2].
 */
export function s4dNextStateVjp(
  params: S4dParams,
  state: Float64Array,
  u: Float64Array,
  dNext: Float64Array,
  dims: S4dDims,
  batch: number,
  L: number,
  options: S4dOptions = {},
): S4dGradients & { dState: Float64Array; du: Float64Array } {
  const { H, S, M } = dims;
  const gradients = zeroGradients(dims);
  const dState = new Float64Array(state.length);
  const du = new Float64Array(u.length);
  for (let h = 0; h < H; h++) {
    for (let m = 0; m < M; m++) {
      const i = (h % S) * M + m;
      const here = mode(params, dims, h, m, options, L);
      const { Ab, coef } = here;
      const B = at(params.B, i);
      const Bb = mul(coef, B);
      let dAb: Complex = [0, 0];
      let dBb: Complex = [0, 0];
      for (let b = 0; b < batch; b++) {
        const row = b * H + h;
        const states: Complex[] = [at(state, row * M + m)];
        for (let l = 0; l < L; l++) states.push(add(mul(Ab, states[l]), scale(u[row * L + l], Bb)));
        let dx = at(dNext, row * M + m);
        for (let l = L - 1; l >= 0; l--) {
          du[row * L + l] += mul(conj(Bb), dx)[0];
          dBb = add(dBb, scale(u[row * L + l], dx));
          dAb = add(dAb, mul(conj(states[l]), dx));
          dx = mul(conj(Ab), dx);
        }
        dState.set(dx, 2 * (row * M + m));
      }
      addAt(gradients.dB, i, mul(conj(coef), dBb));
      addModeGradients(gradients, params, dims, h, m, options, here, dAb, mul(conj(B), dBb));
    }
  }
  return { ...gradients, dState, du };
}
