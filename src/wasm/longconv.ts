import type { LongconvOptions } from '../backend.js';
import { type LongconvDims, longconvDims } from '../shapes/longconv.js';
import { type FftPlan, fftPlan, fftTable } from './longconv-plan.js';
import { sumParts } from './sums.js';
import type { Tensor } from './tensor.js';

/** Items to share between threads, where the batch has to be split to have as many. */
const ITEMS = 16;

/**
 * Filter every feature by its own kernels, as long as the input.
 *
 *     y[b, c H + h, t] = sum_{s <= t} k[c, h, s] u[b, h, t - s] + D[c, h] u[b, h, t]
 *                      + sum_{s > t} k[C + c, h, s - t - 1] u[b, h, s]      (bidirectional)
 *
 * O(B C H L log L).
 *
 * @param u - input, [B, H, L].
 * @param k - kernels, [C, H, K] or [H, K], or [2C, H, K] if bidirectional; K <= L.
 * @param options.D - skip weights, [C, H], or [H] with k [H, K].
 * @returns y, [B, C H, L].
 * @throws ShapeError if shapes do not agree.
 */
export function longconv(u: Tensor, k: Tensor, options: LongconvOptions<Tensor> = {}): Tensor {
  const dims = longconvDims('longconv', u, k, options);
  const { B, H, L, C } = dims;
  const cpu = u.device;
  const plan = fftPlan(L);
  const parts = batchParts(dims);
  const y = cpu.empty([B, C * H, L]);
  const spectra = C > 1 ? C + 2 : 2;
  cpu.run('longconv', H * parts, [u, k, options.D ?? 0, y, fftTable(cpu, plan), ...numbers(dims, plan, parts)], {
    scratch: scratchBytes(plan, spectra),
  });
  return y;
}

/**
 * Gradient of {@link longconv}.
 *
 *     du[b, h, t] = sum_c sum_{s >= t} k[c, h, s - t] dy[b, c H + h, s] + D[c, h] dy[b, c H + h, t]  (+ the mirror)
 *     dk[c, h, s] = sum_b sum_{t >= s} dy[b, c H + h, t] u[b, h, t - s]
 *
 * @param dy - cotangent of y, [B, C H, L].
 * @returns du, dk and, where D is given, dD, shaped as u, k and D.
 * @throws ShapeError if shapes do not agree.
 */
export function longconvVjp(
  u: Tensor,
  k: Tensor,
  dy: Tensor,
  options: LongconvOptions<Tensor> = {},
): { du: Tensor; dk: Tensor; dD?: Tensor } {
  const dims = longconvDims('longconvVjp', u, k, options, dy);
  const { H, C } = dims;
  const { D } = options;
  const cpu = u.device;
  const plan = fftPlan(dims.L);
  const parts = batchParts(dims);
  const du = cpu.empty(u.shape);
  const dkParts = cpu.empty(parts === 1 ? k.shape : [parts, ...k.shape]);
  const dDParts = D && cpu.empty(parts === 1 ? D.shape : [parts, ...D.shape]);
  const table = fftTable(cpu, plan);
  const args = [u, k, D ?? 0, dy, du, dkParts, dDParts ?? 0, table, ...numbers(dims, plan, parts)];
  cpu.run('longconvVjp', H * parts, args, { scratch: scratchBytes(plan, 2 * C + 3) });
  if (parts === 1) return dDParts === undefined ? { du, dk: dkParts } : { du, dk: dkParts, dD: dDParts };
  const dk = sumParts(k.shape, dkParts, parts);
  const dD = dDParts && sumParts((D as Tensor).shape, dDParts, parts);
  dkParts.dispose();
  dDParts?.dispose();
  return dD === undefined ? { du, dk } : { du, dk, dD };
}

/**
 * Parts of the batch that are done as separate items: more than one where there are few features. It depends on
 * shapes only, so that results do not depend on the number of threads.
 */
function batchParts({ B, H }: LongconvDims): number {
  const most = Math.min(B, Math.ceil(ITEMS / H));
  return Math.ceil(B / Math.ceil(B / most));
}

function numbers({ B, H, L, C, K, bidirectional }: LongconvDims, plan: FftPlan, parts: number): number[] {
  return [plan.n, plan.radix, B, H, L, C, K, bidirectional ? 1 : 0, parts];
}

/** Scratch for a number of spectra and two rows. */
function scratchBytes({ n }: FftPlan, spectra: number): number {
  return 8 * n * (spectra + 1);
}
