/** @file Block-diagonal butterflies: the learned Fourier transform of FlashButterfly, and Monarch matrices. */

/** Factor matrices of 2, 4, 8 and 16 points by which a {@link ButterflyOps.butterfly} replaces small transforms; complex [Hd, s, s, 2], Hd = 1 or H. */
export type ButterflyFactors<T> = Readonly<Partial<Record<2 | 4 | 8 | 16, T>>>;

export interface ButterflyOps<T> {
  /**
   * A Fourier transform of n = 16 .. 16 s points by radix-16 steps whose small transforms are `factors`, exact with
   * those of the Fourier transform. x [B, H, L, 2] is extended by zeros to the next power of two; y [B, H, n, 2].
   */
  butterfly(x: T, factors: ButterflyFactors<T>): T;
  butterflyVjp(x: T, factors: ButterflyFactors<T>, dy: T): { dx: T; dFactors: ButterflyFactors<T> };
  /**
   * Monarch matrix times vector: a[k, q] = sum_p w1[k, q, p] x[k, p]; a's k q values read as [r, l]; y[s l + l'] with
   * y[l', s] = sum_r w2[l', s, r] a[r, l']. x [B, k p]; w1 [k, q, p]; w2 [l, s, r], l r = k q; y [B, l s].
   */
  monarch(x: T, w1: T, w2: T): T;
  monarchVjp(x: T, w1: T, w2: T, dy: T): { dx: T; dw1: T; dw2: T };
}
