import * as ref from '../../reference/index.js';
import type { FftOps } from '../ops/fft.js';
import { complexProductDims, sampleDims, spectrumDims } from '../shapes/fft.js';
import type { Shape } from '../tensor.js';
import type { RefTensor } from './ref-tensor.js';

const f64 = (x: RefTensor): Float64Array => x.values as Float64Array;

/** The Fourier transforms of `reference/` as operations of a backend whose tensors `make` makes. */
export function fftOps(make: (values: Float64Array, shape: Shape) => RefTensor): FftOps<RefTensor> {
  return {
    rfft(x, { n } = {}) {
      const dims = sampleDims('rfft', 'x', x, n);
      return make(ref.rfft(f64(x), dims), [...dims.outer, dims.F, 2]);
    },
    rfftVjp(dX, { n, L }) {
      const dims = spectrumDims('rfftVjp', 'dX', dX, n, L);
      return { dx: make(ref.rfftVjp(f64(dX), dims), [...dims.outer, L]) };
    },
    irfft(X, { n, L }) {
      const dims = spectrumDims('irfft', 'X', X, n, L);
      return make(ref.irfft(f64(X), dims), [...dims.outer, dims.L]);
    },
    irfftVjp(dx, { n }) {
      const dims = sampleDims('irfftVjp', 'dx', dx, n);
      return { dX: make(ref.irfftVjp(f64(dx), dims), [...dims.outer, dims.F, 2]) };
    },
    complexProduct(a, k) {
      const dims = complexProductDims('complexProduct', a, k);
      const { B, C, H, F } = dims;
      return make(ref.complexProduct(f64(a), f64(k), dims), [B, C * H, F, 2]);
    },
    complexProductVjp(a, k, dy) {
      const dims = complexProductDims('complexProductVjp', a, k, dy);
      const { da, dk } = ref.complexProductVjp(f64(a), f64(k), f64(dy), dims);
      return { da: make(da, a.shape), dk: make(dk, k.shape) };
    },
  };
}
