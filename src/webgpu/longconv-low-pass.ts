import keepBinsCode from '../../wgsl/longconv/keep-bins.wgsl?raw';
import sidesCode from '../../wgsl/longconv/sides.wgsl?raw';
import type { LongconvDims } from '../shapes/longconv.js';
import { irfft, rfft } from './fft.js';
import { type Kernel, kernel } from './kernel.js';
import { runElements } from './launch.js';
import type { Tensor } from './tensor.js';

const keepBinsKernel: Kernel = /* @__PURE__ */ kernel('longconv/keep-bins', keepBinsCode);
const sides: Kernel = /* @__PURE__ */ kernel('longconv/sides', sidesCode);

/** Kernels [C, H, K] without their high frequencies, which have period 2L, as two-sided ones [2C, H, L]. */
export function lowPass(k: Tensor, { H, L, C, bins = L + 1 }: LongconvDims): Tensor {
  const gpu = k.device;
  using circle = keepBins(k, L, bins, 2 * L);
  const both = gpu.empty([2 * C, H, L]);
  runElements(gpu, sides, both.size, { params: { L, joins: 0 }, buffers: { x: circle, y: both } });
  return both;
}

/** The transpose of {@link lowPass}: gradients of two-sided kernels to those of kernels shaped [.., K]. */
export function lowPassVjp(dSides: Tensor, shape: readonly number[], { L, K, bins = L + 1 }: LongconvDims): Tensor {
  const gpu = dSides.device;
  using circle = gpu.empty([...shape.slice(0, -1), 2 * L]);
  runElements(gpu, sides, circle.size, { params: { L, joins: 1 }, buffers: { x: dSides, y: circle } });
  return keepBins(circle, L, bins, K);
}

/** The first `kept` samples of rows, extended by zeros to 2L, of which only the lowest bins are kept. */
function keepBins(x: Tensor, L: number, bins: number, kept: number): Tensor {
  using X = rfft(x, { n: 2 * L });
  runElements(x.device, keepBinsKernel, X.size / 2, { params: { F: L + 1, bins }, buffers: { X } });
  return irfft(X, { n: 2 * L, L: kept });
}
