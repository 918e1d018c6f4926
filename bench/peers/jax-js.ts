import type * as Jax from '@jax-js/jax';
import type { Prepared } from '../contender.js';
import { type LongconvCase, longconvInputs } from '../longconv.bench.js';
import { type MatmulCase, matmulInputs } from '../matmul.bench.js';
import { browserNavigator, navigatorWithGpu } from './navigator.js';
import type { Peer } from './index.js';

type Backend = 'wasm' | 'webgpu';

async function open(backend: Backend): Promise<typeof Jax> {
  if (backend === 'webgpu') await navigatorWithGpu();
  else browserNavigator();
  const jax = await import('@jax-js/jax');
  if (!(await jax.init(backend)).includes(backend)) throw new Error(`jax-js has no backend ${backend} here`);
  return jax;
}

/** Its real transforms of length 2L, compiled; every call consumes its arguments, hence `ref`. */
async function longconv(backend: Backend, size: LongconvCase): Promise<Prepared> {
  const jax = await open(backend);
  const np = jax.numpy;
  const { B, H, L } = size;
  const inputs = longconvInputs(size);
  jax.defaultDevice(backend);
  const u = np.array(inputs.u, { shape: [B, H, L] });
  const k = np.array(inputs.k, { shape: [H, L] });
  const convolve = jax.jit((signal: Jax.Array, kernel: Jax.Array) => {
    const uF = np.fft.rfft(np.pad(signal, [[0, 0], [0, 0], [0, L]]));
    const kF = np.fft.rfft(np.pad(kernel, [[0, 0], [0, L]]));
    const real = uF.real.ref.mul(kF.real.ref).sub(uF.imag.ref.mul(kF.imag.ref));
    const imag = uF.real.mul(kF.imag).add(uF.imag.mul(kF.real));
    return np.fft.irfft({ real, imag }).slice([], [], [0, L]);
  });
  return running(jax, backend, () => convolve(u.ref, k.ref), [convolve, u, k]);
}

async function matmul(backend: Backend, size: MatmulCase): Promise<Prepared> {
  const jax = await open(backend);
  const np = jax.numpy;
  const inputs = matmulInputs(size);
  jax.defaultDevice(backend);
  const a = np.array(inputs.a, { shape: [size.M, size.K] });
  const b = np.array(inputs.b, { shape: [size.K, size.N] });
  const multiply = jax.jit((x: Jax.Array, y: Jax.Array) => np.matmul(x, y));
  return running(jax, backend, () => multiply(a.ref, b.ref), [multiply, a, b]);
}

/** Operations are lazy: each is sent on its way by waiting for it, and may be disposed only after that. */
function running(
  jax: typeof Jax,
  backend: Backend,
  operation: () => Jax.Array,
  owned: readonly { dispose(): void }[],
): Prepared {
  let results: Jax.Array[] = [];
  let pending: Promise<unknown>[] = [];
  return {
    run() {
      jax.defaultDevice(backend);
      const result = operation();
      results.push(result);
      pending.push(jax.blockUntilReady(result));
    },
    async finish() {
      await Promise.all(pending);
      pending = [];
      for (const result of results.slice(0, -1)) result.dispose();
      results = results.slice(-1);
    },
    read: () => results[0].ref.data() as Promise<Float32Array>,
    async [Symbol.asyncDispose]() {
      for (const one of [...results, ...owned]) one.dispose();
    },
  };
}

export const peers: readonly Peer[] = (['wasm', 'webgpu'] as const).map((backend) => ({
  name: `jax-js ${backend}`,
  backend,
  threads: backend === 'wasm' ? 1 : 0,
  longconv: (size) => longconv(backend, size),
  matmul: (size) => matmul(backend, size),
}));
