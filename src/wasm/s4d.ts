import type { S4dGradients, S4dOptions, S4dParams } from '../backend.js';
import { type S4dDims, checkLength, s4dDims, s4dStateDims, s4dVjpDims } from '../shapes/s4d.js';
import type { Tensor } from './tensor.js';

/** Powers in a table, about sqrt(L) and a multiple of 8; see wasm/vandermonde.ts. */
function tableSize(L: number): number {
  return Math.min(256, 8 * Math.ceil(Math.sqrt(L) / 8));
}

/** Bytes of scratch, as laid out at the head of wasm/s4d.ts. */
function scratchBytes({ M }: S4dDims, L: number, T: number): number {
  const count = M + (M % 2);
  const groups = Math.ceil(L / (4 * T));
  return count * (208 + 8 * T + 32 * groups) + 32 * groups * T;
}

function tensors({ invDt, invReA, invImA, B, C }: S4dParams<Tensor>): Tensor[] {
  return [invDt, invReA, invImA, B, C];
}

function numbers({ H, S, M, C }: S4dDims, { dtTransform, discretisation }: S4dOptions): number[] {
  return [H, S, M, C, Number(dtTransform === 'softplus'), Number(discretisation === 'bilinear')];
}

/**
 * The convolution kernel of a diagonal state space model.
 *
 *     k[c, h, l] = 2 Re sum_m C[c, h, m] Bb[h, m] Ab[h, m]^l
 *
 * @param params - S sets of A and B, tiled over the H features; see `S4dParams`.
 * @param options.L - number of samples.
 * @returns k, [C, H, L].
 * @throws ShapeError if the parameters do not fit together or L is not a whole number of at least 1.
 * @see Gu, Gupta, Goel and Ré, arXiv:2206.11893; reference/s4d.ts.
 */
export function s4dKernel(params: S4dParams<Tensor>, options: S4dOptions & { readonly L: number }): Tensor {
  const dims = s4dDims('s4dKernel', params);
  const { L } = options;
  checkLength('s4dKernel', L);
  const cpu = params.invDt.device;
  const T = tableSize(L);
  const k = cpu.empty([dims.C, dims.H, L]);
  const args = [...tensors(params), k, ...numbers(dims, options), L, T];
  cpu.run('s4dKernel', dims.H, args, { scratch: scratchBytes(dims, L, T) });
  return k;
}

/**
 * Gradient of {@link s4dKernel} in every parameter.
 *
 * @param dk - cotangent of k, [C, H, L].
 * @returns cotangents shaped like the parameters. That of a complex number w is d/d(Re w) + i d/d(Im w).
 * @throws ShapeError if the parameters and dk do not fit together.
 */
export function s4dKernelVjp(
  params: S4dParams<Tensor>,
  dk: Tensor,
  options: S4dOptions = {},
): S4dGradients<Tensor> {
  const dims = s4dVjpDims('s4dKernelVjp', params, dk);
  const { H, S, M, L } = dims;
  const cpu = params.invDt.device;
  const T = tableSize(L);
  const [dInvDt, dInvReA, dInvImA, dB, dC] = tensors(params).map(({ shape }) => cpu.empty(shape));
  using parts = cpu.empty([H, M, 8]); // f64 [H, M, 2, 2]: every feature's dA and dB
  const args = [...tensors(params), dk, dInvDt, dC, parts, ...numbers(dims, options), L, T];
  cpu.run('s4dKernelVjp', H, args, { scratch: scratchBytes(dims, L, T) });
  cpu.run('s4dSums', S, [params.invReA, parts, dInvReA, dInvImA, dB, H, S, M]);
  return { dInvDt, dInvReA, dInvImA, dB, dC };
}

/**
 * One step of the recurrence x = Ab x + Bb u, y = 2 Re sum_m C x.
 *
 * @param state - x, [B, H, M, 2], updated in place.
 * @param u - one sample, [B, H].
 * @returns y, [B, C H].
 * @throws ShapeError if the parameters, state and u do not fit together.
 */
export function s4dStep(params: S4dParams<Tensor>, state: Tensor, u: Tensor, options: S4dOptions = {}): Tensor {
  const dims = s4dStateDims('s4dStep', params, state, { tensor: u, rank: 2 });
  const { batch, C, H } = dims;
  const cpu = u.device;
  const y = cpu.empty([batch, C * H]);
  const args = [...tensors(params), state, u, y, ...numbers(dims, options), batch];
  cpu.run('s4dStep', H, args, { scratch: scratchBytes(dims, 0, 0) });
  return y;
}

/**
 * What a state adds to the outputs of the L steps after it: 2 Re sum_m C Ab^(l + 1) state.
 *
 * @param state - [B, H, M, 2].
 * @param options.L - number of steps.
 * @returns y, [B, C H, L].
 * @throws ShapeError if the parameters and state do not fit together or L is not a whole number of at least 1.
 */
export function s4dStateOutput(
  params: S4dParams<Tensor>,
  state: Tensor,
  options: S4dOptions & { readonly L: number },
): Tensor {
  const dims = s4dStateDims('s4dStateOutput', params, state);
  const { L } = options;
  checkLength('s4dStateOutput', L);
  const cpu = state.device;
  const T = tableSize(L);
  const y = cpu.empty([dims.batch, dims.C * dims.H, L]);
  const args = [...tensors(params), state, y, ...numbers(dims, options), L, T, dims.batch];
  cpu.run('s4dStateOutput', dims.H, args, { scratch: scratchBytes(dims, L, T) });
  return y;
}

/**
 * The state after a chunk of input, Ab^L state + sum_l Ab^(L - 1 - l) Bb u[l].
 *
 * @param state - before the chunk, [B, H, M, 2].
 * @param u - [B, H, L].
 * @returns the state after it, [B, H, M, 2].
 * @throws ShapeError if the parameters, state and u do not fit together.
 */
export function s4dNextState(params: S4dParams<Tensor>, state: Tensor, u: Tensor, options: S4dOptions = {}): Tensor {
  const dims = s4dStateDims('s4dNextState', params, state, { tensor: u, rank: 3 });
  const { batch, H, L } = dims;
  const cpu = u.device;
  const T = tableSize(L);
  const next = cpu.empty(state.shape);
  const args = [...tensors(params), state, u, next, ...numbers(dims, options), L, T, batch];
  cpu.run('s4dNextState', H, args, { scratch: scratchBytes(dims, L, T) });
  return next;
}
