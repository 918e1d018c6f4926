import dsquashCode from '../../wgsl/kernels/dsquash.wgsl?raw';
import resizeCode from '../../wgsl/kernels/resize.wgsl?raw';
import smoothCode from '../../wgsl/kernels/smooth.wgsl?raw';
import squashCode from '../../wgsl/kernels/squash.wgsl?raw';
import type { SmoothOptions } from '../backend.js';
import { checkSquash, resizeDims, smoothDims, smoothWeights } from '../shapes/kernels.js';
import { type Kernel, kernel } from './kernel.js';
import { type Lanes, lanes, lanesOf, runElements } from './launch.js';
import type { Tensor } from './tensor.js';

const squashKernel: Lanes = /* @__PURE__ */ lanes('kernels/squash', squashCode);
const dsquash: Lanes = /* @__PURE__ */ lanes('kernels/dsquash', dsquashCode);
const smoothKernel: Kernel = /* @__PURE__ */ kernel('kernels/smooth', smoothCode);
const resizeKernel: Lanes = /* @__PURE__ */ lanes('kernels/resize', resizeCode);

/**
 * sign(x) max(|x| - lambda, 0). The caller disposes the result.
 *
 * @throws {@link ShapeError} unless lambda >= 0.
 * @see Fu et al., arXiv:2302.06646.
 */
export function squash(x: Tensor, lambda: number): Tensor {
  checkSquash('squash', x, lambda);
  const y = x.device.empty(x.shape);
  const n = lanesOf(x.size);
  runElements(x.device, squashKernel[n], x.size / n, { params: { lambda }, buffers: { x, y } });
  return y;
}

/**
 * dy where |x| > lambda, else 0.
 *
 * @throws {@link ShapeError} if the shapes differ, or unless lambda >= 0.
 */
export function squashVjp(x: Tensor, dy: Tensor, lambda: number): { dx: Tensor } {
  checkSquash('squashVjp', x, lambda, dy);
  const dx = x.device.empty(x.shape);
  const n = lanesOf(x.size);
  runElements(x.device, dsquash[n], x.size / n, { params: { lambda }, buffers: { x, dy, dx } });
  return { dx };
}

/**
 * Moving average over neighbours on the last axis, or along the bins of a spectrum. Its own gradient: apply it to dy.
 *
 * @param x - of any shape; [.., F, 2] where options.complex is set.
 * @param width - number of neighbours, odd.
 * @returns y, shaped like x. The caller disposes it.
 * @throws {@link ShapeError} if width is not an odd whole number, or x not complex where options.complex is set.
 */
export function smooth(x: Tensor, width: number, options: SmoothOptions = {}): Tensor {
  const { length, stride } = smoothDims('smooth', x, width, options);
  const gpu = x.device;
  const y = gpu.empty(x.shape);
  const weights = gpu.memo(`kernels/${options.window ?? 'mean'}/${width}`, () =>
    gpu.tensor(smoothWeights(width, options), [width]),
  );
  runElements(gpu, smoothKernel, x.size, { params: { length, stride, width }, buffers: { x, weights, y } });
  return y;
}

/**
 * The last axis cut or filled with zeros to L entries. Its gradient is resize(dy, the length that x has).
 *
 * @returns y, [.., L]. The caller disposes it.
 * @throws {@link ShapeError} if L is not a whole number of at least 1 or x has no axis.
 */
export function resize(x: Tensor, L: number): Tensor {
  const { K, shape } = resizeDims('resize', x, L);
  const y = x.device.empty(shape);
  const n = K % 4 === 0 ? lanesOf(L) : 1;
  runElements(x.device, resizeKernel[n], y.size / n, { params: { K: K / n, L: L / n }, buffers: { x, y } });
  return y;
}
