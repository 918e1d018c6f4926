import type { LongconvGradients, LongconvOptions } from '../backend.js';
import { type LongconvDims, longconvDims } from '../shapes/longconv.js';
import { irfft, rfft } from './fft.js';
import { type BlockPlan, blockPlan, fftTable } from './longconv-plan.js';
import { type SparsePlan, sparsePlan, sparseScratch } from './longconv-sparse.js';
import { sumParts } from './sums.js';
import type { Tensor } from './tensor.js';

/** Items to share between threads, where the batch has to be split to have as many. */
const ITEMS = 16;

/** How kernels lie in memory; see wasm/longconv-kernels.ts. */
const SIDES = { causal: 0, two: 1, circular: 2 } as const;

/** Dimensions, with kernels of one side, or of two in the form of `bidirectional` or one after the other. */
interface Sizes extends LongconvDims {
  readonly sides: keyof typeof SIDES;
}

/**
 * Filter every feature by its own kernels, at most as long as the input, between two gates.
 *
 *     y[b, c H + h, t] = v[b, c H + h, t] (sum_{s <= t} k[c, h, s] x[b, h, t - s] + D[c, h] x[b, h, t]
 *                      + sum_{s > t} k[C + c, h, s - t - 1] x[b, h, s]),     x = w u     (the last sum: bidirectional)
 *
 * O(B C H L log K).
 *
 * @param u - input, [B, H, L], L <= 2^22.
 * @param k - kernels, [C, H, K] or [H, K], or [2C, H, K] if bidirectional; K <= L.
 * @param options.D - skip weights, [C, H], or [H] with k [H, K].
 * @param options.pregate - w, [B, H, L].
 * @param options.postgate - v, [B, C H, L].
 * @param options.bins - bins of the rfft of k over 2L that are kept.
 * @returns y, [B, C H, L].
 * @throws ShapeError if shapes do not agree.
 * @see wasm/longconv.md for the method.
 */
export function longconv(u: Tensor, k: Tensor, options: LongconvOptions<Tensor> = {}): Tensor {
  const dims = longconvDims('longconv', u, k, options);
  const { L, bins } = dims;
  if (bins === undefined) return convolve(u, k, oneOrTwoSided(dims), options);
  const plan = sparsePlan(u.device, dims, bins);
  if (plan !== undefined) return convolveSparse(u, k, dims, plan, options);
  using circle = lowPass(k, L, bins, 2 * L);
  return convolve(u, circle, circular(dims), options);
}

/**
 * Gradient of {@link longconv}. With x = w u and dz = v dy,
 *
 *     dx[b, h, t] = sum_c sum_{s >= t} k[c, h, s - t] dz[b, c H + h, s] + D[c, h] dz[b, c H + h, t]  (+ the mirror)
 *     dk[c, h, s] = sum_b sum_{t >= s} dz[b, c H + h, t] x[b, h, t - s]
 *     du = w dx,  dw = u dx,  dv = dy z  where y = v z
 *
 * @param dy - cotangent of y, [B, C H, L].
 * @returns du, dk and, for each of D, pregate and postgate that is given, its gradient, shaped as they are.
 * @throws ShapeError if shapes do not agree.
 */
export function longconvVjp(
  u: Tensor,
  k: Tensor,
  dy: Tensor,
  options: LongconvOptions<Tensor> = {},
): LongconvGradients<Tensor> {
  const dims = longconvDims('longconvVjp', u, k, options, dy);
  const { L, K, bins } = dims;
  if (bins === undefined) return convolveVjp(u, k, dy, oneOrTwoSided(dims), options);
  const plan = sparsePlan(u.device, dims, bins);
  if (plan !== undefined) return convolveSparseVjp(u, k, dy, dims, plan, options);
  using circle = lowPass(k, L, bins, 2 * L);
  const { dk: dCircle, ...rest } = convolveVjp(u, circle, dy, circular(dims), options);
  try {
    return { ...rest, dk: lowPass(dCircle, L, bins, K) };
  } finally {
    dCircle.dispose();
  }
}

function oneOrTwoSided(dims: LongconvDims): Sizes {
  return { ...dims, sides: dims.bidirectional ? 'two' : 'causal' };
}

/** Dimensions of the convolution with kernels of period 2L. */
function circular(dims: LongconvDims): Sizes {
  return { ...dims, K: dims.L, bidirectional: true, sides: 'circular' };
}

/** The first `kept` samples of rows, extended by zeros to 2L, of which only the lowest bins are kept. */
function lowPass(x: Tensor, L: number, bins: number, kept: number): Tensor {
  const cpu = x.device;
  const F = L + 1;
  using X = rfft(x, { n: 2 * L });
  cpu.run('keepBins', X.size / (2 * F), [X, F, bins]);
  return irfft(X, { n: 2 * L, L: kept });
}

