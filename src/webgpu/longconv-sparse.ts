/** @file Convolution with low-pass kernels at a slower rate: every r-th sample of what passes a filter says it all. */
import decimateCode from '../../wgsl/longconv/decimate.wgsl?raw';
import interpolateCode from '../../wgsl/longconv/interpolate.wgsl?raw';
import type { LongconvGradients, LongconvOptions } from '../backend.js';
import type { LongconvDims } from '../shapes/longconv.js';
import { add } from './elementwise.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { runElements } from './launch.js';
import { type RateFilter, rateFilter } from '../rate-filter.js';
import { type KernelWeights, backward, forward } from './longconv-jobs.js';
import { transformLog } from './longconv-plan.js';
import type { Tensor } from './tensor.js';

const decimateKernel: Kernel = /* @__PURE__ */ kernel('longconv/decimate', decimateCode);
const interpolateKernel: Kernel = /* @__PURE__ */ kernel('longconv/interpolate', interpolateCode);

/** Samples of the slower rate on either side of a row, which the filter reaches. */
const MARGIN = 4;

/** Rate and tables of a low-pass convolution. */
export interface SparsePlan {
  readonly r: number;
  /** log2 of the complex values of a transform: the circle has 2L / r samples. */
  readonly log: number;
  readonly weights: KernelWeights;
  readonly down: Tensor;
  readonly up: Tensor;
}

/** Undefined where L is no power of two, K no multiple of four, or too many bins are kept. */
export function sparsePlan(gpu: Gpu, { L, K }: LongconvDims, bins: number): SparsePlan | undefined {
  if (K % 4 !== 0) return undefined;
  const filter = rateFilter(L, bins);
  if (filter === undefined) return undefined;
  const { r } = filter;
  const key = `longconv/sparse/${L}/${bins}`;
  const log = Math.log2((2 * L) / r) - 1;
  const weights = (reversed: boolean): Tensor =>
    gpu.memo(`${key}/${reversed}`, () => {
      const values = weightTable(log, bins, filter, reversed);
      return gpu.tensor(values, [values.length / 32, 16, 2]);
    });
  return {
    r,
    log,
    weights: { along: weights(false), reversed: weights(true) },
    down: gpu.memo(`${key}/down`, () => downTaps(gpu, filter)),
    up: gpu.memo(`${key}/up`, () => upTaps(gpu, filter)),
  };
}

function downTaps(gpu: Gpu, { r, taps }: RateFilter): Tensor {
  return gpu.tensor(
    Float32Array.from({ length: 15 * r }, (_, i) => taps(i - 7 * r)),
    [15 * r],
  );
}

function upTaps(gpu: Gpu, { r, taps }: RateFilter): Tensor {
  const values = Float32Array.from({ length: 48 * r }, (_, i) => taps(Math.floor(i / 12) - r * ((i % 12) - MARGIN)));
  return gpu.tensor(values, [12 * r, 4]);
}

/**
 * The spectrum that kernels are multiplied by, W[f] = r^2 exp(2 pi i f MARGIN r / 2L) / Phi[f]^3 for f < bins, in the
 * form of real-product.wgsl: for every f < M / 8 the even and odd parts of the pairs f + (M / 8) r and their mirrors.
 * The phase takes back the margin with which kernels are stored.
 */
function weightTable(log: number, bins: number, filter: RateFilter, reversed: boolean): Float32Array {
  const M = 2 ** log;
  const eighth = M / 8;
  const table = new Float32Array(4 * M);
  const weight = Float64Array.from({ length: bins }, (_, f) => filter.r ** 2 * filter.response(f) ** -3);
  const W = (f: number): [number, number] => {
    if (f >= bins) return [0, 0];
    const angle = ((reversed ? -2 : 2) * Math.PI * f * MARGIN) / (2 * M);
    return [weight[f] * Math.cos(angle), weight[f] * Math.sin(angle)];
  };
  const parts = (f: number): { even: [number, number]; odd: [number, number] } => {
    const [[a, b], [c, d]] = [W(f), W(M - f)];
    const [re, im] = [(a - c) / 2, (b + d) / 2];
    const [cos, sin] = [Math.cos((Math.PI * f) / M), Math.sin((Math.PI * f) / M)];
    return { even: [(a + c) / 2, (b - d) / 2], odd: [re * cos - im * sin, re * sin + im * cos] };
  };
  const frequency = (f: number, i: number): number => {
    if (f > 0) return f + eighth * i;
    return i < 4 ? eighth * i : eighth / 2 + eighth * (i - 4);
  };
  for (let f = 0; f < eighth; f++) {
    for (let i = 0; i < 8; i++) {
      const { even, odd } = parts(frequency(f, i));
      table.set(even, 32 * f + 2 * i);
      table.set(odd, 32 * f + 2 * (15 - i));
    }
  }
  // Frequencies 0 and M / 2 share a pair.
  const [zero, half] = [parts(0), parts(M / 2)];
  table.set([zero.even[0], half.even[0]], 0);
  table.set([zero.odd[0], half.odd[0]], 30);
  return table;
}

