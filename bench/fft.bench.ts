import * as reference from '../reference/index.js';
import { Rng } from '../src/rng.js';
import type { BenchCase, Benchmark } from './contender.js';
import { ours } from './ours.js';

/** Transforms of real rows of n samples. */
interface FftCase extends BenchCase {
  readonly rows: number;
  readonly n: number;
}

/** Powers of two at the lengths of state-space kernels, and a length that is none. */
const sizes = [
  [256, 1024],
  [256, 2048],
  [128, 4096],
  [128, 16_384],
  [16, 65_536],
  [2, 2 ** 20],
  [128, 1000],
] as const;

const cases: FftCase[] = sizes.map(([rows, n]) => ({
  label: `${rows}x${n}`,
  rows,
  n,
  bytes: 4 * rows * (n + 2 * (n / 2 + 1)),
  flops: 2.5 * rows * n * Math.log2(n),
}));

const samples = ({ rows, n }: FftCase): Float32Array => {
  const rng = new Rng(1);
  return Float32Array.from({ length: rows * n }, () => rng.normal());
};

export const fftBench: Benchmark<FftCase> = {
  name: 'fft',
  cases,
  bound: ({ n }) => 2 * 2 ** -24 * Math.log2(n),
  expected: (size) => reference.rfft(Float64Array.from(samples(size)), { ...size, L: size.n }),
  contenders: async (devices) =>
    devices.map((device) =>
      ours<FftCase>(
        device,
        (backend, size) => ({ x: backend.tensor(samples(size), [size.rows, size.n]) }),
        (backend, { x }) => backend.rfft(x),
      ),
    ),
};
