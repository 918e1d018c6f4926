/**
 * @file A low-pass filter between two rates, and what undoes its shape in the spectrum.
 *
 * h has 2 Q + 1 taps, Q <= 4 r, and the response Phi[f] = sum_j h[j] cos(2 pi f j / N) at bin f of N. After taking
 * every r-th sample, bin f < F also holds what was at f + m N / r, m != 0, damped by Phi[f + m N / r] / Phi[f] <= 2^-25
 * for the Dolph-Chebyshev taps with stop band from N / r - F on. Three such filters, on signal, kernel and result, are
 * undone by 1 / Phi^3.
 */

/** Filter and rate for a low-pass of circles of N samples. */
export interface RateFilter {
  /** Samples of the input to one of the slower rate. */
  readonly r: number;
  readonly taps: (j: number) => number;
  /** Phi[f]. */
  readonly response: (f: number) => number;
}

const DAMPING = 2 ** 25;
/** Fewest samples of the slower rate in half a circle. */
const LEAST = 64;
const MOST = 16;

/** The slowest rate at which `bins` bins of rows of L samples, a power of two, can be computed; undefined if none. */
export function rateFilter(L: number, bins: number): RateFilter | undefined {
  if (!Number.isInteger(Math.log2(L))) return undefined;
  for (let r = Math.min(MOST, L / LEAST); r >= 2; r /= 2) {
    const filter = design(2 * L, bins - 1, r);
    if (filter !== undefined) return filter;
  }
  return undefined;
}

/** Chebyshev polynomial of even degree. */
function chebyshev(degree: number, x: number): number {
  const size = Math.abs(x);
  return size <= 1 ? Math.cos(degree * Math.acos(size)) : Math.cosh(degree * Math.acosh(size));
}

/** As few taps as damp enough for bins up to `pass` of N; undefined if it takes more than 8 r + 1. */
export function design(N: number, pass: number, r: number): RateFilter | undefined {
  const stop = N / r - pass;
  if (stop <= pass) return undefined;
  const x0 = 1 / Math.cos((Math.PI * stop) / N);
  const response = (Q: number, f: number): number => chebyshev(2 * Q, x0 * Math.cos((Math.PI * f) / N));
  for (let Q = 1; Q <= 4 * r; Q++) {
    if (response(Q, pass) < DAMPING) continue;
    const peak = response(Q, 0);
    const n = 2 * Q + 1;
    const h = Array.from({ length: Q + 1 }, (_, j) => {
      let sum = 0;
      for (let m = 0; m < n; m++) sum += response(Q, (m * N) / n) * Math.cos((2 * Math.PI * m * j) / n);
      return sum / (n * peak);
    });
    const phi = (f: number): number =>
      h.reduce((sum, v, j) => sum + (j > 0 ? 2 : 1) * v * Math.cos((2 * Math.PI * f * j) / N), 0);
    return { r, taps: (j) => (Math.abs(j) <= Q ? h[Math.abs(j)] : 0), response: phi };
  }
  return undefined;
}
