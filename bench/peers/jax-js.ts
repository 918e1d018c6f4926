import type * as Jax from '@jax-js/jax';
import type { Prepared } from '../contender.js';
import { type LongconvCase, longconvInputs } from '../longconv.bench.js';
import { type MatmulCase, matmulInputs } from '../matmul.bench.js';
import { navigatorWithGpu } from './navigator.js';
import type { Peer } from './index.js';

type Backend = 'wasm' | 'webgpu';

async function open(backend: Backend): Promise<typeof Jax> {
  await navigatorWithGpu();
  const jax = await import('@jax-js/jax');
  await jax.init(backend);
  return jax;
}

/** Its real transforms of length 2L; every call consumes its arguments, hence `ref`. */
async function longconv(backend: Backend, size: LongconvCase): Promise<Prepared> {
  const { defaultDevice, numpy: np, ...jax } = await open(backend);
  const { B, H, L } = size;
  const inputs = longconvInputs(size);
  defaultDevice(backend);
  const u = np.array(inputs.u, { shape: [B, H, L] });
  const k = np.array(inputs.k, { shape: [H, L] });
  return running(jax, () => {
    defaultDevice(backend);
    const uF = np.fft.rfft(np.pad(u.ref, [[0, 0], [0, 0], [0, L]]));
    const kF = np.fft.rfft(np.pad(k.ref, [[0, 0], [0, L]]));
    const real = uF.real.ref.mul(kF.real.ref).sub(uF.imag.ref.mul(kF.imag.ref));
    const imag = uF.real.mul(kF.imag).add(uF.imag.mul(kF.real));
    return np.fft.irfft({ real, imag }).slice([], [], [0, L]);
  }, [u, k]);
}

async function matmul(backend: Backend, size: MatmulCase): Promise<Prepared> {
  const { defaultDevice, numpy: np, ...jax } = await open(backend);
  const inputs = matmulInputs(size);
  defaultDevice(backend);
  const a = np.array(inputs.a, { shape: [size.M, size.K] });
  const b = np.array(inputs.b, { shape: [size.K, size.N] });
  return running(jax, () => {
    defaultDevice(backend);
    return np.matmul(a.ref, b.ref);
  }, [a, b]);
}

function running(
  jax: Pick<typeof Jax, 'blockUntilReady'>,
  operation: () => Jax.Array,
  inputs: readonly Jax.Array[],
): Prepared {
  let result: Jax.Array | undefined;
  return {
    async run() {
      result?.dispose();
      result = operation();
      await jax.blockUntilReady(result);
    },
    finish: async () => {},
    read: async () => (await result?.ref.data()) as Float32Array,
    async [Symbol.asyncDispose]() {
      for (const array of [...inputs, result]) array?.dispose();
    },
  };
}

export const peers: readonly Peer[] = (['wasm', 'webgpu'] as const).map((backend) => ({
  name: `jax-js ${backend}`,
  backend,
  threads: 1,
  longconv: (size) => longconv(backend, size),
  matmul: (size) => matmul(backend, size),
}));
