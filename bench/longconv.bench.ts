import * as reference from '../reference/index.js';
import type { Backend } from '../src/backend.js';
import { Rng } from '../src/rng.js';
import type { TensorLike } from '../src/tensor.js';
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

function caseOf([B, H, L]: readonly [number, number, number], gates = 0): LongconvCase {
  const bytes = 4 * ((2 + gates) * B * H * L + H * L);
  return { label: `${B}x${H}x${L}`, B, H, L, bytes, flops: transformFlops(B, H, L) };
}

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

function tensors(backend: Backend<TensorLike>, size: LongconvCase): { u: TensorLike; k: TensorLike } {
  const { u, k } = longconvInputs(size);
  return { u: backend.tensor(u, [size.B, size.H, size.L]), k: backend.tensor(k, [1, size.H, size.L]) };
}

/** Of transforms in f32, whatever their length. */
const bound = (): number => 2e-6;

function expected(size: LongconvCase): Float64Array {
  const { u, k } = longconvInputs(size);
  const dims = { ...size, C: 1, K: size.L, bidirectional: false };
  return reference.longconvFft(Float64Array.from(u), Float64Array.from(k), dims);
}

const fused = (device: Device): Contender<LongconvCase> =>
  ours(device, tensors, (backend, { u, k }) => backend.longconv(u, k));

export const longconvBench: Benchmark<LongconvCase> = {
  name: 'longconv',
  cases: sizes.map((shape) => caseOf(shape)),
  bound,
  expected,
  async contenders(devices: readonly Device[], options: BenchOptions): Promise<Contender<LongconvCase>[]> {
    const own = devices.map(fused);
    return options.peers ? [...own, ...(await longconvPeers(options))] : own;
  },
};

/** The same by four operations, each of which reads and writes memory. */
function unfused(
  backend: Backend<TensorLike>,
  { u, k }: Readonly<Record<string, TensorLike>>,
  { L }: LongconvCase,
): TensorLike {
  const n = 2 * L;
  using U = backend.rfft(u, { n });
  using K = backend.rfft(k, { n });
  using Y = backend.complexProduct(U, K);
  return backend.irfft(Y, { n, L });
}

/** What fusion gains: the same convolution in one operation and in four. */
export const fusedBench: Benchmark<LongconvCase> = {
  name: 'fused',
  cases: [1024, 2048, 4096, 8192].flatMap((L) => [
    caseOf([1, 64, L]),
    caseOf([4, 128, L]),
    // The unfused spectrum must fit in a buffer of 128 MiB.
    caseOf([Math.min(16, 2 ** 16 / L), 128, L]),
  ]),
  bound,
  expected,
  async contenders(devices: readonly Device[]): Promise<Contender<LongconvCase>[]> {
    return devices.flatMap((device) => [fused(device), ours(device, tensors, unfused, 'unfused')]);
  },
};

/** A convolution with gates, or with a quarter of the bins, or neither. */
interface SparseCase extends LongconvCase {
  readonly kind: 'dense' | 'gated' | 'quarter of bins';
}

const sparseSizes = [
  [4, 64, 1024],
  [16, 128, 1024],
  [4, 64, 4096],
  [4, 32, 16_384],
  [2, 16, 65_536],
] as const;

const sparseCases: SparseCase[] = sparseSizes.flatMap((shape) =>
  (['dense', 'gated', 'quarter of bins'] as const).map((kind) => {
    const plain = caseOf(shape, kind === 'gated' ? 2 : 0);
    return { ...plain, kind, label: `${plain.label} ${kind}` };
  }),
);

/** Bins that are kept. */
const kept = ({ kind, L }: SparseCase): number | undefined => (kind === 'quarter of bins' ? L / 4 : undefined);

/** What gates and low-pass kernels cost or save: the dense case of each size is the one to compare with. */
export const sparseBench: Benchmark<SparseCase> = {
  name: 'sparse',
  cases: sparseCases,
  // Roundings of the gates, and of a low-pass that keeps an eighth of the input's energy.
  bound: ({ kind }) => (kind === 'quarter of bins' ? 6e-6 : 2e-6),
  expected(size) {
    const { u, k } = longconvInputs(size);
    const [x, taps] = [Float64Array.from(u), Float64Array.from(k)];
    const dims = { ...size, C: 1, K: size.L, bidirectional: false, bins: kept(size) };
    const gates = size.kind === 'gated' ? { pregate: x, postgate: x } : {};
    return reference.gatedLongconv(x, taps, dims, gates);
  },
  async contenders(devices: readonly Device[]): Promise<Contender<SparseCase>[]> {
    return devices.map((device) =>
      ours<SparseCase>(device, tensors, (backend, { u, k }, size) => {
        const gates = size.kind === 'gated' ? { pregate: u, postgate: u } : {};
        return backend.longconv(u, k, { ...gates, bins: kept(size) });
      }),
    );
  },
};