function convolve(u: Tensor, k: Tensor, dims: Sizes, { D, pregate, postgate }: LongconvOptions<Tensor>): Tensor {
  const { B, H, L, C } = dims;
  const cpu = u.device;
  const plan = blockPlan(dims);
  const parts = batchParts(dims);
  const y = cpu.empty([B, C * H, L]);
  const args = [u, k, D ?? 0, pregate ?? 0, postgate ?? 0, y, fftTable(cpu, plan), ...numbers(dims, plan, parts)];
  cpu.run('longconv', H * parts, args, { scratch: scratchBytes(plan, C > 1 ? C + 2 : 2, 2) });
  return y;
}

function convolveSparse(
  u: Tensor,
  k: Tensor,
  dims: LongconvDims,
  plan: SparsePlan,
  { D, pregate, postgate }: LongconvOptions<Tensor>,
): Tensor {
  const { B, H, L, C, K } = dims;
  const cpu = u.device;
  const parts = batchParts(dims);
  const y = cpu.empty([B, C * H, L]);
  const tables = [plan.table, plan.weights, plan.taps, plan.halvings];
  const args = [u, k, D ?? 0, pregate ?? 0, postgate ?? 0, y, ...tables, B, H, L, C, K, parts];
  cpu.run('longconvSparse', H * parts, args, { scratch: sparseScratch(dims, plan, 2, C + 1) });
  return y;
}

function convolveVjp(
  u: Tensor,
  k: Tensor,
  dy: Tensor,
  dims: Sizes,
  options: LongconvOptions<Tensor>,
): LongconvGradients<Tensor> {
  const plan = blockPlan(dims);
  const parts = batchParts(dims);
  const last = [fftTable(u.device, plan), ...numbers(dims, plan, parts)];
  return gradients('longconvVjp', u, k, dy, parts, options, last, scratchBytes(plan, 2 * dims.C + 3, 3));
}

function convolveSparseVjp(
  u: Tensor,
  k: Tensor,
  dy: Tensor,
  dims: LongconvDims,
  plan: SparsePlan,
  options: LongconvOptions<Tensor>,
): LongconvGradients<Tensor> {
  const { B, H, L, C, K } = dims;
  const parts = batchParts(dims);
  const last = [plan.table, plan.weights, plan.taps, plan.halvings, B, H, L, C, K, parts];
  return gradients('longconvSparseVjp', u, k, dy, parts, options, last, sparseScratch(dims, plan, 3, 2 * C + 2));
}

/** Run a kernel of gradients, and add those of the parts of the batch. */
function gradients(
  kernel: string,
  u: Tensor,
  k: Tensor,
  dy: Tensor,
  parts: number,
  { D, pregate, postgate }: LongconvOptions<Tensor>,
  last: readonly (Tensor | number)[],
  scratch: number,
): LongconvGradients<Tensor> {
  const cpu = u.device;
  const partial = (x: Tensor): Tensor => cpu.empty(parts === 1 ? x.shape : [parts, ...x.shape]);
  const whole = (x: Tensor, sums: Tensor): Tensor => {
    if (parts === 1) return sums;
    const sum = sumParts(x.shape, sums, parts);
    sums.dispose();
    return sum;
  };
  const [du, dk] = [cpu.empty(u.shape), partial(k)];
  const dD = D && partial(D);
  const dPregate = pregate && cpu.empty(pregate.shape);
  const dPostgate = postgate && cpu.empty(postgate.shape);
  const inputs = [u, k, D ?? 0, pregate ?? 0, postgate ?? 0, dy];
  const outputs = [du, dk, dD ?? 0, dPregate ?? 0, dPostgate ?? 0];
  cpu.run(kernel, (u.shape[1] as number) * parts, [...inputs, ...outputs, ...last], { scratch });
  return {
    du,
    dk: whole(k, dk),
    ...(D && dD && { dD: whole(D, dD) }),
    ...(dPregate && { dPregate }),
    ...(dPostgate && { dPostgate }),
  };
}

/**
 * Parts of the batch that are done as separate items: more than one where there are few features. It depends on
 * shapes only, so that results do not depend on the number of threads.
 */
function batchParts({ B, H }: LongconvDims): number {
  const most = Math.min(B, Math.ceil(ITEMS / H));
  return Math.ceil(B / Math.ceil(B / most));
}

function numbers({ B, H, L, C, K, sides }: Sizes, { n, radix, step, lead }: BlockPlan, parts: number): number[] {
  return [n, radix, B, H, L, C, K, SIDES[sides], parts, step, lead];
}

/** Scratch for a number of spectra and of rows. */
function scratchBytes({ n }: BlockPlan, spectra: number, rows: number): number {
  return 4 * n * (2 * spectra + rows);
}
