/** @file Block-diagonal butterflies: the learned Fourier transform of FlashButterfly, and Monarch matrices. */

/** Points of the factor matrices. */
export type FactorSize = 2 | 4 | 8 | 16;

/**
 * Factor matrices of s = 2, 4, 8 and 16 points by which {@link ButterflyOps.butterfly} replaces small transforms,
 * complex [Hd, s, s, 2], Hd = 1 or H. Those that a transform uses must be there.
 */
export type ButterflyFactors<T> = Readonly<Partial<Record<FactorSize, T>>>;

export interface MonarchOptions<T> {
  /** [O], added to every row. */
  readonly bias?: T | undefined;
  /** O; l s where left out. */
  readonly outputs?: number | undefined;
}

export interface ButterflyOps<T> {
  /**
   * A transform of n = 16^a s points, s = 1, 2, 4 or 8, with the recursion of the Fourier transform by radix 16:
   *     X = T_n x = F_n x for n <= 16, and for m = n / 16
   *     X[k1 + 16 k2] = (T_m a[k1, .])[k2],  a[k1, t2] = exp(-2 pi i k1 t2 / n) sum_t1 F_16[k1, t1] x[m t1 + t2]
   * where F_s is factor s, shared by all levels: the Fourier transform if F_s[k, j] = exp(-2 pi i k j / s).
   * x complex [B, H, L, 2] or real [B, H, L] is extended by zeros to n, a power of two, the next one from 2 where left
   * out; y [B, H, n, 2].
   */
  butterfly(x: T, factors: ButterflyFactors<T>, options?: { readonly n?: number | undefined }): T;
  /** n is dy's. The cotangent of a complex number w is d/d(Re w) + i d/d(Im w). dFactors has the factors used. */
  butterflyVjp(x: T, factors: ButterflyFactors<T>, dy: T): { dx: T; dFactors: ButterflyFactors<T> };
  /**
   * The conjugate transpose of {@link ButterflyOps.butterfly}, which is dx of its gradient alone, and n times the
   * inverse transform where the factors are those of the Fourier transform.
   * y [B, H, n, 2]; x [B, H, L, 2], or its real part [B, H, L]; L <= n, n where left out.
   */
  butterflyAdjoint(
    y: T,
    factors: ButterflyFactors<T>,
    options?: { readonly L?: number | undefined; readonly real?: boolean | undefined },
  ): T;
  /**
   * Monarch matrix times vector: a[k, q] = sum_p w1[k, q, p] x[k, p]; a's k q values read as [r, l]; y[s l + l'] with
   * y[l', s] = sum_r w2[l', s, r] a[r, l']. w1 [k, q, p]; w2 [l, s, r], l r = k q.
   * x [.., I] is extended by zeros to k p, p = ceil(I / k); y [.., O] is cut off from l s, s = ceil(O / l).
   */
  monarch(x: T, w1: T, w2: T, options?: MonarchOptions<T>): T;
  /** O is dy's. dBias where a bias is given. */
  monarchVjp(
    x: T,
    w1: T,
    w2: T,
    dy: T,
    options?: { readonly bias?: T | undefined },
  ): { dx: T; dw1: T; dw2: T; dBias?: T };
}
