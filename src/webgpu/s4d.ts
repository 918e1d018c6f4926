import type { S4dGradients, S4dOptions, S4dParams } from '../backend.js';
import { checkLength, s4dDims, s4dNumbers, s4dVjpDims } from '../shapes/s4d.js';
import { type Model, correlate, dweights, evaluate, modes, pullBack } from './s4d-modes.js';
import type { Tensor } from './tensor.js';

/**
 * The convolution kernel of a diagonal state space model (S4D), sampled at L points.
 *
 *     k[c, h, l] = 2 Re sum_m C[c, h, m] Bb[h, m] Ab[h, m]^l
 *
 * Eigenvalues come in conjugate pairs of which one is stored, hence 2 Re.
 *
 * @param params - stored parameters; see `S4dParams` for shapes.
 * @param options - `L`, number of samples, and `S4dOptions`.
 * @returns k, [C, H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the parameters disagree, L is not a whole number of at least 1, or an option is out of
 * its range.
 * @see Gu, Gupta, Goel and Ré, arXiv:2206.11893; `reference/s4d.ts`, `wgsl/s4d/README.md`.
 */
export function s4dKernel(params: S4dParams<Tensor>, options: S4dOptions & { readonly L: number }): Tensor {
  const dims = s4dDims('s4dKernel', params);
  const { L } = options;
  checkLength('s4dKernel', L);
  const model: Model = { params, dims, options: s4dNumbers('s4dKernel', options), L };
  const k = params.invDt.device.empty([dims.C, dims.H, L]);
  const { Ab, Bb } = modes(model, 1);
  evaluate(model, { C: params.C, x: Bb, y: k }, { shift: 0 });
  Ab.dispose();
  Bb.dispose();
  return k;
}

/**
 * Pull a cotangent of {@link s4dKernel}'s output back to its parameters. Sums run in a fixed order.
 *
 * @param dk - cotangent of k, [C, H, L].
 * @returns gradients shaped like the parameters, real and imaginary parts apart; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree or an option is out of its range.
 */
export function s4dKernelVjp(
  params: S4dParams<Tensor>,
  dk: Tensor,
  options: S4dOptions = {},
): S4dGradients<Tensor> {
  const dims = s4dVjpDims('s4dKernelVjp', params, dk);
  const model: Model = { params, dims, options: s4dNumbers('s4dKernelVjp', options), L: dims.L };
  const moments = correlate(model, dk, dims.C * dims.H, { shift: 0 });
  const { Ab, Bb } = modes(model, 1);
  const { dC, dx, dlog } = dweights(params.C, Bb, moments);
  for (const used of [moments, Ab, Bb]) used.dispose();
  const gradients = pullBack(model, dlog, dx);
  for (const used of [dx, dlog]) used.dispose();
  return { ...gradients, dC };
}
