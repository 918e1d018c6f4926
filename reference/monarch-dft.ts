/**
 * @file The discrete Fourier transform in small dense factors, as FlashFFTConv computes it, with its order of
 * frequencies.
 *
 * With N = N1 M and x read as rows X[n1, n2] of M, n = M n1 + n2,
 *
 *     A = (F_N1 X) W,   W[k1, n2] = exp(-2 pi i k1 n2 / N),   Y[k1, k2] = (A F_M)[k1, k2] = X^[k1 + N1 k2]
 *
 * and F_M is done the same way with the factors that are left. The frequencies stay where they come out.
 *
 * D. Fu et al., FlashFFTConv: efficient convolutions for long sequences with tensor cores, arXiv:2311.05908.
 */

/** A transform by factors, in real and imaginary parts. */
export interface MonarchDft {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** A = (F_N1 X) W of rows of M values, from n1 = 0 on. */
export function monarchStage({ re, im }: MonarchDft, N1: number): MonarchDft {
  const N = re.length;
  const M = N / N1;
  const out = { re: new Float64Array(N), im: new Float64Array(N) };
  for (let k1 = 0; k1 < N1; k1++) {
    for (let n2 = 0; n2 < M; n2++) {
      for (let n1 = 0; n1 < N1; n1++) {
        const angle = (-2 * Math.PI * ((k1 * (M * n1 + n2)) % N)) / N;
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const at = M * n1 + n2;
        out.re[M * k1 + n2] += cos * re[at] - sin * im[at];
        out.im[M * k1 + n2] += cos * im[at] + sin * re[at];
      }
    }
  }
  return out;
}

/** The transform of x by factors N1, N2, ..., whose product is its length; see {@link monarchOrder}. */
export function monarchDft(x: MonarchDft, factors: readonly number[]): MonarchDft {
  const [N1 = 1, ...rest] = factors;
  const A = monarchStage(x, N1);
  if (rest.length === 0) return A;
  const M = x.re.length / N1;
  for (let k1 = 0; k1 < N1; k1++) {
    const [re, im] = [A.re.subarray(k1 * M, (k1 + 1) * M), A.im.subarray(k1 * M, (k1 + 1) * M)];
    const row = monarchDft({ re, im }, rest);
    re.set(row.re);
    im.set(row.im);
  }
  return A;
}

/** Place i of {@link monarchDft} holds frequency order[i]. */
export function monarchOrder(factors: readonly number[]): number[] {
  const [N1 = 1, ...rest] = factors;
  const inner = rest.length === 0 ? [0] : monarchOrder(rest);
  return Array.from({ length: N1 }, (_, k1) => inner.map((f) => k1 + N1 * f)).flat();
}
