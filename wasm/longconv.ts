// Long convolution. An item is one feature and one part of the batch.

import { expectAfter, gainsAhead } from './ahead';
import { convolve, product, setPlan, spectrum, spectrumBytes } from './fft';
import { kernelSpectra } from './longconv-kernels';
import { multiply, window } from './rows';

/**
 * y[b, c H + h] = postgate (k[c, h] convolved with x + D[c, h] x), x = pregate u[b, h].
 * Item h parts + part has feature h and the batch rows of one part.
 *
 * A row is done in blocks of `step` outputs. The window of a block has n inputs and begins `lead` before the first of
 * its outputs, so that taps which reach back or ahead by what is left find what they need.
 *
 * @param scratch - 2 spectra, or C + 2 where C > 1, and two rows of n.
 * @param D - address, or 0, like the gates.
 * @param table - see setPlan.
 * @param sides - see Sides.
 */
export function longconv(
  from: i32,
  to: i32,
  scratch: usize,
  u: usize,
  k: usize,
  D: usize,
  pregate: usize,
  postgate: usize,
  y: usize,
  table: usize,
  n: i32,
  radix: i32,
  B: i32,
  H: i32,
  L: i32,
  C: i32,
  K: i32,
  sides: i32,
  parts: i32,
  step: i32,
  lead: i32,
): void {
  setPlan(n, radix, table);
  const stage = scratch, out = stage + (<usize>n << 2), work = out + (<usize>n << 2);
  const kSpectra = work + spectrumBytes(), uSpectrum = kSpectra + <usize>C * spectrumBytes();
  const perPart = (B + parts - 1) / parts;
  const ahead = C == 1 && step >= L && gainsAhead(L), direct = L == n && lead == 0 && !postgate;
  for (let item = from; item < to; item++) {
    const h = item / parts, first = (item % parts) * perPart;
    const last = min(first + perPart, B);
    kernelSpectra(k, kSpectra, stage, work, n, H, h, C, K, sides);
    for (let b = first; b < last; b++) {
      const at = <usize>(b * H + h) * L << 2;
      if (ahead) expectAfter(b, last, item, to, perPart, parts, H, L, u, y, y, K == L ? k : 0);
      for (let t = 0; t < L; t += step) {
        const start = t - lead;
        const row = window(u + at, pregate ? pregate + at : 0, stage, start, max(start, 0), min(start + n, L), n);
        if (C > 1) spectrum(row, work, uSpectrum, 1);
        const bytes = <usize>min(step, L - t) << 2;
        for (let c = 0; c < C; c++) {
          const yAt = (<usize>((b * C + c) * H + h) * L + t) << 2;
          const kSpectrum = kSpectra + <usize>c * spectrumBytes();
          const skip = D ? row : 0, d = D ? load<f32>(D + (<usize>(c * H + h) << 2)) : 0;
          const result = direct ? y + yAt : out;
          if (C > 1) product(uSpectrum, kSpectrum, work, result, skip, d);
          else convolve(row, work, kSpectrum, result, skip, d);
          const kept = out + (<usize>lead << 2);
          if (postgate) multiply(kept, postgate + yAt, y + yAt, bytes);
          else if (!direct) memory.copy(y + yAt, kept, bytes);
        }
      }
    }
  }
}
