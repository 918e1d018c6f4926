import complexCode from '../../wgsl/common/complex.wgsl?raw';
import discretiseCode from '../../wgsl/common/discretise.wgsl?raw';
import turnsCode from '../../wgsl/common/turns.wgsl?raw';
import dmodesCode from '../../wgsl/s4d/dmodes.wgsl?raw';
import dparamsCode from '../../wgsl/s4d/dparams.wgsl?raw';
import dvandermondeCode from '../../wgsl/s4d/dvandermonde.wgsl?raw';
import nextStateCode from '../../wgsl/s4d/next-state.wgsl?raw';
import powersCode from '../../wgsl/s4d/powers.wgsl?raw';
import stepCode from '../../wgsl/s4d/step.wgsl?raw';
import vandermondeCode from '../../wgsl/s4d/vandermonde.wgsl?raw';
import weightsCode from '../../wgsl/s4d/weights.wgsl?raw';
import type { S4dGradients, S4dOptions, S4dParams } from '../backend.js';
import { type S4dDims, checkLength, s4dDims, s4dStateDims } from '../shapes/s4d.js';
import { checkTensors, expectShape } from '../tensor.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid } from './launch.js';
import type { Tensor } from './tensor.js';

const modal = (file: string, code: string): Kernel =>
  kernel(`s4d/${file}`, complexCode, turnsCode, discretiseCode, code);
const powersKernel: Kernel = /* @__PURE__ */ modal('powers', powersCode);
const weightsKernel: Kernel = /* @__PURE__ */ modal('weights', weightsCode);
const dmodes: Kernel = /* @__PURE__ */ modal('dmodes', dmodesCode);
const nextState: Kernel = /* @__PURE__ */ modal('next-state', nextStateCode);
const step: Kernel = /* @__PURE__ */ modal('step', stepCode);
const vandermonde: Kernel = /* @__PURE__ */ kernel('s4d/vandermonde', vandermondeCode);
const dvandermonde: Kernel = /* @__PURE__ */ kernel('s4d/dvandermonde', dvandermondeCode);
const dparams: Kernel = /* @__PURE__ */ kernel('s4d/dparams', dparamsCode);

/**
 * The convolution kernel of a diagonal state space model (S4D), sampled at L points.
 *
 *     k[c, h, l] = 2 Re sum_m C[c, h, m] Bb[h, m] Ab[h, m]^l
 *
 * Eigenvalues come in conjugate pairs of which one is stored, hence 2 Re.
 *
 * @param params - stored parameters; see `S4dParams` for shapes.
 * @param options - `L`, number of samples; `dtTransform` and `discretisation`.
 * @returns k, [C, H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the parameters disagree or L is not a whole number of at least 1.
 * @see Gu, Gupta, Goel and Ré, arXiv:2206.11893; `reference/s4d.ts`, `wgsl/s4d/README.md`.
 */
export function s4dKernel(params: S4dParams<Tensor>, options: S4dOptions & { readonly L: number }): Tensor {
  const dims = s4dDims('s4dKernel', params);
  checkLength('s4dKernel', options.L);
  const k = params.invDt.device.empty([dims.C, dims.H, options.L]);
  evaluate(params, dims, options, dims.C * dims.H, k);
  return k;
}

/**
 * Pull a cotangent of {@link s4dKernel}'s output back to its parameters. Sums run in a fixed order.
 *
 * @param dk - cotangent of k, [C, H, L].
 * @returns gradients shaped like the parameters, real and imaginary parts apart; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function s4dKernelVjp(
  params: S4dParams<Tensor>,
  dk: Tensor,
  options: S4dOptions = {},
): S4dGradients<Tensor> {
  const { H, S, M, C } = s4dDims('s4dKernelVjp', params);
  checkTensors('s4dKernelVjp', { invDt: params.invDt, dk });
  const L = dk.shape[2] ?? 0;
  expectShape('s4dKernelVjp', 'dk', dk.shape, [C, H, L], '= [C, H, L] to match the parameters');
  const gpu = params.invDt.device;
  const { T, Q } = tiling(L);
  const sums = correlate(params, options, dk, { H, S, M, C }, C * H, L, false);
  const dC = gpu.empty(params.C.shape);
  const shares = gpu.empty([H, M, 5]);
  gpu.run(dmodes, {
    constants: constants(options),
    params: { H, S, M, C, T, Q },
    buffers: { ...params, sums, dC, shares },
    grid: flatGrid(gpu, Math.ceil((H * M) / 64)),
  });
  sums.dispose();
  const gradients = {
    dInvDt: gpu.empty([H]),
    dInvReA: gpu.empty([S, M]),
    dInvImA: gpu.empty([S, M]),
    dB: gpu.empty([S, M, 2]),
  };
  gpu.run(dparams, {
    params: { H, S, M },
    buffers: { shares, ...gradients },
    grid: flatGrid(gpu, Math.ceil((4 * S * M + H) / 64)),
  });
  shares.dispose();
  return { ...gradients, dC };
}

/**
 * One step of the recurrence: x = Ab x + Bb u, y = 2 Re sum_m C x.
 *
 * @param state - x, [batch, H, M, 2]; updated in place.
 * @param u - [batch, H].
 * @returns y, [batch, C H]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function s4dStep(params: S4dParams<Tensor>, state: Tensor, u: Tensor, options: S4dOptions = {}): Tensor {
  const { H, S, M, C, batch } = s4dStateDims('s4dStep', params, state, { tensor: u, rank: 2 });
  const gpu = state.device;
  const y = gpu.empty([batch, C * H]);
  gpu.run(step, {
    constants: constants(options),
    params: { batch, H, S, M, C },
    buffers: { ...params, u, state, y },
    grid: flatGrid(gpu, Math.ceil((batch * H) / 64)),
  });
  return y;
}

/**
 * What a state adds to the outputs of the L steps after it: 2 Re sum_m C Ab^(l + 1) x.
 *
 * @param state - x, [batch, H, M, 2].
 * @returns y, [batch, C H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree or L is not a whole number of at least 1.
 */
