/**
 * @file Long convolution by the convolution theorem, in f64: the same numbers as longconv.ts up to rounding,
 * in O(B C H L log L).
 *
 * Signals and kernels are padded with zeros to nfft >= L + K, so that nothing wraps around. A tap that looks s + 1
 * samples ahead sits at index nfft - 1 - s of the circular kernel.
 */
import { fft, ifft } from './fft.js';
import { type LongconvDims, type LongconvGradients, skipVjp } from './longconv.js';

interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function transformSize({ L, K }: LongconvDims): number {
  let nfft = 1;
  while (nfft < L + K) nfft *= 2;
  return nfft;
}

function spectrum(nfft: number, row: Float64Array): Spectrum {
  const re = new Float64Array(nfft);
  const im = new Float64Array(nfft);
  re.set(row);
  fft(re, im);
  return { re, im };
}

/** Spectra of the C circular kernels of feature h. */
function kernelSpectra(nfft: number, k: Float64Array, h: number, dims: LongconvDims): Spectrum[] {
  const { H, C, K, bidirectional } = dims;
  return Array.from({ length: C }, (_, c) => {
    const circular = new Float64Array(nfft);
    for (let s = 0; s < K; s++) {
      circular[s] = k[(c * H + h) * K + s];
      if (bidirectional) circular[nfft - 1 - s] = k[((C + c) * H + h) * K + s];
    }
    return spectrum(nfft, circular);
  });
}

/** sum += a b, or sum += conj(a) b. */
function accumulate(sum: Spectrum, a: Spectrum, b: Spectrum, conjugate = false): void {
  const sign = conjugate ? -1 : 1;
  for (let f = 0; f < sum.re.length; f++) {
    sum.re[f] += a.re[f] * b.re[f] - sign * a.im[f] * b.im[f];
    sum.im[f] += a.re[f] * b.im[f] + sign * a.im[f] * b.re[f];
  }
}

const zeroSpectrum = (nfft: number): Spectrum => ({ re: new Float64Array(nfft), im: new Float64Array(nfft) });

/** {@link longconv} by FFT: equal arguments, equal result. */
export function longconvFft(u: Float64Array, k: Float64Array, dims: LongconvDims, D?: Float64Array): Float64Array {
  const { B, H, L, C } = dims;
  const nfft = transformSize(dims);
  const y = new Float64Array(B * C * H * L);
  for (let h = 0; h < H; h++) {
    const kF = kernelSpectra(nfft, k, h, dims);
    for (let b = 0; b < B; b++) {
      const row = u.subarray((b * H + h) * L, (b * H + h + 1) * L);
      const uF = spectrum(nfft, row);
      for (let c = 0; c < C; c++) {
        const yF = zeroSpectrum(nfft);
        accumulate(yF, kF[c], uF);
        ifft(yF.re, yF.im);
        const skip = D === undefined ? 0 : D[c * H + h];
        const out = ((b * C + c) * H + h) * L;
        for (let t = 0; t < L; t++) y[out + t] = yF.re[t] + skip * row[t];
      }
    }
  }
  return y;
}

/** {@link longconvVjp} by FFT: equal arguments, equal result. */
export function longconvFftVjp(
  u: Float64Array,
  k: Float64Array,
  dy: Float64Array,
  dims: LongconvDims,
  D?: Float64Array,
): LongconvGradients {
  const { B, H, L, C, K, bidirectional } = dims;
  const nfft = transformSize(dims);
  const du = new Float64Array(u.length);
  const dk = new Float64Array(k.length);
  for (let h = 0; h < H; h++) {
    const kF = kernelSpectra(nfft, k, h, dims);
    const dkF = kF.map(() => zeroSpectrum(nfft));
    for (let b = 0; b < B; b++) {
      const uF = spectrum(nfft, u.subarray((b * H + h) * L, (b * H + h + 1) * L));
      const duF = zeroSpectrum(nfft);
      for (let c = 0; c < C; c++) {
        const row = (b * C + c) * H + h;
        const dyF = spectrum(nfft, dy.subarray(row * L, (row + 1) * L));
        accumulate(duF, kF[c], dyF, true);
        accumulate(dkF[c], uF, dyF, true);
      }
      ifft(duF.re, duF.im);
      du.set(duF.re.subarray(0, L), (b * H + h) * L);
    }
    for (let c = 0; c < C; c++) {
      const { re, im } = dkF[c];
      ifft(re, im);
      for (let s = 0; s < K; s++) {
        dk[(c * H + h) * K + s] = re[s];
        if (bidirectional) dk[((C + c) * H + h) * K + s] = re[nfft - 1 - s];
      }
    }
  }
  return D === undefined ? { du, dk } : { du, dk, dD: skipVjp(u, dy, D, du, dims) };
}
