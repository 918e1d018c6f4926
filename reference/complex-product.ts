/** @file Products of spectra, in f64. */
import { addAt, at, conj, mul } from './complex.js';

export interface ComplexProductDims {
  readonly B: number;
  readonly C: number;
  readonly H: number;
  readonly F: number;
}

/** Visit places of a [B, H, F], k [C, H, F] and y [B, C H, F] that belong together. */
function each({ B, C, H, F }: ComplexProductDims, visit: (a: number, k: number, y: number) => void): void {
  for (let b = 0; b < B; b++) {
    for (let row = 0; row < C * H; row++) {
      for (let f = 0; f < F; f++) visit((b * H + (row % H)) * F + f, row * F + f, (b * C * H + row) * F + f);
    }
  }
}

/** y[b, c H + h, f] = a[b, h, f] k[c, h, f]. */
export function complexProduct(a: Float64Array, k: Float64Array, dims: ComplexProductDims): Float64Array {
  const { B, C, H, F } = dims;
  const y = new Float64Array(B * C * H * F * 2);
  each(dims, (i, j, out) => addAt(y, out, mul(at(a, i), at(k, j))));
  return y;
}

/** da[b, h, f] = sum_c dy conj(k), dk[c, h, f] = sum_b dy conj(a). */
export function complexProductVjp(
  a: Float64Array,
  k: Float64Array,
  dy: Float64Array,
  dims: ComplexProductDims,
): { da: Float64Array; dk: Float64Array } {
  const da = new Float64Array(a.length);
  const dk = new Float64Array(k.length);
  each(dims, (i, j, out) => {
    addAt(da, i, mul(at(dy, out), conj(at(k, j))));
    addAt(dk, j, mul(at(dy, out), conj(at(a, i))));
  });
  return { da, dk };
}