export function s4dStateOutput(
  params: S4dParams<Tensor>,
  state: Tensor,
  options: S4dOptions & { readonly L: number },
): Tensor {
  const { batch, ...dims } = s4dStateDims('s4dStateOutput', params, state);
  checkLength('s4dStateOutput', options.L);
  const y = state.device.empty([batch, dims.C * dims.H, options.L]);
  evaluate(params, dims, options, batch * dims.C * dims.H, y, state);
  return y;
}

/**
 * The state after a chunk of input: Ab^L x + sum_l Ab^(L - 1 - l) Bb u[l].
 *
 * @param state - x before it, [batch, H, M, 2].
 * @param u - [batch, H, L].
 * @returns x after it, [batch, H, M, 2]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function s4dNextState(params: S4dParams<Tensor>, state: Tensor, u: Tensor, options: S4dOptions = {}): Tensor {
  const { batch, L, ...dims } = s4dStateDims('s4dNextState', params, state, { tensor: u, rank: 3 });
  const { H, S, M } = dims;
  const { invDt, invReA, invImA, B } = params;
  const gpu = state.device;
  const { T, Q } = tiling(L);
  const sums = correlate(params, options, u, dims, batch * H, L, true);
  const next = gpu.empty(state.shape);
  gpu.run(nextState, {
    constants: constants(options),
    params: { batch, H, S, M, T, Q, L },
    buffers: { invDt, invReA, invImA, B, state, sums, next },
    grid: flatGrid(gpu, Math.ceil((batch * H * M) / 64)),
  });
  sums.dispose();
  return next;
}

/** l = q T + t: T samples share what changes with q, and Q blocks share the powers t < T. T is about sqrt L. */
function tiling(L: number): { readonly T: number; readonly Q: number } {
  const T = Math.min(1024, Math.max(64, 2 ** Math.round(Math.log2(L) / 2)));
  return { T, Q: Math.ceil(L / T) };
}

function constants({ dtTransform, discretisation }: S4dOptions): Record<string, number> {
  return { SOFTPLUS: Number(dtTransform === 'softplus'), BILINEAR: Number(discretisation === 'bilinear') };
}

/** Ab^t for t < T, [H, M, T, 2] or [H, T, M, 2]. */
function powers(
  { invDt, invReA, invImA }: S4dParams<Tensor>,
  options: S4dOptions,
  { H, S, M }: S4dDims,
  T: number,
  transposed: boolean,
): Tensor {
  const gpu = invDt.device;
  const table = gpu.empty(transposed ? [H, T, M, 2] : [H, M, T, 2]);
  gpu.run(powersKernel, {
    constants: { ...constants(options), TRANSPOSED: Number(transposed) },
    params: { H, S, M, T },
    buffers: { invDt, invReA, invImA, powers: table },
    grid: flatGrid(gpu, Math.ceil((H * M * T) / 64)),
  });
  return table;
}

/** The kernel, or a state's output, at L samples, into k with its `rows` rows. */
function evaluate(
  params: S4dParams<Tensor>,
  { H, S, M, C }: S4dDims,
  options: S4dOptions & { readonly L: number },
  rows: number,
  k: Tensor,
  state?: Tensor,
): void {
  const gpu: Gpu = k.device;
  const { L } = options;
  const { T, Q } = tiling(L);
  const table = powers(params, options, { H, S, M, C }, T, false);
  const weights = gpu.empty([rows, M, Q, 2]);
  gpu.run(weightsKernel, {
    constants: { ...constants(options), STATE: Number(state !== undefined) },
    params: { H, S, M, C, T, Q, n: rows * M * Q },
    // without a state the kernel does not read the binding
    buffers: { ...params, state: state ?? params.C, weights },
    grid: flatGrid(gpu, Math.ceil((rows * M * Q) / 64)),
  });
  gpu.run(vandermonde, {
    params: { H, M, T, Q, L, R: rows },
    buffers: { powers: table, weights, k },
    grid: flatGrid(gpu, rows * (T / 64) * Math.ceil(Q / 8)),
  });
  table.dispose();
  weights.dispose();
}

/** Sums of g [rows, L] against conj(Ab^t) and t conj(Ab^t), block by block: [rows, Q, M, 4]. */
function correlate(
  params: S4dParams<Tensor>,
  options: S4dOptions,
  g: Tensor,
  dims: S4dDims,
  rows: number,
  L: number,
  backwards: boolean,
): Tensor {
  const gpu = g.device;
  const { H, M } = dims;
  const { T, Q } = tiling(L);
  const table = powers(params, options, dims, T, true);
  const sums = gpu.empty([rows, Q, M, 4]);
  gpu.run(dvandermonde, {
    constants: { BACKWARDS: Number(backwards) },
    params: { H, M, T, Q, L, R: rows },
    buffers: { g, powers: table, sums },
    grid: flatGrid(gpu, Math.ceil((rows * Math.ceil(Q / 4) * M) / 64)),
  });
  table.dispose();
  return sums;
}