/** Rows at the slower rate. */
function decimate(
  x: Tensor,
  outer: readonly number[],
  L: number,
  size: number,
  plan: SparsePlan,
  gate?: Tensor,
): Tensor {
  const gpu = x.device;
  const z = gpu.empty([...outer, size]);
  runElements(gpu, decimateKernel, (z.size / size) * Math.ceil(size / 16), {
    constants: { R: plan.r, GATED: Number(gate !== undefined) },
    params: { L, size, r: plan.r },
    buffers: { x, gate: gate ?? x, taps: plan.down, z },
  });
  return z;
}

/** The first L samples of rows at the slower rate, shaped as `shape`. */
function interpolate(z: Tensor, shape: readonly number[], size: number, plan: SparsePlan, gate?: Tensor): Tensor {
  const gpu = z.device;
  const y = gpu.empty(shape);
  const L = shape[shape.length - 1] as number;
  runElements(gpu, interpolateKernel, (y.size / L) * Math.ceil(L / (16 * plan.r)), {
    constants: { R: plan.r, GATED: Number(gate !== undefined) },
    params: { L, size },
    buffers: { z, gate: gate ?? z, taps: plan.up, y },
  });
  return y;
}

/** Dimensions at the slower rate. */
function slower(dims: LongconvDims, { r }: SparsePlan): LongconvDims {
  const size = dims.L / r + 2 * MARGIN;
  return { ...dims, L: size, K: size };
}

/** Dimensions of D as a convolution with one tap. */
function oneTap(dims: LongconvDims): LongconvDims {
  return { ...dims, K: 1 };
}

/** {@link longconv} with a low-pass kernel. */
export function convolveSparse(
  u: Tensor,
  k: Tensor,
  dims: LongconvDims,
  plan: SparsePlan,
  { D, pregate, postgate }: LongconvOptions<Tensor>,
): Tensor {
  const { B, H, L, C, K } = dims;
  const gpu = u.device;
  const small = slower(dims, plan);
  const size = small.L;
  using x = decimate(u, [B, H], L, size, plan, pregate);
  using taps = decimate(k, [C, H], K, size, plan);
  using z = gpu.empty([B, C * H, size]);
  forward(gpu, x, taps, z, small, plan.log, {}, plan.weights);
  const y = interpolate(z, [B, C * H, L], size, plan, postgate);
  if (D === undefined) return y;
  using smooth = y;
  using skip = gpu.empty(y.shape);
  const direct = oneTap(dims);
  forward(gpu, u, D, skip, direct, transformLog(direct), { pregate, postgate });
  return add(smooth, skip);
}

/** Gradients of {@link convolveSparse}; dx is that of u times its gate. */
export function convolveSparseVjp(
  u: Tensor,
  k: Tensor,
  dy: Tensor,
  dims: LongconvDims,
  plan: SparsePlan,
  { D, pregate, postgate }: LongconvOptions<Tensor>,
): Omit<LongconvGradients<Tensor>, 'du'> & { readonly dx: Tensor } {
  const { B, H, L, C, K } = dims;
  const gpu = u.device;
  const small = slower(dims, plan);
  const size = small.L;
  const dPostgate = postgate && convolveSparse(u, k, dims, plan, { D, pregate, postgate: dy });
  using x = decimate(u, [B, H], L, size, plan, pregate);
  using taps = decimate(k, [C, H], K, size, plan);
  using dz = decimate(dy, [B, C * H], L, size, plan, postgate);
  const slow = backward(gpu, x, taps, dz, small, plan.log, {}, plan.weights);
  using slowX = slow.dx;
  using slowK = slow.dk;
  const dx = interpolate(slowX, u.shape, size, plan);
  const dk = interpolate(slowK, k.shape, size, plan);
  const gates = dPostgate && { dPostgate };
  if (D === undefined) return { dx, dk, ...gates };
  const direct = oneTap(dims);
  const skip = backward(gpu, u, D, dy, direct, transformLog(direct), { pregate, postgate });
  using smooth = dx;
  using straight = skip.dx;
  return { dx: add(smooth, straight), dk, dD: skip.dk, ...gates };
}
