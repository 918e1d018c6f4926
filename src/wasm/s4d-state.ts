import type { S4dGradients, S4dOptions, S4dParams } from '../backend.js';
import {
  checkLength,
  s4dNextStateVjpDims,
  s4dStateDims,
  s4dStateNumbers,
  s4dStateOutputVjpDims,
} from '../shapes/s4d.js';
import { numbers, scratchBytes, tableSize, tensors } from './s4d.js';
import { packTransforms } from './ssm.js';
import type { Tensor } from './tensor.js';

/**
 * What a state adds to the outputs of the L steps after it, whatever their input.
 *
 *     y[b, c H + h, l] = 2 Re sum_m C[c, h, m] Ab[h, m]^(l + 1) x[b, h, m]
 *
 * @param state - x, [B, H, M, 2].
 * @returns y, [B, C H, L].
 * @throws ShapeError if the parameters and state do not fit together, L is not a whole number of at least 1, or an
 * option is out of its range.
 */
export function s4dStateOutput(
  params: S4dParams<Tensor>,
  state: Tensor,
  options: S4dOptions & { readonly L: number },
): Tensor {
  const dims = s4dStateDims('s4dStateOutput', params, state);
  const { L } = options;
  checkLength('s4dStateOutput', L);
  const checked = s4dStateNumbers('s4dStateOutput', options);
  const cpu = state.device;
  const y = cpu.empty([dims.batch, dims.C * dims.H, L]);
  const args = [...tensors(params), state, y, ...numbers(dims, checked), L, tableSize(L), dims.batch];
  cpu.run('s4dStateOutput', dims.H, args, { scratch: scratchBytes(dims, L) });
  return y;
}

/**
 * Gradient of {@link s4dStateOutput} in the parameters it depends on and the state.
 *
 * @param dy - cotangent of y, [B, C H, L].
 * @throws ShapeError if the arguments do not fit together or an option is out of its range.
 */
export function s4dStateOutputVjp(
  params: S4dParams<Tensor>,
  state: Tensor,
  dy: Tensor,
  options: S4dOptions = {},
): Omit<S4dGradients<Tensor>, 'dB'> & { dState: Tensor } {
  const dims = s4dStateOutputVjpDims('s4dStateOutputVjp', params, state, dy);
  const checked = s4dStateNumbers('s4dStateOutputVjp', options);
  const { batch, H, S, M, L } = dims;
  const cpu = state.device;
  const like = ({ shape }: Tensor): Tensor => cpu.empty(shape);
  const { invDt, invReA, invImA, C } = params;
  const grads = {
    dInvDt: like(invDt),
    dInvReA: like(invReA),
    dInvImA: like(invImA),
    dC: like(C),
    dState: like(state),
  };
  const { dInvDt, dInvReA, dInvImA, dC, dState } = grads;
  using parts = cpu.empty([H, M, 8]); // f64 [H, M, 2, 2]: every feature's dA, and zeros
  const results = [dInvDt, dC, dState, parts];
  const args = [...tensors(params), state, dy, ...results, ...numbers(dims, checked), L, tableSize(L), batch];
  cpu.run('s4dStateOutputVjp', H, args, { scratch: scratchBytes(dims, L) });
  cpu.run('s4dSums', S, [invReA, invImA, parts, dInvReA, dInvImA, 0, H, S, M, packTransforms(checked)]);
  return grads;
}

/**
 * The state after a chunk of input, Ab^L state + sum_l Ab^(L - 1 - l) Bb u[l].
 *
 * @param state - before the chunk, [B, H, M, 2].
 * @param u - [B, H, L].
 * @returns the state after it, [B, H, M, 2].
 * @throws ShapeError if the parameters, state and u do not fit together or an option is out of its range.
 */
export function s4dNextState(params: S4dParams<Tensor>, state: Tensor, u: Tensor, options: S4dOptions = {}): Tensor {
  const dims = s4dStateDims('s4dNextState', params, state, u);
  const checked = s4dStateNumbers('s4dNextState', options);
  const { batch, H, L } = dims;
  const cpu = u.device;
  const next = cpu.empty(state.shape);
  const args = [...tensors(params), state, u, next, ...numbers(dims, checked), L, tableSize(L), batch];
  cpu.run('s4dNextState', H, args, { scratch: scratchBytes(dims, L) });
  return next;
}

/**
 * Gradient of {@link s4dNextState} in the parameters it depends on, the state and the input.
 *
 * @param dNext - cotangent of the state after the chunk, [B, H, M, 2].
 * @throws ShapeError if the arguments do not fit together or an option is out of its range.
 */
export function s4dNextStateVjp(
  params: S4dParams<Tensor>,
  state: Tensor,
  u: Tensor,
  dNext: Tensor,
  options: S4dOptions = {},
): Omit<S4dGradients<Tensor>, 'dC'> & { dState: Tensor; du: Tensor } {
  const dims = s4dNextStateVjpDims('s4dNextStateVjp', params, state, u, dNext);
  const checked = s4dStateNumbers('s4dNextStateVjp', options);
  const { batch, H, S, M, L } = dims;
  const cpu = u.device;
  const like = ({ shape }: Tensor): Tensor => cpu.empty(shape);
  const { invDt, invReA, invImA, B } = params;
  const grads = {
    dInvDt: like(invDt),
    dInvReA: like(invReA),
    dInvImA: like(invImA),
    dB: like(B),
    dState: like(state),
    du: like(u),
  };
  const { dInvDt, dInvReA, dInvImA, dB, dState, du } = grads;
  using parts = cpu.empty([H, M, 8]); // f64 [H, M, 2, 2]: every feature's dA and dB
  const results = [dInvDt, dState, du, parts];
  const args = [...tensors(params), state, u, dNext, ...results, ...numbers(dims, checked), L, tableSize(L), batch];
  cpu.run('s4dNextStateVjp', H, args, { scratch: scratchBytes(dims, L) });
  cpu.run('s4dSums', S, [invReA, invImA, parts, dInvReA, dInvImA, dB, H, S, M, packTransforms(checked)]);
  return grads;
}
