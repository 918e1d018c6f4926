import * as reference from '../reference/index.js';
import type { Backend } from '../src/backend.js';
import { Rng } from '../src/rng.js';
import type { TensorLike } from '../src/tensor.js';
import type { BenchCase, Benchmark, Contender } from './contender.js';
import type { Device } from './devices.js';
import { ours } from './ours.js';

/**
 * Learned transforms of [rows, n] real samples, beside the Fourier transform of this library: equal with exact factors.
 */
export interface TransformCase extends BenchCase {
  readonly kind: 'transform';
  readonly rows: number;
  readonly n: number;
}

/**
 * A Monarch matrix of 4 blocks times `rows` vectors of `features`, beside the product with the same matrix made dense.
 */
export interface MonarchCase extends BenchCase {
  readonly kind: 'monarch';
  readonly rows: number;
  readonly features: number;
}

export type ButterflyCase = TransformCase | MonarchCase;

const BLOCKS = 4;

const transforms = [
  [64, 1024],
  [64, 4096],
  [4, 65_536],
] as const;

const layers = [
  [256, 1024],
  [256, 4096],
] as const;

const cases: ButterflyCase[] = [
  ...transforms.map(
    ([rows, n]): TransformCase => ({
      kind: 'transform',
      label: `transform ${rows}x${n}`,
      rows,
      n,
      bytes: 8 * rows * n,
      flops: 2.5 * rows * n * Math.log2(n),
    }),
  ),
  ...layers.map(
    ([rows, features]): MonarchCase => ({
      kind: 'monarch',
      label: `monarch ${rows}x${features}`,
      rows,
      features,
      bytes: 4 * (2 * rows * features + (2 * features ** 2) / BLOCKS),
      flops: (4 * rows * features ** 2) / BLOCKS,
    }),
  ),
];

const normal = (count: number, scale = 1): Float32Array => {
  const rng = new Rng(1);
  return Float32Array.from({ length: count }, () => scale * rng.normal());
};

/** Factors of the Fourier transform of n points, by size. */
function exactFactors(n: number): [2 | 4 | 8 | 16, Float64Array][] {
  const sizes = ([2, 4, 8, 16] as const).filter((s) => (s === 16 ? n >= 16 : Number.isInteger(Math.log2(n / s) / 4)));
  return sizes.map((s) => [s, reference.dftMatrix(s)]);
}

const sizesOf = ({ features }: MonarchCase): { k: number; p: number; q: number; l: number; s: number; r: number } => {
  const size = features / BLOCKS;
  return { k: BLOCKS, p: size, q: size, l: BLOCKS, s: size, r: size };
};

/** Both factors keep the size of values. */
const weights = ({ features }: MonarchCase): Float32Array =>
  normal(features ** 2 / BLOCKS, 1 / Math.sqrt(features / BLOCKS));

function learned(device: Device): Contender<ButterflyCase> {
  const contender = ours<ButterflyCase>(
    device,
    (backend, size) => {
      if (size.kind === 'monarch') {
        const { rows, features } = size;
        return { x: backend.tensor(normal(rows * features), [rows, features]), ...factors(backend, size) };
      }
      const exact = exactFactors(size.n).map(([s, F]) => [`${s}`, backend.tensor(F, [1, s, s, 2])]);
      const x = backend.tensor(normal(size.rows * size.n), [1, size.rows, size.n]);
      return { x, ...(Object.fromEntries(exact) as Record<string, typeof x>) };
    },
    (backend, { x, w1, w2, ...rest }) =>
      w1 === undefined || w2 === undefined ? backend.butterfly(x, rest) : backend.monarch(x, w1, w2),
  );
  return {
    ...contender,
    async prepare(size) {
      const prepared = await contender.prepare(size);
      if (size.kind === 'monarch') return prepared;
      const read = async (): Promise<ArrayLike<number>> => firstHalf(await prepared.read(), size);
      return { ...prepared, read };
    },
  };
}

/** Of each spectrum of n points those up to n / 2. */
function firstHalf(X: ArrayLike<number>, { rows, n }: TransformCase): Float64Array {
  return Float64Array.from({ length: rows * (n + 2) }, (_, i) => X[Math.floor(i / (n + 2)) * 2 * n + (i % (n + 2))]);
}

/** The operation that the learned one takes the place of, with equal results. */
function plain(device: Device): Contender<ButterflyCase> {
  const contender = ours<ButterflyCase>(
    device,
    (backend, size) => {
      if (size.kind === 'transform') return { x: backend.tensor(normal(size.rows * size.n), [size.rows, size.n]) };
      const { rows, features } = size;
      const x = backend.tensor(normal(rows * features), [rows, features]);
      const ones = Float32Array.from({ length: features ** 2 }, (_, i) => Number(i % (features + 1) === 0));
      using identity = backend.tensor(ones, [features, features]);
      const { w1, w2 } = factors(backend, size);
      using one = w1;
      using two = w2;
      using columns = backend.monarch(identity, one, two);
      return { x, W: backend.transpose(columns) };
    },
    (backend, { x, W }) => (W === undefined ? backend.rfft(x) : backend.linear(x, W)),
  );
  return { ...contender, name: `${contender.name}, rfft or dense` };
}

function factors(backend: Backend<TensorLike>, size: MonarchCase): { w1: TensorLike; w2: TensorLike } {
  const { k, p, q, l, s, r } = sizesOf(size);
  const w = weights(size);
  return { w1: backend.tensor(w, [k, q, p]), w2: backend.tensor(w, [l, s, r]) };
}

export const butterflyBench: Benchmark<ButterflyCase> = {
  name: 'butterfly',
  cases,
  // Sums of as many products; or a sum of 32 for each level.
  bound: (size) =>
    size.kind === 'monarch'
      ? 4 * 2 ** -24 * Math.sqrt(size.features)
      : 2 * 2 ** -24 * Math.sqrt(32) * Math.ceil(Math.log2(size.n) / 4),
  expected(size) {
    if (size.kind === 'monarch') {
      const { rows, features } = size;
      const w = Float64Array.from(weights(size));
      const dims = { ...sizesOf(size), B: rows, I: features, O: features };
      return reference.monarch(Float64Array.from(normal(rows * features)), w, w, dims);
    }
    const { rows, n } = size;
    const x = normal(rows * n);
    const X = new Float64Array(rows * (n + 2));
    for (let row = 0; row < rows; row++) {
      const re = Float64Array.from(x.subarray(row * n, (row + 1) * n));
      const im = new Float64Array(n);
      reference.fft(re, im);
      for (let f = 0; f <= n / 2; f++) X.set([re[f], im[f]], row * (n + 2) + 2 * f);
    }
    return X;
  },
  contenders: async (devices: readonly Device[]): Promise<Contender<ButterflyCase>[]> =>
    devices.flatMap((device) => [learned(device), plain(device)]),
};
