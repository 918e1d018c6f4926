/** @file Fourier transforms of the last axis, and products of spectra. Complex values are pairs on the last axis. */

export interface FftOps<T> {
  /**
   * X[.., f] = sum_{t < L} x[.., t] exp(-2 pi i f t / n), f = 0 .. floor(n / 2); x is extended by zeros to n.
   * x [.., L]; n >= L, any whole number, L where left out; X [.., floor(n / 2) + 1, 2].
   */
  rfft(x: T, options?: { readonly n?: number | undefined }): T;
  /** The cotangent of a complex number w is d/d(Re w) + i d/d(Im w). dX as X; dx [.., L]. */
  rfftVjp(dX: T, options: { readonly n: number; readonly L: number }): { dx: T };
  /**
   * x[.., t] = 1/n sum_{f < n} X[.., f] exp(2 pi i f t / n), t < L, X being continued by X[n - f] = conj X[f].
   * Imaginary parts at f = 0 and, n even, at f = n / 2 count for nothing.
   * X [.., floor(n / 2) + 1, 2]; 1 <= L <= n, n where left out; x [.., L].
   */
  irfft(X: T, options: { readonly n: number; readonly L?: number | undefined }): T;
  irfftVjp(dx: T, options: { readonly n: number }): { dX: T };
  /** y[b, c H + h, f] = a[b, h, f] k[c, h, f], complex. a [B, H, F, 2]; k [C, H, F, 2]; y [B, C H, F, 2]. */
  complexProduct(a: T, k: T): T;
  complexProductVjp(a: T, k: T, dy: T): { da: T; dk: T };
}
