import * as reference from '../reference/index.js';
import { Rng } from '../src/rng.js';
import type { BenchCase, BenchOptions, Benchmark, Contender } from './contender.js';
import type { Device } from './devices.js';
import { ours } from './ours.js';
import { matmulPeers } from './peers/index.js';

/** [M x K] by [K x N]. */
export interface MatmulCase extends BenchCase {
  readonly M: number;
  readonly K: number;
  readonly N: number;
}

const sizes = [
  [4096, 128, 128],
  [256, 128, 1024],
  [1024, 1024, 1024],
] as const;

const cases: MatmulCase[] = sizes.map(([M, K, N]) => ({
  label: `${M}x${K}x${N}`,
  M,
  K,
  N,
  bytes: 4 * (M * K + K * N + M * N),
  flops: 2 * M * K * N,
}));

/** The same numbers for every contender. */
export function matmulInputs({ M, K, N }: MatmulCase): { a: Float32Array; b: Float32Array } {
  const rng = new Rng(1);
  return {
    a: Float32Array.from({ length: M * K }, () => rng.normal()),
    b: Float32Array.from({ length: K * N }, () => rng.normal()),
  };
}

export const matmulBench: Benchmark<MatmulCase> = {
  name: 'matmul',
  cases,
  // A sum of K products, rounded to f32 each.
  bound: ({ K }) => 2 * 2 ** -24 * Math.sqrt(K),
  expected(size) {
    const { a, b } = matmulInputs(size);
    const dims = { G: 1, ...size, batchedA: false, batchedB: false };
    return reference.matmul(Float64Array.from(a), Float64Array.from(b), dims);
  },
  async contenders(devices: readonly Device[], options: BenchOptions): Promise<Contender<MatmulCase>[]> {
    const own = devices.map((device) =>
      ours<MatmulCase>(
        device,
        (backend, size) => {
          const { a, b } = matmulInputs(size);
          return { a: backend.tensor(a, [size.M, size.K]), b: backend.tensor(b, [size.K, size.N]) };
        },
        (backend, { a, b }) => backend.matmul(a, b),
      ),
    );
    return options.peers ? [...own, ...(await matmulPeers(options))] : own;
  },
};
