import type { Prepared } from '../contender.js';
import { type LongconvCase, longconvInputs } from '../longconv.bench.js';
import type { Peer } from './index.js';

interface Fft {
  createComplexArray(): number[];
  realTransform(out: number[], data: ArrayLike<number>): void;
  completeSpectrum(out: number[]): void;
  inverseTransform(out: number[], data: number[]): void;
}

/** fft.js: a real transform of each row of u and k, the product, a complex transform back. */
async function longconv(size: LongconvCase): Promise<Prepared> {
  const name = 'fft.js';
  const { default: FFT } = (await import(name)) as { default: new (n: number) => Fft };
  const { B, H, L } = size;
  const { u, k } = longconvInputs(size);
  const n = 2 ** Math.ceil(Math.log2(2 * L));
  const fft = new FFT(n);
  const padded = new Float32Array(n);
  const [uF, kF, product, out] = Array.from({ length: 4 }, () => fft.createComplexArray());
  const y = new Float32Array(B * H * L);
  const transform = (spectrum: number[], row: Float32Array): void => {
    padded.set(row);
    fft.realTransform(spectrum, padded);
    fft.completeSpectrum(spectrum);
  };
  return {
    run() {
      for (let h = 0; h < H; h++) {
        transform(kF, k.subarray(h * L, (h + 1) * L));
        for (let b = 0; b < B; b++) {
          const row = (b * H + h) * L;
          transform(uF, u.subarray(row, row + L));
          for (let f = 0; f < 2 * n; f += 2) {
            product[f] = uF[f] * kF[f] - uF[f + 1] * kF[f + 1];
            product[f + 1] = uF[f] * kF[f + 1] + uF[f + 1] * kF[f];
          }
          fft.inverseTransform(out, product);
          for (let t = 0; t < L; t++) y[row + t] = out[2 * t];
        }
      }
    },
    finish: async () => {},
    read: async () => y,
    async [Symbol.asyncDispose]() {},
  };
}

export const peers: readonly Peer[] = [{ name: 'fft.js', backend: 'wasm', threads: 1, longconv }];
