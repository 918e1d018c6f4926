/** @file What the operations of diagonal state space models share: tables of powers, sums over them, and modes. */
import complexCode from '../../wgsl/common/complex.wgsl?raw';
import discretiseCode from '../../wgsl/common/discretise.wgsl?raw';
import transformCode from '../../wgsl/common/transform.wgsl?raw';
import turnsCode from '../../wgsl/common/turns.wgsl?raw';
import dmodesCode from '../../wgsl/s4d/dmodes.wgsl?raw';
import dparamsCode from '../../wgsl/s4d/dparams.wgsl?raw';
import dvandermondeCode from '../../wgsl/s4d/dvandermonde.wgsl?raw';
import dweightsCode from '../../wgsl/s4d/dweights.wgsl?raw';
import modesCode from '../../wgsl/s4d/modes.wgsl?raw';
import momentsCode from '../../wgsl/s4d/moments.wgsl?raw';
import powersCode from '../../wgsl/s4d/powers.wgsl?raw';
import stepModesCode from '../../wgsl/s4d/step-modes.wgsl?raw';
import vandermondeCode from '../../wgsl/s4d/vandermonde.wgsl?raw';
import weightsCode from '../../wgsl/s4d/weights.wgsl?raw';
import type { S4dGradients, S4dParams } from '../backend.js';
import type { S4dDims, S4dNumbers } from '../shapes/s4d.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid } from './launch.js';
import { transformConstants } from './ssm.js';
import type { Tensor } from './tensor.js';

const modal = (file: string, code: string): Kernel =>
  kernel(`s4d/${file}`, complexCode, turnsCode, transformCode, discretiseCode, code);
const modesKernel: Kernel = /* @__PURE__ */ modal('modes', modesCode);
const stepModesKernel: Kernel = /* @__PURE__ */ modal('step-modes', stepModesCode);
const powersKernel: Kernel = /* @__PURE__ */ modal('powers', powersCode);
const weightsKernel: Kernel = /* @__PURE__ */ modal('weights', weightsCode);
const momentsKernel: Kernel = /* @__PURE__ */ modal('moments', momentsCode);
const dmodes: Kernel = /* @__PURE__ */ modal('dmodes', dmodesCode);
const vandermonde: Kernel = /* @__PURE__ */ kernel('s4d/vandermonde', vandermondeCode);
const dvandermonde: Kernel = /* @__PURE__ */ kernel('s4d/dvandermonde', dvandermondeCode);
const dweightsKernel: Kernel = /* @__PURE__ */ kernel('s4d/dweights', complexCode, dweightsCode);
const dparams: Kernel = /* @__PURE__ */ kernel('s4d/dparams', dparamsCode);

/** A model with its options, and the L samples that an operation is about. */
export interface Model {
  readonly params: S4dParams<Tensor>;
  readonly dims: S4dDims;
  readonly options: S4dNumbers;
  readonly L: number;
}

/** Largest f32, near enough: no limit. */
const NO_LIMIT = 3e38;

function constants({ options }: Model): Record<string, number> {
  const { discretisation, bandlimit } = options;
  return {
    ...transformConstants(options),
    DISCRETISATION: discretisation,
    BANDLIMIT: Math.min(NO_LIMIT, bandlimit),
  };
}

/** Modes of dss can grow, and then run backwards, where -Re A need not be positive. */
function hasBackwards({ options }: Model): boolean {
  return options.discretisation === 2 && options.real === 0;
}

/** l = q T + t: T samples share what changes with q, and Q blocks share the powers t < T. T is about sqrt L. */
function tiling(L: number): { readonly T: number; readonly Q: number } {
  const T = Math.min(1024, Math.max(64, 2 ** Math.round(Math.log2(L) / 2)));
  return { T, Q: Math.ceil(L / T) };
}

/** Ab^l and Bb, both [H, M, 2]. */
export function modes(model: Model, l: number): { Ab: Tensor; Bb: Tensor } {
  const { params, dims, L } = model;
  const { invDt, invReA, invImA, B } = params;
  const { H, S, M } = dims;
  const gpu = invDt.device;
  const tables = { Ab: gpu.empty([H, M, 2]), Bb: gpu.empty([H, M, 2]) };
  gpu.run(modesKernel, {
    constants: constants(model),
    params: { H, S, M, L, l },
    buffers: { invDt, invReA, invImA, B, ...tables },
    grid: flatGrid(gpu, Math.ceil((H * M) / 64)),
  });
  return tables;
}

/** Ab - 1 and Bb, [H, M, 2, 2]. */
export function stepModes(model: Model): Tensor {
  const { params, dims } = model;
  const { invDt, invReA, invImA, B } = params;
  const { H, S, M } = dims;
  const gpu = invDt.device;
  const table = gpu.empty([H, M, 2, 2]);
  gpu.run(stepModesKernel, {
    constants: constants(model),
    params: { H, S, M },
    buffers: { invDt, invReA, invImA, B, modes: table },
    grid: flatGrid(gpu, Math.ceil((H * M) / 64)),
  });
  return table;
}

/** Ab^t for t < T, [H, M, T, 2] or [H, T, M, 2]. */
function powers(model: Model, transposed: boolean): Tensor {
  const { params, dims, L } = model;
  const { invDt, invReA, invImA } = params;
  const { H, S, M } = dims;
  const { T } = tiling(L);
  const gpu = invDt.device;
  const table = gpu.empty(transposed ? [H, T, M, 2] : [H, M, T, 2]);
  gpu.run(powersKernel, {
    constants: { ...constants(model), TRANSPOSED: Number(transposed) },
    params: { H, S, M, T },
    buffers: { invDt, invReA, invImA, powers: table },
    grid: flatGrid(gpu, Math.ceil((H * M * T) / 64)),
  });
  return table;
}

