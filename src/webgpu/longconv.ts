import sumCode from '../../wgsl/longconv/sum.wgsl?raw';
import type { LongconvOptions } from '../backend.js';
import { longconvDims } from '../shapes/longconv.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid } from './launch.js';
import { convolveFused } from './longconv-fused.js';
import { convolveByPasses } from './longconv-passes.js';
import { type Convolution, batchParts, transformLog, workgroupLog } from './longconv-plan.js';
import type { Tensor } from './tensor.js';

const sum: Kernel = /* @__PURE__ */ kernel('longconv/sum', sumCode);

/**
 * Convolution of every feature with its own kernels, which may be as long as the input.
 *
 *     y[b, c H + h, t] = sum_{s <= t} k[c, h, s] u[b, h, t - s]  (+ D[c, h] u[b, h, t])
 *
 * and, bidirectional, + sum_{s > t} k[C + c, h, s - t - 1] u[b, h, s]. By FFT, O(B C H L log L).
 *
 * @param u - input, [B, H, L], L <= 2^20.
 * @param k - taps, [C, H, K] or [H, K] (C = 1), K <= L; bidirectional [2C, H, K].
 * @param options - `D`, skip weights [C, H] ([H] where k is [H, K]); `bidirectional`.
 * @returns y, [B, C H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 * @see `reference/longconv.ts` for the definition, `wgsl/longconv/README.md` for the method.
 */
export function longconv(u: Tensor, k: Tensor, options: LongconvOptions<Tensor> = {}): Tensor {
  const dims = longconvDims('longconv', u, k, options);
  const { B, H, L, C, K, bidirectional } = dims;
  const gpu = u.device;
  const y = gpu.empty([B, C * H, L]);
  convolve(gpu, {
    log: transformLog(dims),
    groups: C * H,
    rows: B,
    terms: 1,
    total: B,
    x: { tensor: u, length: L, row: H, term: 0, groups: H },
    g: { tensor: k, length: K, row: 0, term: 0, groups: C * H, reversed: false, twoSided: bidirectional, D: options.D },
    y: { tensor: y, length: L, row: C * H, twoSided: false },
    future: C * H,
  });
  return y;
}

/**
 * Pull a cotangent of {@link longconv}'s output back to its inputs.
 *
 *     du[b, h, t] = sum_c sum_{s >= t} k[c, h, s - t] dy[b, c H + h, s]   (+ sum_c D[c, h] dy[b, c H + h, t])
 *     dk[c, h, s] = sum_b sum_{t >= s} dy[b, c H + h, t] u[b, h, t - s],   dD[c, h] = dk[c, h, 0]
 *
 * and their mirror images where k acts on the future. Sums over the batch run in a fixed order.
 *
 * @param dy - cotangent of y, [B, C H, L].
 * @returns du, dk and, where D is given, dD, each shaped like its input; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function longconvVjp(
  u: Tensor,
  k: Tensor,
  dy: Tensor,
  options: LongconvOptions<Tensor> = {},
): { du: Tensor; dk: Tensor; dD?: Tensor } {
  const dims = longconvDims('longconvVjp', u, k, options, dy);
  const { B, H, L, C, K, bidirectional } = dims;
  const gpu = u.device;
  const log = transformLog(dims);
  const CH = C * H;
  const du = gpu.empty([B, H, L]);
  convolve(gpu, {
    log,
    groups: H,
    rows: B,
    terms: C,
    total: B * C,
    x: { tensor: dy, length: L, row: CH, term: H, groups: H },
    g: {
      tensor: k,
      length: K,
      row: 0,
      term: C > 1 ? H : 0,
      groups: H,
      reversed: true,
      twoSided: bidirectional,
      D: options.D,
    },
    y: { tensor: du, length: L, row: H, twoSided: false },
    future: CH,
  });
  const rowsOfK = bidirectional ? 2 * CH : CH;
  const P = batchParts(gpu, B, CH, log);
  const each = Math.ceil(B / P);
  const parts = gpu.empty([P, rowsOfK, K]);
  convolve(gpu, {
    log,
    groups: CH,
    rows: P,
    terms: each,
    total: B,
    x: { tensor: dy, length: L, row: each * CH, term: CH, groups: CH },
    g: { tensor: u, length: L, row: each * H, term: H, groups: H, reversed: true, twoSided: false },
    y: { tensor: parts, length: K, row: rowsOfK, twoSided: bidirectional },
    future: CH,
  });
  const dD = options.D && total(gpu, parts, options.D.shape, K);
  const dk = total(gpu, parts, k.shape, 1);
  parts.dispose();
  return dD === undefined ? { du, dk } : { du, dk, dD };
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
