import { bluestein } from '../../reference/rfft.js';
import type { Gpu } from './gpu.js';
import { twiddleTable } from './longconv-plan.js';
import type { Tensor } from './tensor.js';

/** Transforms of fewer samples are sums of n terms. */
export const LEAST = 32;

/** How rows of n samples are transformed: as N complex values, by transforms of 2^log. */
export interface FftPlan {
  readonly even: boolean;
  readonly N: number;
  readonly log: number;
  /** exp(-2 pi i f / n), f <= n / 4 and further. */
  readonly turns: Tensor;
  /** Where N is no power of two: factors before and after the convolution, and the spectrum of its filter. */
  readonly chirp: { readonly factors: Tensor; readonly filter: Tensor } | undefined;
}

/** The plan for n >= {@link LEAST}; its tables are made once and kept. */
export function fftPlan(gpu: Gpu, n: number): FftPlan {
  const even = n % 2 === 0;
  const N = even ? n / 2 : n;
  if (Number.isInteger(Math.log2(N))) {
    const log = Math.log2(N);
    return { even, N, log, turns: twiddleTable(gpu, log + 1), chirp: undefined };
  }
  const log = Math.ceil(Math.log2(2 * N - 1));
  let made: ReturnType<typeof bluestein> | undefined;
  const make = (): ReturnType<typeof bluestein> => (made ??= bluestein(N));
  const chirp = {
    factors: gpu.memo(`fft/chirp/${N}`, () => pairs(gpu, make().c)),
    filter: gpu.memo(`fft/filter/${N}`, () => {
      const { size, spectrum } = make();
      const over = (v: number): number => v / size;
      return pairs(gpu, { re: spectrum.re.map(over), im: spectrum.im.map(over) });
    }),
  };
  const turns = even ? gpu.memo(`fft/turns/${n}`, () => pairs(gpu, turn(n, Math.ceil(N / 2) + 1))) : chirp.factors;
  return { even, N, log, turns, chirp };
}

/** cos and sin of 2 pi j / n, for sums. */
export function circle(gpu: Gpu, n: number): Tensor {
  return gpu.memo(`fft/circle/${n}`, () => {
    const { re, im } = turn(n, n);
    return pairs(gpu, { re, im: im.map((v) => -v) });
  });
}

interface Parts {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** exp(-2 pi i f / n), f < count. */
function turn(n: number, count: number): Parts {
  const angles = Float64Array.from({ length: count }, (_, f) => (2 * Math.PI * f) / n);
  return { re: angles.map(Math.cos), im: angles.map((angle) => -Math.sin(angle)) };
}

function pairs(gpu: Gpu, { re, im }: Parts): Tensor {
  const values = new Float32Array(2 * re.length);
  for (let i = 0; i < re.length; i++) {
    values[2 * i] = re[i];
    values[2 * i + 1] = im[i];
  }
  return gpu.tensor(values, [re.length, 2]);
}
