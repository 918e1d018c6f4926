/**
 * @file Butterfly factors of base b. Factor i of n = b^m points mixes those b of them that lie b^i apart; the product
 * of m factors is a butterfly matrix.
 */

/** Sizes of factor `index` of n points. */
export interface ButterflyFactorDims {
  readonly n: number;
  readonly base: number;
  readonly index: number;
}

/**
 * One factor times each of B vectors: with stride = base^index and x read as [block, base, stride],
 *
 *     y[block, i, t] = sum_j twiddle[block stride + t, i, j] x[block, j, t]
 *
 * @param twiddle - [n / base, base, base].
 * @param x - [B, n].
 * @returns y, [B, n].
 */
export function butterflyFactor(
  x: Float64Array,
  twiddle: Float64Array,
  { n, base, index }: ButterflyFactorDims,
): Float64Array {
  const stride = base ** index;
  const y = new Float64Array(x.length);
  for (let e = 0; e < x.length; e++) {
    const [t, i, block] = [e % stride, Math.floor(e / stride) % base, Math.floor((e % n) / (stride * base))];
    for (let j = 0; j < base; j++) {
      y[e] += twiddle[((block * stride + t) * base + i) * base + j] * x[e + (j - i) * stride];
    }
  }
  return y;
}

/** The matrix of {@link butterflyFactor}, [n, n]. */
export function butterflyFactorMatrix(twiddle: Float64Array, dims: ButterflyFactorDims): Float64Array {
  const { n } = dims;
  const M = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const column = butterflyFactor(Float64Array.from({ length: n }, (_, i) => Number(i === j)), twiddle, dims);
    for (let i = 0; i < n; i++) M[i * n + j] = column[i];
  }
  return M;
}

/** The product of all factors with x, factor 0 first. */
export function butterflyProduct(
  x: Float64Array,
  twiddles: readonly Float64Array[],
  { n, base }: Omit<ButterflyFactorDims, 'index'>,
): Float64Array {
  return twiddles.reduce((y, twiddle, index) => butterflyFactor(y, twiddle, { n, base, index }), x);
}
