/** @file Long convolution by its definition. O(B C H L K). */

/** Sizes of a long convolution. */
export interface LongconvDims {
  readonly B: number;
  readonly H: number;
  readonly L: number;
  /** Output channels for each feature; a bidirectional k has 2C. */
  readonly C: number;
  /** Taps, at most L. */
  readonly K: number;
  readonly bidirectional: boolean;
  /** Only for longconv-gated.ts: bins of the low-pass over 2L; all where left out. */
  readonly bins?: number | undefined;
}

/** Cotangents of a long convolution's inputs; dD where D was given. */
export interface LongconvGradients {
  du: Float64Array;
  dk: Float64Array;
  dD?: Float64Array;
}

/**
 * Every feature filtered by its own kernels.
 *
 *     y[b, c H + h, t] = sum_{s <= t} k[c, h, s] u[b, h, t - s] + D[c, h] u[b, h, t]
 *                      + sum_{s > t} k[C + c, h, s - t - 1] u[b, h, s]      (bidirectional)
 *
 * @param u - input, [B, H, L].
 * @param k - kernels, [C, H, K], or [2C, H, K] if bidirectional.
 * @param D - skip weights, [C, H].
 * @returns y, [B, C H, L].
 */
export function longconv(u: Float64Array, k: Float64Array, dims: LongconvDims, D?: Float64Array): Float64Array {
  const { B, H, L, C, K, bidirectional } = dims;
  const y = new Float64Array(B * C * H * L);
  for (let b = 0; b < B; b++) {
    for (let c = 0; c < C; c++) {
      for (let h = 0; h < H; h++) {
        const x = (b * H + h) * L;
        const out = ((b * C + c) * H + h) * L;
        const past = (c * H + h) * K;
        const future = ((C + c) * H + h) * K;
        for (let t = 0; t < L; t++) {
          let sum = D === undefined ? 0 : D[c * H + h] * u[x + t];
          for (let s = 0; s < K && s <= t; s++) sum += k[past + s] * u[x + t - s];
          if (bidirectional) {
            for (let s = 0; s < K && t + s + 1 < L; s++) sum += k[future + s] * u[x + t + s + 1];
          }
          y[out + t] = sum;
        }
      }
    }
  }
  return y;
}

/**
 * The transpose of {@link longconv} in u, in k and in D.
 *
 * @param dy - cotangent of y, [B, C H, L].
 */
export function longconvVjp(
  u: Float64Array,
  k: Float64Array,
  dy: Float64Array,
  dims: LongconvDims,
  D?: Float64Array,
): LongconvGradients {
  const { B, H, L, C, K, bidirectional } = dims;
  const du = new Float64Array(u.length);
  const dk = new Float64Array(k.length);
  for (let b = 0; b < B; b++) {
    for (let c = 0; c < C; c++) {
      for (let h = 0; h < H; h++) {
        const x = (b * H + h) * L;
        const out = ((b * C + c) * H + h) * L;
        const past = (c * H + h) * K;
        const future = ((C + c) * H + h) * K;
        for (let t = 0; t < L; t++) {
          for (let s = 0; s < K && s <= t; s++) {
            du[x + t - s] += k[past + s] * dy[out + t];
            dk[past + s] += u[x + t - s] * dy[out + t];
          }
          for (let s = 0; bidirectional && s < K && t + s + 1 < L; s++) {
            du[x + t + s + 1] += k[future + s] * dy[out + t];
            dk[future + s] += u[x + t + s + 1] * dy[out + t];
          }
        }
      }
    }
  }
  return D === undefined ? { du, dk } : { du, dk, dD: skipVjp(u, dy, D, du, dims) };
}

/** dD[c, h] = sum_b sum_t u[b, h, t] dy[b, c H + h, t], and D dy is added to du. */
export function skipVjp(
  u: Float64Array,
  dy: Float64Array,
  D: Float64Array,
  du: Float64Array,
  { B, H, L, C }: LongconvDims,
): Float64Array {
  const dD = new Float64Array(C * H);
  for (let b = 0; b < B; b++) {
    for (let c = 0; c < C; c++) {
      for (let h = 0; h < H; h++) {
        const x = (b * H + h) * L;
        const out = ((b * C + c) * H + h) * L;
        for (let t = 0; t < L; t++) {
          dD[c * H + h] += u[x + t] * dy[out + t];
          du[x + t] += D[c * H + h] * dy[out + t];
        }
      }
    }
  }
  return dD;
}
