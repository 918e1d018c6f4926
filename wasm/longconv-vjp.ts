// The gradient of a long convolution. An item is one feature and one part of the batch.

import { expectAfter, gainsAhead } from './ahead';
import { gradient, gradientSum, inverse, product, setPlan, spectrum, spectrumBytes } from './fft';
import { kernelSpectra, kernelsOf } from './longconv-kernels';
import { addScaled, dot, multiply, window } from './rows';

/**
 * The transpose of longconv in u, k, D and the gates. dk and dD get one sum for each part of the batch.
 *
 * A block's part of dy, with zeros around it, has the window as support of its correlation with k, and meets only
 * samples of the window in its correlation with u. So one transform of it serves both, and du is a sum of windows.
 *
 * @param scratch - 2 C + 3 spectra and three rows of n.
 * @param dD - address, or 0 like D; so are the gates and their gradients.
 */
export function longconvVjp(
  from: i32,
  to: i32,
  scratch: usize,
  u: usize,
  k: usize,
  D: usize,
  pregate: usize,
  postgate: usize,
  dy: usize,
  du: usize,
  dk: usize,
  dD: usize,
  dPregate: usize,
  dPostgate: usize,
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
  const bytes = spectrumBytes(), rowBytes = <usize>n << 2;
  const stage = scratch, out = stage + rowBytes, xStage = out + rowBytes, work = xStage + rowBytes;
  const uSpectrum = work + bytes, duSpectrum = uSpectrum + bytes;
  const kSpectra = duSpectrum + bytes, sums = kSpectra + <usize>C * bytes;
  const perPart = (B + parts - 1) / parts;
  const taps = <usize>(C * H * K) << <usize>(sides != 0);
  const ahead = C == 1 && step >= L && gainsAhead(L), direct = L == n && lead == 0;
  for (let item = from; item < to; item++) {
    const h = item / parts, part = item % parts;
    const first = part * perPart, last = min(first + perPart, B);
    kernelSpectra(k, kSpectra, stage, work, n, H, h, C, K, sides);
    memory.fill(sums, 0, <usize>C * bytes);
    if (D) {
      for (let c = 0; c < C; c++) store<f32>(dD + (<usize>((part * C + c) * H + h) << 2), 0);
    }
    for (let b = first; b < last; b++) {
      const at = <usize>(b * H + h) * L << 2, dx = du + at;
      if (ahead) expectAfter(b, last, item, to, perPart, parts, H, L, u, dy, du, 0);
      if (!direct) memory.fill(dx, 0, <usize>L << 2);
      for (let t = 0; t < L; t += step) {
        const start = t - lead, begin = max(start, 0), end = min(start + n, L), count = min(step, L - t);
        const x = window(u + at, pregate ? pregate + at : 0, xStage, start, begin, end, n);
        spectrum(x, work, uSpectrum, 1);
        const result = direct ? dx : out;
        if (C > 1) memory.fill(duSpectrum, 0, bytes);
        for (let c = 0; c < C; c++) {
          const yAt = <usize>((b * C + c) * H + h) * L << 2, cAt = <usize>(c * H + h) << 2;
          const kSpectrum = kSpectra + <usize>c * bytes;
          const d = D ? load<f32>(D + cAt) : 0;
          if (postgate) {
            product(uSpectrum, kSpectrum, work, out, D ? x : 0, d);
            const tAt = yAt + (<usize>t << 2);
            multiply(out + (<usize>lead << 2), dy + tAt, dPostgate + tAt, <usize>count << 2);
          }
          const row = window(dy + yAt, postgate ? postgate + yAt : 0, stage, start, t, t + count, n);
          if (C > 1) gradientSum(row, work, kSpectrum, uSpectrum, sums + <usize>c * bytes, duSpectrum);
          else gradient(row, work, kSpectrum, uSpectrum, sums, result, D ? row : 0, d);
          if (D) {
            const sum = dD + (<usize>(part * C * H) << 2) + cAt;
            store<f32>(sum, <f32>(load<f32>(sum) + dot(x, row, rowBytes)));
          }
        }
        if (C > 1) {
          inverse(duSpectrum, work, 1, result, 0);
          for (let c = 0; D && c < C; c++) {
            const yAt = <usize>((b * C + c) * H + h) * L << 2;
            const row = window(dy + yAt, postgate ? postgate + yAt : 0, stage, start, t, t + count, n);
            addScaled(result, row, load<f32>(D + (<usize>(c * H + h) << 2)), rowBytes);
          }
        }
        if (!direct) {
          addScaled(dx + (<usize>begin << 2), out + (<usize>(begin - start) << 2), 1, <usize>(end - begin) << 2);
        }
      }
      if (pregate) {
        multiply(dx, u + at, dPregate + at, <usize>L << 2);
        multiply(dx, pregate + at, dx, <usize>L << 2);
      }
    }
    kernelsOf(sums, dk + (<usize>part * taps << 2), stage, work, n, H, h, C, K, sides);
  }
}
