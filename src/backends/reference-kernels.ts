import * as ref from '../../reference/kernels.js';
import type { SgconvOptions } from '../backend.js';
import type { KernelOps } from '../ops/kernels.js';
import { checkSquash, resizeDims, sgconvDims, smoothDims, smoothWeights } from '../shapes/kernels.js';
import type { Shape } from '../tensor.js';
import type { RefTensor } from './ref-tensor.js';

const f64 = (x: RefTensor): Float64Array => x.values as Float64Array;

function arrays({ decay, power, norm, ...rest }: SgconvOptions<RefTensor>): ref.SgconvOptions {
  return { ...rest, decay: decay && f64(decay), power: power && f64(power), norm: norm && f64(norm) };
}

/** Convolution kernels on the reference backend. @param make - a tensor of these values and this shape. */
export function kernelOps(make: (values: Float64Array, shape: Shape) => RefTensor): KernelOps<RefTensor> {
  const like = (x: RefTensor, values: Float64Array): RefTensor => make(values, x.shape);
  return {
    sgconvKernel(w, options) {
      const dims = sgconvDims('sgconvKernel', w, options);
      return make(ref.sgconvKernel(f64(w), dims, arrays(options)), [dims.C, dims.H, dims.L]);
    },
    sgconvKernelVjp(w, dk, options) {
      const dims = sgconvDims('sgconvKernelVjp', w, options, dk);
      const { dw, dPower } = ref.sgconvKernelVjp(f64(w), f64(dk), dims, arrays(options));
      return { dw: like(w, dw), ...(dPower === undefined ? {} : { dPower: make(dPower, [dims.H]) }) };
    },
    squash(x, lambda) {
      checkSquash('squash', x, lambda);
      return like(x, ref.squash(f64(x), lambda));
    },
    squashVjp(x, dy, lambda) {
      checkSquash('squashVjp', x, lambda, dy);
      return { dx: like(x, ref.squashVjp(f64(x), f64(dy), lambda)) };
    },
    smooth(x, width, options = {}) {
      const dims = smoothDims('smooth', x, width, options);
      return like(x, ref.smooth(f64(x), dims, smoothWeights(width, options)));
    },
    resize(x, L) {
      const { K, shape } = resizeDims('resize', x, L);
      return make(ref.resize(f64(x), K, L), shape);
    },
  };
}
