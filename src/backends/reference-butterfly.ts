import * as ref from '../../reference/index.js';
import type { ButterflyFactors } from '../backend.js';
import type { ButterflyOps } from '../ops/butterfly.js';
import { butterflyAdjointDims, butterflyDims, butterflyVjpDims, monarchDims } from '../shapes/butterfly.js';
import type { Shape } from '../tensor.js';
import type { RefTensor } from './ref-tensor.js';

/** The definitions of reference/butterfly.ts and reference/monarch.ts as operations. @param make - a new tensor. */
export function butterflyOps(make: (values: Float64Array, shape: Shape) => RefTensor): ButterflyOps<RefTensor> {
  return {
    butterfly(x, factors, options = {}) {
      const dims = butterflyDims('butterfly', x, factors, options);
      return make(ref.butterfly(f64(x), arrays(factors), dims), [dims.B, dims.H, dims.n, 2]);
    },
    butterflyVjp(x, factors, dy) {
      const dims = butterflyVjpDims('butterflyVjp', x, factors, dy);
      const { dx, dFactors } = ref.butterflyVjp(f64(x), arrays(factors), f64(dy), dims);
      const gradients = Object.entries(dFactors).map(([s, values]) => [s, make(values, [dims.Hd, +s, +s, 2])]);
      return { dx: make(dx, x.shape), dFactors: Object.fromEntries(gradients) as ButterflyFactors<RefTensor> };
    },
    butterflyAdjoint(y, factors, options = {}) {
      const dims = butterflyAdjointDims('butterflyAdjoint', y, factors, options);
      const { B, H, L, real } = dims;
      return make(ref.butterflyAdjoint(f64(y), arrays(factors), dims), real ? [B, H, L] : [B, H, L, 2]);
    },
    monarch(x, w1, w2, options = {}) {
      const dims = monarchDims('monarch', x, w1, w2, options);
      return make(ref.monarch(f64(x), f64(w1), f64(w2), dims, options.bias && f64(options.bias)), dims.shape);
    },
    monarchVjp(x, w1, w2, dy, { bias } = {}) {
      const dims = monarchDims('monarchVjp', x, w1, w2, { bias, dy });
      const { dx, dw1, dw2, dBias } = ref.monarchVjp(f64(x), f64(w1), f64(w2), f64(dy), dims);
      return {
        ...{ dx: make(dx, x.shape), dw1: make(dw1, w1.shape), dw2: make(dw2, w2.shape) },
        ...(bias === undefined ? {} : { dBias: make(dBias, bias.shape) }),
      };
    },
  };
}

/** The values of a tensor that has passed checkTensors as f32. */
function f64(x: RefTensor): Float64Array {
  return x.values as Float64Array;
}

function arrays(factors: ButterflyFactors<RefTensor>): ref.ButterflyFactors {
  return Object.fromEntries(Object.entries(factors).map(([s, tensor]) => [s, f64(tensor)]));
}
