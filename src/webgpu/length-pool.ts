import reduce from '../../wgsl/common/reduce.wgsl?raw';
import dlastPoolCode from '../../wgsl/dense/dlast-pool.wgsl?raw';
import dmeanPoolCode from '../../wgsl/dense/dmean-pool.wgsl?raw';
import lastPoolCode from '../../wgsl/dense/last-pool.wgsl?raw';
import meanPoolCode from '../../wgsl/dense/mean-pool.wgsl?raw';
import { lengthDims, poolVjpDims } from '../shapes/dense.js';
import { type Kernel, kernel } from './kernel.js';
import { type Lanes, lanes, lanesOf, runElements, runGroups, unused } from './launch.js';
import type { Tensor } from './tensor.js';

const meanPoolKernel: Lanes = /* @__PURE__ */ lanes('dense/mean-pool', reduce, meanPoolCode);
const dmeanPool: Lanes = /* @__PURE__ */ lanes('dense/dmean-pool', dmeanPoolCode);
const lastPoolKernel: Kernel = /* @__PURE__ */ kernel('dense/last-pool', lastPoolCode);
const dlastPool: Lanes = /* @__PURE__ */ lanes('dense/dlast-pool', dlastPoolCode);

export interface LengthPoolOptions {
  /** Valid positions of each sample, u32 [B], clamped to 1..L; all L where left out. */
  readonly lengths?: Tensor | undefined;
}

/**
 * Mean over the valid positions.
 *
 *     y[b, h] = sum_{l < lengths[b]} x[b, h, l] / lengths[b]
 *
 * @param x - [B, H, L].
 * @returns y, [B, H]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function meanPool(x: Tensor, { lengths }: LengthPoolOptions = {}): Tensor {
  const { B, H, L } = lengthDims('meanPool', x, lengths);
  const gpu = x.device;
  const n = lanesOf(L);
  const y = gpu.empty([B, H]);
  runGroups(gpu, meanPoolKernel[n], B * H, L / n, {
    constants: { MASKED: Number(lengths !== undefined) },
    params: { H, L: L / n },
    buffers: { x, lengths: lengths ?? unused(gpu), y },
  });
  return y;
}

/**
 * Pull a cotangent of {@link meanPool}'s output back to its input: dx[b, h, l] = dy[b, h] / lengths[b], l < lengths[b].
 *
 * @param dy - [B, H].
 * @returns dx, [B, H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree or L is not at least 1.
 */
export function meanPoolVjp(dy: Tensor, options: LengthPoolOptions & { readonly L: number }): { dx: Tensor } {
  return spread('meanPoolVjp', dmeanPool, dy, options);
}

/**
 * The last valid position: y[b, h] = x[b, h, lengths[b] - 1].
 *
 * @param x - [B, H, L].
 * @returns y, [B, H]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function lastPool(x: Tensor, { lengths }: LengthPoolOptions = {}): Tensor {
  const { B, H, L } = lengthDims('lastPool', x, lengths);
  const gpu = x.device;
  const y = gpu.empty([B, H]);
  runElements(gpu, lastPoolKernel, B * H, {
    constants: { MASKED: Number(lengths !== undefined) },
    params: { H, L },
    buffers: { x, lengths: lengths ?? unused(gpu), y },
  });
  return y;
}

/**
 * Pull a cotangent of {@link lastPool}'s output back to its input: dy at the last valid position, else 0.
 *
 * @param dy - [B, H].
 * @returns dx, [B, H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree or L is not at least 1.
 */
export function lastPoolVjp(dy: Tensor, options: LengthPoolOptions & { readonly L: number }): { dx: Tensor } {
  return spread('lastPoolVjp', dlastPool, dy, options);
}

function spread(
  name: string,
  kernels: Lanes,
  dy: Tensor,
  { L, lengths }: LengthPoolOptions & { readonly L: number },
): { dx: Tensor } {
  const { B, H } = poolVjpDims(name, dy, L, lengths);
  const gpu = dy.device;
  const n = lanesOf(L);
  const dx = gpu.empty([B, H, L]);
  runElements(gpu, kernels[n], dx.size / n, {
    constants: { MASKED: Number(lengths !== undefined) },
    params: { H, L: L / n },
    buffers: { dy, lengths: lengths ?? unused(gpu), dx },
  });
  return { dx };
}
