import complexCode from '../../wgsl/common/complex.wgsl?raw';
import productCode from '../../wgsl/fft/complex-product.wgsl?raw';
import sumCode from '../../wgsl/fft/complex-product-sum.wgsl?raw';
import { complexProductDims } from '../shapes/fft.js';
import { type Kernel, kernel } from './kernel.js';
import { runElements } from './launch.js';
import { MOST_ROWS } from './longconv-plan.js';
import type { Tensor } from './tensor.js';

const product: Kernel = /* @__PURE__ */ kernel('fft/complex-product', complexCode, productCode);
const productSum: Kernel = /* @__PURE__ */ kernel('fft/complex-product-sum', complexCode, sumCode);

/** Invocations that fill a large GPU. */
const BUSY = 2 ** 17;

/**
 * Products of spectra: y[b, c H + h, f] = a[b, h, f] k[c, h, f].
 *
 * @param a - [B, H, F, 2].
 * @param k - [C, H, F, 2].
 * @returns y, [B, C H, F, 2]. The caller disposes it.
 * @throws {@link ShapeError} if shapes do not agree.
 */
export function complexProduct(a: Tensor, k: Tensor): Tensor {
  const { B, C, H, F } = complexProductDims('complexProduct', a, k);
  const gpu = a.device;
  const y = gpu.empty([B, C * H, F, 2]);
  const entries = C * H * F;
  const each = Math.max(1, Math.min(MOST_ROWS, Math.floor((B * entries) / BUSY)));
  runElements(gpu, product, Math.ceil(B / each) * entries, { params: { HF: H * F, C, B, each }, buffers: { a, k, y } });
  return y;
}

/**
 * Gradient of {@link complexProduct}: da = sum_c dy conj(k), dk = sum_b dy conj(a), added in order.
 *
 * @param dy - cotangent of y, [B, C H, F, 2].
 * @returns da and dk, shaped as a and k. The caller disposes them.
 * @throws {@link ShapeError} if shapes do not agree.
 */
export function complexProductVjp(a: Tensor, k: Tensor, dy: Tensor): { da: Tensor; dk: Tensor } {
  const { B, C, H, F } = complexProductDims('complexProductVjp', a, k, dy);
  const gpu = a.device;
  const HF = H * F;
  const [da, dk] = [gpu.empty(a.shape), gpu.empty(k.shape)];
  const overC = { params: { HF, terms: C, outer: C, inner: 1 }, buffers: { dy, w: k, sum: da } };
  const overB = { params: { HF, terms: B, outer: 1, inner: C }, buffers: { dy, w: a, sum: dk } };
  runElements(gpu, productSum, B * HF, overC);
  runElements(gpu, productSum, C * HF, overB);
  return { da, dk };
}
