/** @file States of S4 models carried over chunks of a sequence. */
import type { SsmOptions } from '../src/ops/ssm.js';
import type { S4Dims, S4Params } from './s4.js';
import { advance, applyTransposed, dot, s4Linear } from './s4-linear.js';

/**
 * What an initial state adds to the output of the next L steps, y[l] = C Ab^(l+1) state.
 *
 * @param params - with C itself, not corrected for a length.
 * @param state - complex, [batch, H, M, 2].
 * @returns y, [batch, C H, L].
 */
export function s4StateOutput(
  params: S4Params,
  state: Float64Array,
  dims: S4Dims & { readonly batch: number },
  L: number,
  options: SsmOptions = {},
): Float64Array {
  const { batch, H, M, C } = dims;
  const y = new Float64Array(batch * C * H * L);
  for (let h = 0; h < H; h++) {
    const linear = s4Linear(params, dims, h, options);
    for (let c = 0; c < C; c++) {
      const row = params.C.slice(2 * M * (c * H + h), 2 * M * (c * H + h + 1));
      for (let l = 0; l < L; l++) {
        applyTransposed(linear, row);
        for (let b = 0; b < batch; b++) {
          const x = state.subarray(2 * M * (b * H + h), 2 * M * (b * H + h + 1));
          y[((b * C + c) * H + h) * L + l] = dot(row, x);
        }
      }
    }
  }
  return y;
}

/**
 * The state after u, starting from `state`.
 *
 * @param state - complex, [batch, H, M, 2].
 * @param u - [batch, H, L].
 * @returns complex, [batch, H, M, 2].
 */
export function s4NextState(
  params: S4Params,
  state: Float64Array,
  u: Float64Array,
  dims: S4Dims & { readonly batch: number },
  options: SsmOptions = {},
): Float64Array {
  const { batch, H, M } = dims;
  const L = u.length / (batch * H);
  const next = state.slice();
  for (let h = 0; h < H; h++) {
    const linear = s4Linear(params, dims, h, options);
    for (let b = 0; b < batch; b++) {
      const row = b * H + h;
      const x = next.subarray(2 * M * row, 2 * M * (row + 1));
      for (let l = 0; l < L; l++) advance(linear, x, u[row * L + l]);
    }
  }
  return next;
}
