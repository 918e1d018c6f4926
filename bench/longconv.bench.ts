import * as reference from '../reference/index.js';
import { Rng } from '../src/rng.js';
import type { BenchCase, BenchOptions, Benchmark, Contender } from './contender.js';
import type { Device } from './devices.js';
import { ours } from './ours.js';
import { longconvPeers } from './peers/index.js';

/** Causal convolution of B batches of H channels with kernels as long as the input. */
export interface LongconvCase extends BenchCase {
  readonly B: number;
  readonly H: number;
  readonly L: number;
}

const sizes = [
  [1, 64, 256],
  [1, 64, 1024],
  [1, 64, 4096],
  [1, 64, 16_384],
  [1, 64, 65_536],
  [4, 128, 1024],
  [4, 128, 4096],
  [4, 64, 16_384],
  [16, 128, 1024],
  [1, 2, 2 ** 20],
] as const;

const cases: LongconvCase[] = sizes.map(([B, H, L]) => ({
  label: `${B}x${H}x${L}`,
  B,
  H,
  L,
  bytes: 4 * (2 * B * H * L + H * L),
  flops: transformFlops(B, H, L),
}));

/**
 * Complex transforms of 2L points, two real rows in each: there and back for u, there for k,
 * at 5 n log2 n operations a transform.
 */
function transformFlops(B: number, H: number, L: number): number {
  const n = 2 ** Math.ceil(Math.log2(2 * L));
  return (B * H + H / 2) * 5 * n * Math.log2(n);
}

/** The same numbers for every contender; k decays as a trained one does. */
export function longconvInputs({ B, H, L }: LongconvCase): { u: Float32Array; k: Float32Array } {
  const rng = new Rng(1);
  return {
    u: Float32Array.from({ length: B * H * L }, () => rng.normal()),
    k: Float32Array.from({ length: H * L }, (_, i) => rng.normal() * Math.exp((-4 * (i % L)) / L)),
  };
}

export const longconvBench: Benchmark<LongconvCase> = {
  name: 'longconv',
  cases,
  // Of transforms in f32, whatever their length.
  bound: () => 2e-6,
  expected(size) {
    const { u, k } = longconvInputs(size);
    const dims = { ...size, C: 1, K: size.L, bidirectional: false };
    return reference.longconvFft(Float64Array.from(u), Float64Array.from(k), dims);
  },
  async contenders(devices: readonly Device[], options: BenchOptions): Promise<Contender<LongconvCase>[]> {
    const own = devices.map((device) =>
      ours<LongconvCase>(
        device,
        (backend, size) => {
          const { u, k } = longconvInputs(size);
          return { u: backend.tensor(u, [size.B, size.H, size.L]), k: backend.tensor(k, [size.H, size.L]) };
        },
        (backend, { u, k }) => backend.longconv(u, k),
      ),
    );
    return options.peers ? [...own, ...(await longconvPeers(options))] : own;
  },
};