/**
 * y[b, c H + h, l] = 2 Re sum_m C[c, h, m] x[b, h, m] Ab[h, m]^(l + shift) for l < L, into y.
 *
 * @param C - [C, H, M, 2].
 * @param x - [batch, H, M, 2].
 * @param adjoint - take C conj(x) for 2 C x, and write y[L - 1 - l] for y[l].
 */
export function evaluate(
  model: Model,
  { C, x, y }: { readonly C: Tensor; readonly x: Tensor; readonly y: Tensor },
  { shift, adjoint = false }: { readonly shift: number; readonly adjoint?: boolean },
): void {
  const { params, dims, L } = model;
  const { invDt, invReA, invImA } = params;
  const { H, S, M } = dims;
  const gpu = y.device;
  const { T, Q } = tiling(L);
  const channels = C.size / (2 * H * M);
  const rows = (x.size / 2 / M) * channels;
  const table = powers(model, false);
  for (const backwards of hasBackwards(model) ? [false, true] : [false]) {
    const weights = gpu.empty([rows, M, Q, 2]);
    gpu.run(weightsKernel, {
      constants: { ...constants(model), ADJOINT: Number(adjoint), BACKWARDS: Number(backwards) },
      params: { H, S, M, C: channels, T, Q, shift, n: rows * M * Q },
      buffers: { invDt, invReA, invImA, C, x, weights },
      grid: flatGrid(gpu, Math.ceil((rows * M * Q) / 64)),
    });
    gpu.run(vandermonde, {
      constants: { REVERSED: Number(adjoint || backwards), ADDED: Number(backwards) },
      params: { H, M, T, Q, L, R: rows },
      buffers: { powers: table, weights, k: y },
      grid: flatGrid(gpu, rows * (T / 64) * Math.ceil(Q / 8)),
    });
    weights.dispose();
  }
  table.dispose();
}

/**
 * Sums over g [rows, L], row r with the modes of feature r mod H: sum_l g[l] conj(Ab^(l + shift)) and
 * sum_l (l + shift) g[l] conj(Ab^(l + shift)), [rows, M, 4].
 */
export function correlate(
  model: Model,
  g: Tensor,
  rows: number,
  { shift, backwards = false }: { readonly shift: number; readonly backwards?: boolean },
): Tensor {
  const { params, dims, L } = model;
  const { invDt, invReA, invImA } = params;
  const { H, S, M } = dims;
  const gpu = g.device;
  const { T, Q } = tiling(L);
  const both = hasBackwards(model);
  const table = powers(model, true);
  const sums = gpu.empty([both ? 2 * rows : rows, Q, M, 4]);
  for (const second of both ? [false, true] : [false]) {
    gpu.run(dvandermonde, {
      constants: { BACKWARDS: Number(backwards !== second) },
      params: { H, M, T, Q, L, R: rows, start: second ? rows * Q * M : 0 },
      buffers: { g, powers: table, sums },
      grid: flatGrid(gpu, Math.ceil((rows * Math.ceil(Q / 4) * M) / 64)),
    });
  }
  table.dispose();
  const moments = gpu.empty([rows, M, 4]);
  gpu.run(momentsKernel, {
    constants: { ...constants(model), BOTH: Number(both) },
    params: { H, S, M, T, Q, R: rows, shift },
    buffers: { invDt, invReA, invImA, sums, moments },
    grid: flatGrid(gpu, Math.ceil((rows * M) / 64)),
  });
  sums.dispose();
  return moments;
}

/** Cotangents of C, x [batch, H, M, 2] and log Ab [H, M, 2] in {@link evaluate}, from the moments of that of y. */
export function dweights(C: Tensor, x: Tensor, moments: Tensor): { dC: Tensor; dx: Tensor; dlog: Tensor } {
  const gpu = C.device;
  const [channels, H, M] = C.shape as [number, number, number];
  const cotangents = { dC: gpu.empty(C.shape), dx: gpu.empty(x.shape), dlog: gpu.empty([H, M, 2]) };
  gpu.run(dweightsKernel, {
    params: { H, M, C: channels, batch: x.size / (2 * H * M) },
    buffers: { C, x, moments, ...cotangents },
    grid: flatGrid(gpu, Math.ceil((H * M) / 64)),
  });
  return cotangents;
}

/** Pull cotangents of log Ab and, where given, Bb, both [H, M, 2], back to the parameters. */
export function pullBack(model: Model, dlog: Tensor, dBb?: Tensor): Omit<S4dGradients<Tensor>, 'dC'> {
  const { params, dims, L } = model;
  const { invDt, invReA, invImA, B } = params;
  const { H, S, M } = dims;
  const gpu = dlog.device;
  const shares = gpu.empty([H, M, 5]);
  gpu.run(dmodes, {
    constants: { ...constants(model), INPUT: Number(dBb !== undefined) },
    params: { H, S, M, L },
    // without a dBb the kernel does not read the binding
    buffers: { invDt, invReA, invImA, B, dlog, dBb: dBb ?? dlog, shares },
    grid: flatGrid(gpu, Math.ceil((H * M) / 64)),
  });
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
  return gradients;
}
