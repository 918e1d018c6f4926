import { namedParams } from '../src/autograd/params.js';
import type { Backend } from '../src/backend.js';
import { type RefTensor, reference } from '../src/backends/reference.js';
import { UnsupportedError } from '../src/errors.js';
import { classifierConfig } from '../src/nn/config.js';
import { initMixer } from '../src/nn/mixer.js';
import type { HostArray } from '../src/nn/params.js';
import { Rng } from '../src/rng.js';
import type { TensorLike } from '../src/tensor.js';
import type { BenchCase, Benchmark, Contender } from './contender.js';
import { type CauchySums, cauchyLoops, kernelOf } from './loops.js';
import { ours } from './ours.js';

/** The kernel of one layer of H features, L taps. */
export interface KernelCase extends BenchCase {
  readonly kind: 's4' | 's4d' | 'sgconv';
  readonly H: number;
  readonly L: number;
}

const STATE = 64;
const M = STATE / 2;
/** SGConv: weights of one scale. */
const DIM = 32;

const cases: KernelCase[] = [1024, 16_384].flatMap((L) => {
  const H = 128;
  const size = `${H}x${L}`;
  const bytes = 4 * H * L;
  return [
    { kind: 's4' as const, label: `S4 N=${STATE} ${size}`, H, L, bytes, flops: s4Flops(H, L) },
    { kind: 's4d' as const, label: `S4D N=${STATE} ${size}`, H, L, bytes, flops: 4 * H * M * L },
    { kind: 'sgconv' as const, label: `SGConv d=${DIM} ${size}`, H, L, bytes, flops: 4 * H * L },
  ];
});

/** For each node and mode one complex reciprocal, at 10 operations, and four sums of two real weights each, at 8. */
function s4Flops(H: number, L: number): number {
  return (L / 2 + 1) * H * M * (10 + 4 * 8);
}

type Values = Readonly<Record<string, HostArray>>;

/** Initial parameters of a layer, the same for every contender. */
function parameters({ kind, H, L }: KernelCase): Values {
  const mixer = kind === 'sgconv' ? { kind, kernelDim: DIM } : { kind, dState: STATE, nSsm: H };
  const config = classifierConfig({ classes: 1, dModel: H, depth: 1, lMax: L, mixer });
  const params = initMixer(new Rng(1), config.mixer, config);
  return Object.fromEntries([...namedParams(params)].map(([id, { value }]) => [id, value as HostArray]));
}

const tensors = (backend: Backend<TensorLike>, values: Values): Record<string, TensorLike> =>
  Object.fromEntries(Object.entries(values).map(([id, { values, shape }]) => [id, backend.tensor(values, shape)]));

function kernel(backend: Backend<TensorLike>, x: Readonly<Record<string, TensorLike>>, size: KernelCase): TensorLike {
  const { L, kind } = size;
  const { invDt, invReA, invImA, B, P, C, w, decay, norm } = x;
  switch (kind) {
    case 's4':
      return backend.s4Kernel({ invDt, invReA, invImA, B, P, C }, { L });
    case 's4d':
      return backend.s4dKernel({ invDt, invReA, invImA, B, C }, { L });
    case 'sgconv':
      return backend.sgconvKernel(w, { L, mode: 'cat', interpolation: 'linear', initScale: 0, decay, norm });
  }
}

/** Poles and weights of a model's Cauchy sums. */
function cauchySums({ H, L }: KernelCase, values: Values): CauchySums {
  const { invDt, invReA, invImA, B, P, C } = Object.fromEntries(
    Object.entries(values).map(([id, { values }]) => [id, values]),
  );
  const complex = (value: (i: number) => readonly [number, number]): Float64Array =>
    Float64Array.from(
      Array.from({ length: H * M }, (_, i) => value(i).map((x) => x * Math.exp(invDt[Math.floor(i / M)]))).flat(),
    );
  const product = (x: HostArray['values'], y: HostArray['values'], sign: 1 | -1): Float64Array =>
    complex((i) => {
      const [xr, xi, yr, yi] = [x[2 * i], x[2 * i + 1], y[2 * i], sign * y[2 * i + 1]];
      return [xr * yr - xi * yi, xr * yi + xi * yr];
    });
  return {
    H,
    M,
    n: L,
    poles: complex((i) => [-Math.exp(invReA[i]), -invImA[i]]),
    weights: [product(B, C, 1), product(P, C, 1), product(B, P, -1), product(P, P, -1)],
  };
}

/** S4's sums in plain JavaScript; the transform that makes a kernel of them is not timed. */
const loops: Contender<KernelCase> = {
  name: 'JavaScript loops, f64',
  device: 'JavaScript',
  peer: true,
  async prepare(size) {
    if (size.kind !== 's4') throw new UnsupportedError('only S4 is written as loops', { needs: 's4', has: size.kind });
    const sums = cauchySums(size, parameters(size));
    let K: Float64Array = new Float64Array();
    return {
      run: () => void (K = cauchyLoops(sums)),
      finish: async () => {},
      read: async () => kernelOf(K, sums),
      async [Symbol.asyncDispose]() {},
    };
  },
};

/** From parameters on the device to taps on the device. */
export const kernelBench: Benchmark<KernelCase> = {
  name: 'kernel',
  cases,
  // Of poles and reciprocals in f32: the bound that S4's kernel is held to at any length.
  bound: () => 5e-6,
  expected(size) {
    const values = parameters(size);
    if (size.kind === 's4') {
      const sums = cauchySums(size, values);
      return kernelOf(cauchyLoops(sums), sums);
    }
    const backend = reference() as Backend<TensorLike>;
    return (kernel(backend, tensors(backend, values), size) as RefTensor).values as Float64Array;
  },
  contenders: async (devices, { peers }) => [
    ...devices.map((device) =>
      ours<KernelCase>(device, (backend, size) => tensors(backend, parameters(size)), kernel),
    ),
    ...(peers ? [loops] : []),
  ],
};
