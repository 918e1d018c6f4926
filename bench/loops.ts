/** @file The sums of S4's kernel as anyone would write them in JavaScript, to compare with. */
import { irfft } from '../reference/rfft.js';

/** A model of rank 1 with one channel and a set of modes for each feature, discretised: weights and poles hold dt. */
export interface CauchySums {
  readonly H: number;
  readonly M: number;
  readonly n: number;
  /** dt lambda, complex [H, M, 2]. */
  readonly poles: Float64Array;
  /** dt B C, dt P C, dt B conj P and dt |P|^2, complex [4][H, M, 2]. */
  readonly weights: readonly Float64Array[];
}

/**
 * The values of the kernel's transform at n roots of unity: for each node and each mode two complex reciprocals, of
 * b - a dt lambda and of its conjugate, and four sums.
 *
 * @returns complex, [H, floor(n / 2) + 1, 2].
 */
export function cauchyLoops({ H, M, n, poles, weights }: CauchySums): Float64Array {
  const F = Math.floor(n / 2) + 1;
  const K = new Float64Array(2 * H * F);
  const sums = new Float64Array(8);
  for (let f = 0; f < F; f++) {
    const [wr, wi] = [Math.cos((2 * Math.PI * f) / n), -Math.sin((2 * Math.PI * f) / n)];
    const [ar, ai, br, bi] = [(1 + wr) / 2, wi / 2, 1 - wr, -wi];
    for (let h = 0; h < H; h++) {
      sums.fill(0);
      for (let m = 0; m < M; m++) {
        const i = 2 * (h * M + m);
        const [lr, li] = [poles[i], poles[i + 1]];
        const [dr, di] = [br - (ar * lr - ai * li), bi - (ar * li + ai * lr)];
        const [er, ei] = [br - (ar * lr + ai * li), bi - (ai * lr - ar * li)];
        const [d, e] = [1 / (dr * dr + di * di), 1 / (er * er + ei * ei)];
        for (let s = 0; s < 4; s++) {
          const [vr, vi] = [weights[s][i], weights[s][i + 1]];
          sums[2 * s] += (vr * dr + vi * di) * d + (vr * er - vi * ei) * e;
          sums[2 * s + 1] += (vi * dr - vr * di) * d - (vi * er + vr * ei) * e;
        }
      }
      const [bcr, bci, pcr, pci, bqr, bqi, pqr, pqi] = sums;
      const [gr, gi] = [1 + ar * pqr - ai * pqi, ar * pqi + ai * pqr];
      const [tr, ti] = [pcr * bqr - pci * bqi, pcr * bqi + pci * bqr];
      const [ur, ui] = [ar * tr - ai * ti, ar * ti + ai * tr];
      const norm = gr * gr + gi * gi;
      K[2 * (h * F + f)] = bcr - (ur * gr + ui * gi) / norm;
      K[2 * (h * F + f) + 1] = bci - (ui * gr - ur * gi) / norm;
    }
  }
  return K;
}

/** The kernel itself. */
export function kernelOf(K: Float64Array, { H, n }: Pick<CauchySums, 'H' | 'n'>): Float64Array {
  return irfft(K, { rows: H, L: n, n });
}
