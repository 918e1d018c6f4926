// Spectra of convolution kernels, and kernels from their spectra.

import { inverse, spectrum, spectrumBytes, spectrumComplex } from './fft';
import { negative, reversedNegative, window } from './rows';

/** How the taps of a kernel lie in memory. */
export namespace Sides {
  /** [C, H, K]: taps at lags 0 .. K - 1. */
  export const Causal: i32 = 0;
  /** [2C, H, K]: C of these, and C whose tap s is at lag -1 - s. */
  export const Two: i32 = 1;
  /** [C, H, 2K]: taps at lags 0 .. K - 1, then -K .. -1. */
  export const Circular: i32 = 2;
}

/** Bytes between the rows of features, and to the taps at negative lags. */
// @ts-ignore: decorator
@inline function taps(c: i32, h: i32, H: i32, K: i32, sides: i32): usize {
  return (<usize>(c * H + h) * K << 2) << <usize>(sides == Sides.Circular);
}

/** Spectra of the kernels of feature h, over n. A tap at lag -1 - s is -i times sample n - 1 - s. */
export function kernelSpectra(
  k: usize,
  spectra: usize,
  stage: usize,
  work: usize,
  n: i32,
  H: i32,
  h: i32,
  C: i32,
  K: i32,
  sides: i32,
): void {
  const scale = <f32>1 / <f32>n;
  const ahead = stage + (<usize>n << 2), last = ahead + (<usize>(n - K) << 2);
  for (let c = 0; c < C; c++) {
    const past = k + taps(c, h, H, K, sides);
    const to = spectra + <usize>c * spectrumBytes();
    const row = window(past, 0, stage, 0, 0, K, n);
    if (sides == Sides.Causal) {
      spectrum(row, work, to, scale);
      continue;
    }
    memory.fill(ahead, 0, <usize>(n - K) << 2);
    if (sides == Sides.Two) reversedNegative(past + (<usize>(C * H) * K << 2), last, K);
    else negative(past + (<usize>K << 2), last, K);
    spectrumComplex(row, ahead, work, to, scale);
  }
}

/**
 * Kernels of feature h from their spectra: the inverse of {@link kernelSpectra}.
 *
 * @param stage - two rows of n.
 */
export function kernelsOf(
  spectra: usize,
  k: usize,
  stage: usize,
  work: usize,
  n: i32,
  H: i32,
  h: i32,
  C: i32,
  K: i32,
  sides: i32,
): void {
  const scale = <f32>1 / <f32>n;
  const ahead = stage + (<usize>n << 2), last = ahead + (<usize>(n - K) << 2);
  for (let c = 0; c < C; c++) {
    const past = k + taps(c, h, H, K, sides);
    inverse(spectra + <usize>c * spectrumBytes(), work, scale, stage, sides == Sides.Causal ? 0 : ahead);
    memory.copy(past, stage, <usize>K << 2);
    if (sides == Sides.Two) reversedNegative(last, past + (<usize>(C * H) * K << 2), K);
    else if (sides == Sides.Circular) negative(last, past + (<usize>K << 2), K);
  }
}

/** Spectra [rows, F, 2] without all bins but the first. An item is a row. */
export function keepBins(from: i32, to: i32, scratch: usize, spectra: usize, F: i32, bins: i32): void {
  for (let row = from; row < to; row++) {
    memory.fill(spectra + (<usize>(row * F + bins) << 3), 0, <usize>(F - bins) << 3);
  }
}
