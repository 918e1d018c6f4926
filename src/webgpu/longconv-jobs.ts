/** @file A long convolution and its gradients as sums of convolutions of rows. */
import sumCode from '../../wgsl/longconv/sum.wgsl?raw';
import type { LongconvOptions } from '../backend.js';
import type { LongconvDims } from '../shapes/longconv.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid } from './launch.js';
import { convolveFused } from './longconv-fused.js';
import { convolveByPasses } from './longconv-passes.js';
import { type Convolution, batchParts, workgroupLog } from './longconv-plan.js';
import type { Tensor } from './tensor.js';

const sum: Kernel = /* @__PURE__ */ kernel('longconv/sum', sumCode);

/** Gradients in x = w u and in the kernels. */
export interface KernelGradients {
  dx: Tensor;
  dk: Tensor;
  dD?: Tensor;
}

/** Spectra for kernels as they are and reversed in time; see {@link Convolution}. */
export interface KernelWeights {
  readonly along: Tensor;
  readonly reversed: Tensor;
}

/** y = postgate (k * x + D x), x = pregate u, circular over 2^(log + 1). */
export function forward(
  gpu: Gpu,
  u: Tensor,
  k: Tensor,
  y: Tensor,
  { B, H, L, C, K, bidirectional }: LongconvDims,
  log: number,
  { D, pregate, postgate }: LongconvOptions<Tensor>,
  weights?: KernelWeights,
): void {
  convolve(gpu, {
    log,
    groups: C * H,
    rows: B,
    terms: 1,
    total: B,
    x: { tensor: u, gate: pregate, length: L, row: H, term: 0, groups: H },
    g: {
      tensor: k,
      length: K,
      row: 0,
      term: 0,
      groups: C * H,
      reversed: false,
      twoSided: bidirectional,
      D,
      weights: weights?.along,
    },
    y: { tensor: y, gate: postgate, length: L, row: C * H, twoSided: false },
    future: C * H,
  });
}

/** Gradients of {@link forward} but for those of the gates. */
export function backward(
  gpu: Gpu,
  u: Tensor,
  k: Tensor,
  dy: Tensor,
  { B, H, L, C, K, bidirectional }: LongconvDims,
  log: number,
  { D, pregate, postgate }: LongconvOptions<Tensor>,
  weights?: KernelWeights,
): KernelGradients {
  const CH = C * H;
  const dx = gpu.empty([B, H, L]);
  convolve(gpu, {
    log,
    groups: H,
    rows: B,
    terms: C,
    total: B * C,
    x: { tensor: dy, gate: postgate, length: L, row: CH, term: H, groups: H },
    g: {
      tensor: k,
      length: K,
      row: 0,
      term: C > 1 ? H : 0,
      groups: H,
      reversed: true,
      twoSided: bidirectional,
      D,
      weights: weights?.reversed,
    },
    y: { tensor: dx, length: L, row: H, twoSided: false },
    future: CH,
  });
  const rowsOfK = bidirectional ? 2 * CH : CH;
  const P = batchParts(gpu, B, CH, log);
  const each = Math.ceil(B / P);
  using parts = gpu.empty([P, rowsOfK, K]);
  convolve(gpu, {
    log,
    groups: CH,
    rows: P,
    terms: each,
    total: B,
    x: { tensor: dy, gate: postgate, length: L, row: each * CH, term: CH, groups: CH },
    g: {
      tensor: u,
      gate: pregate,
      length: L,
      row: each * H,
      term: H,
      groups: H,
      reversed: true,
      twoSided: false,
      weights: weights?.reversed,
    },
    y: { tensor: parts, length: K, row: rowsOfK, twoSided: bidirectional },
    future: CH,
  });
  const dk = total(gpu, parts, k.shape, 1);
  return D === undefined ? { dx, dk } : { dx, dk, dD: total(gpu, parts, D.shape, K) };
}

function convolve(gpu: Gpu, job: Convolution): void {
  if (!gpu.software && job.log <= workgroupLog(gpu)) convolveFused(gpu, job);
  else convolveByPasses(gpu, job);
}

/** Sum of the parts, [P, ..], at every `stride`-th place. */
function total(gpu: Gpu, parts: Tensor, shape: readonly number[], stride: number): Tensor {
  const out = gpu.empty(shape);
  const [P = 1] = parts.shape;
  gpu.run(sum, {
    params: { n: out.size, P, stride, size: parts.size / P },
    buffers: { parts, total: out },
    grid: flatGrid(gpu, Math.ceil(out.size / 64)),
  });
  return out;
}
