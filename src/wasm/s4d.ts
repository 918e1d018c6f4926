import type { S4dGradients, S4dOptions, S4dParams } from '../backend.js';
import { type S4dDims, type S4dNumbers, checkLength, s4dDims, s4dNumbers, s4dVjpDims } from '../shapes/s4d.js';
import { packTransforms } from './ssm.js';
import type { Tensor } from './tensor.js';

/** Powers in a table, about sqrt(L) and a multiple of 8; see wasm/vandermonde.ts. */
export function tableSize(L: number): number {
  return Math.min(256, 8 * Math.ceil(Math.sqrt(L) / 8));
}

/** Bytes of scratch, as laid out at the head of wasm/s4d-table.ts. */
export function scratchBytes({ M, C }: S4dDims, L: number): number {
  const count = M + (M % 2);
  const T = tableSize(L);
  const groups = Math.ceil(L / (4 * T));
  return count * (272 + 16 * C + 8 * T + 32 * groups) + 32 * groups * T + 4 * L;
}

export function tensors({ invDt, invReA, invImA, B, C }: S4dParams<Tensor>): Tensor[] {
  return [invDt, invReA, invImA, B, C];
}

/** The numbers that all kernels take. */
export function numbers({ H, S, M, C }: S4dDims, options: S4dNumbers): number[] {
  const { rate, discretisation, bandlimit } = options;
  return [H, S, M, C, packTransforms(options), rate, discretisation, bandlimit];
}

/**
 * The convolution kernel of a diagonal state space model.
 *
 *     k[c, h, l] = 2 Re sum_m C[c, h, m] Bb[h, m] Ab[h, m]^l
 *
 * @param params - S sets of A and B, tiled over the H features; see `S4dParams`.
 * @param options.L - number of samples.
 * @returns k, [C, H, L].
 * @throws ShapeError if the parameters do not fit together, L is not a whole number of at least 1, or an option is out
 * of its range.
 * @see Gu, Gupta, Goel and Ré, arXiv:2206.11893; reference/s4d.ts.
 */
export function s4dKernel(params: S4dParams<Tensor>, options: S4dOptions & { readonly L: number }): Tensor {
  const dims = s4dDims('s4dKernel', params);
  const { L } = options;
  checkLength('s4dKernel', L);
  const checked = s4dNumbers('s4dKernel', options);
  const cpu = params.invDt.device;
  const k = cpu.empty([dims.C, dims.H, L]);
  const args = [...tensors(params), k, ...numbers(dims, checked), L, tableSize(L)];
  cpu.run('s4dKernel', dims.H, args, { scratch: scratchBytes(dims, L) });
  return k;
}

/**
 * Gradient of {@link s4dKernel} in every parameter.
 *
 * @param dk - cotangent of k, [C, H, L].
 * @returns cotangents shaped like the parameters. That of a complex number w is d/d(Re w) + i d/d(Im w).
 * @throws ShapeError if the parameters and dk do not fit together or an option is out of its range.
 */
export function s4dKernelVjp(
  params: S4dParams<Tensor>,
  dk: Tensor,
  options: S4dOptions = {},
): S4dGradients<Tensor> {
  const dims = s4dVjpDims('s4dKernelVjp', params, dk);
  const checked = s4dNumbers('s4dKernelVjp', options);
  const { H, S, M, L } = dims;
  const cpu = params.invDt.device;
  const [dInvDt, dInvReA, dInvImA, dB, dC] = tensors(params).map(({ shape }) => cpu.empty(shape));
  using parts = cpu.empty([H, M, 8]); // f64 [H, M, 2, 2]: every feature's dA and dB
  const args = [...tensors(params), dk, dInvDt, dC, parts, ...numbers(dims, checked), L, tableSize(L)];
  cpu.run('s4dKernelVjp', H, args, { scratch: scratchBytes(dims, L) });
  const sums = [params.invReA, params.invImA, parts, dInvReA, dInvImA, dB, H, S, M, packTransforms(checked)];
  cpu.run('s4dSums', S, sums);
  return { dInvDt, dInvReA, dInvImA, dB, dC };
}
