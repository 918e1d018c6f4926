import gatesCode from '../../wgsl/longconv/gates.wgsl?raw';
import type { LongconvGradients, LongconvOptions } from '../backend.js';
import { type LongconvDims, longconvDims } from '../shapes/longconv.js';
import { type Kernel, kernel } from './kernel.js';
import { runElements } from './launch.js';
import { blockPlan, convolveBlocks, convolveBlocksVjp } from './longconv-blocks.js';
import { backward, forward } from './longconv-jobs.js';
import { lowPass, lowPassVjp } from './longconv-low-pass.js';
import { transformLog } from './longconv-plan.js';
import { convolveSparse, convolveSparseVjp, sparsePlan } from './longconv-sparse.js';
import type { Tensor } from './tensor.js';

const gates: Kernel = /* @__PURE__ */ kernel('longconv/gates', gatesCode);

/**
 * Convolution of every feature with its own kernels, which may be as long as the input, between two gates.
 *
 *     y[b, c H + h, t] = v[b, c H + h, t] (sum_{s <= t} k[c, h, s] x[b, h, t - s]  (+ D[c, h] x[b, h, t])),   x = w u
 *
 * and, bidirectional, + sum_{s > t} k[C + c, h, s - t - 1] x[b, h, s] in the brackets. By FFT, O(B C H L log K).
 *
 * @param u - input, [B, H, L], L <= 2^22.
 * @param k - taps, [C, H, K] or [H, K] (C = 1), K <= L; bidirectional [2C, H, K].
 * @param options - `D`, skip weights [C, H] ([H] where k is [H, K]); `pregate` w [B, H, L] and `postgate` v
 *   [B, C H, L]; `bidirectional`; `bins` of the rfft of k over 2L that are kept.
 * @returns y, [B, C H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 * @see `reference/longconv.ts` for the definition, `wgsl/longconv/README.md` for the method.
 */
export function longconv(u: Tensor, k: Tensor, options: LongconvOptions<Tensor> = {}): Tensor {
  const dims = longconvDims('longconv', u, k, options);
  if (dims.bins === undefined) return convolveRows(u, k, dims, options);
  const plan = sparsePlan(u.device, dims, dims.bins);
  if (plan !== undefined) return convolveSparse(u, k, dims, plan, options);
  using sides = lowPass(k, dims);
  return convolveRows(u, sides, bothSides(dims), options);
}

/**
 * Pull a cotangent of {@link longconv}'s output back to its inputs. With x = w u and dz = v dy,
 *
 *     dx[b, h, t] = sum_c sum_{s >= t} k[c, h, s - t] dz[b, c H + h, s]   (+ sum_c D[c, h] dz[b, c H + h, t])
 *     dk[c, h, s] = sum_b sum_{t >= s} dz[b, c H + h, t] x[b, h, t - s],   dD[c, h] = dk[c, h, 0]
 *     du = w dx,  dw = u dx,  dv = dy z  where y = v z
 *
 * and their mirror images where k acts on the future. Sums over the batch run in a fixed order.
 *
 * @param dy - cotangent of y, [B, C H, L].
 * @returns du, dk and, for each of D, pregate and postgate that is given, its gradient, each shaped like its input;
 *   the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function longconvVjp(
  u: Tensor,
  k: Tensor,
  dy: Tensor,
  options: LongconvOptions<Tensor> = {},
): LongconvGradients<Tensor> {
  const dims = longconvDims('longconvVjp', u, k, options, dy);
  if (dims.bins === undefined) return convolveRowsVjp(u, k, dy, dims, options);
  const plan = sparsePlan(u.device, dims, dims.bins);
  if (plan !== undefined) return gatedGradients(u, convolveSparseVjp(u, k, dy, dims, plan, options), options);
  using sides = lowPass(k, dims);
  const { dk: dSides, ...rest } = convolveRowsVjp(u, sides, dy, bothSides(dims), options);
  try {
    return { ...rest, dk: lowPassVjp(dSides, k.shape, dims) };
  } finally {
    dSides.dispose();
  }
}

/** Dimensions of the convolution with kernels of period 2L. */
function bothSides(dims: LongconvDims): LongconvDims {
  return { ...dims, K: dims.L, bidirectional: true };
}

function convolveRows(u: Tensor, k: Tensor, dims: LongconvDims, options: LongconvOptions<Tensor>): Tensor {
  const gpu = u.device;
  const y = gpu.empty([dims.B, dims.C * dims.H, dims.L]);
  const blocks = blockPlan(gpu, dims);
  if (blocks === undefined) forward(gpu, u, k, y, dims, transformLog(dims), options);
  else {
    const { D } = options;
    convolveBlocks(u, y, dims, blocks, options, (x, z, size, log) => forward(gpu, x, k, z, size, log, { D }));
  }
  return y;
}

function convolveRowsVjp(
  u: Tensor,
  k: Tensor,
  dy: Tensor,
  dims: LongconvDims,
  options: LongconvOptions<Tensor>,
): LongconvGradients<Tensor> {
  const gpu = u.device;
  const { D, pregate, postgate } = options;
  const dPostgate = postgate && convolveRows(u, k, dims, { D, pregate, postgate: dy });
  const blocks = blockPlan(gpu, dims);
  const { dx, ...rest } =
    blocks === undefined
      ? backward(gpu, u, k, dy, dims, transformLog(dims), options)
      : convolveBlocksVjp(u, dy, dims, blocks, options, (x, dz, size, log) =>
          backward(gpu, x, k, dz, size, log, { D }),
        );
  return gatedGradients(u, { dx, ...rest, ...(dPostgate && { dPostgate }) }, options);
}

/** Gradients in u and its gate from that in their product, which is disposed. */
function gatedGradients(
  u: Tensor,
  { dx, ...rest }: Omit<LongconvGradients<Tensor>, 'du'> & { readonly dx: Tensor },
  { pregate }: LongconvOptions<Tensor>,
): LongconvGradients<Tensor> {
  if (pregate === undefined) return { du: dx, ...rest };
  const gpu = u.device;
  const [du, dPregate] = [gpu.empty(u.shape), gpu.empty(u.shape)];
  runElements(gpu, gates, dx.size, { buffers: { dx, u, w: pregate, du, dw: dPregate } });
  dx.dispose();
  return { du, ...rest, dPregate };
}
