import { createRequire } from 'node:module';
import path from 'node:path';
import type * as Tf from '@tensorflow/tfjs-core';
import type { Prepared } from '../contender.js';
import { type LongconvCase, longconvInputs } from '../longconv.bench.js';
import { type MatmulCase, matmulInputs } from '../matmul.bench.js';
import { navigatorWithGpu } from './navigator.js';
import type { Peer } from './index.js';

type Backend = 'wasm' | 'webgpu';

/** Its convolution by the number of taps costs B H L^2; beyond this many products a sample takes minutes. */
const MOST_PRODUCTS = 64 * 4096 ** 2;

async function open(backend: Backend): Promise<typeof Tf> {
  const tf = await import('@tensorflow/tfjs-core');
  if (backend === 'wasm') {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(`${path.dirname(entry)}/`);
  } else {
    await navigatorWithGpu();
    await import('@tensorflow/tfjs-backend-webgpu');
  }
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no backend ${backend} here`);
  await tf.ready();
  return tf;
}

/**
 * Its spectral transforms are missing on wasm and quadratic on webgpu: a depthwise convolution with L taps is faster.
 */
async function longconv(backend: Backend, size: LongconvCase): Promise<Prepared> {
  const { B, H, L } = size;
  if (B * H * L * L > MOST_PRODUCTS) throw new Error(`quadratic in L: ${L} takes minutes`);
  const tf = await open(backend);
  const { u, k } = longconvInputs(size);
  const padded = new Float32Array(B * (2 * L - 1) * H);
  const taps = new Float32Array(L * H);
  for (let h = 0; h < H; h++) {
    for (let l = 0; l < L; l++) {
      taps[l * H + h] = k[h * L + (L - 1 - l)];
      for (let b = 0; b < B; b++) padded[(b * (2 * L - 1) + L - 1 + l) * H + h] = u[(b * H + h) * L + l];
    }
  }
  const x = tf.tensor4d(padded, [B, 1, 2 * L - 1, H]);
  const filter = tf.tensor4d(taps, [1, L, H, 1]);
  return running(tf, backend, [x, filter], () => tf.depthwiseConv2d(x, filter, 1, 'valid'), (values) => {
    const y = new Float32Array(B * H * L);
    for (let b = 0; b < B; b++) {
      for (let l = 0; l < L; l++) for (let h = 0; h < H; h++) y[(b * H + h) * L + l] = values[(b * L + l) * H + h];
    }
    return y;
  });
}

async function matmul(backend: Backend, size: MatmulCase): Promise<Prepared> {
  const tf = await open(backend);
  const inputs = matmulInputs(size);
  const a = tf.tensor2d(inputs.a, [size.M, size.K]);
  const b = tf.tensor2d(inputs.b, [size.K, size.N]);
  return running(tf, backend, [a, b], () => tf.matMul(a, b), (values) => values);
}

/** The parts of its WebGPU backend that end a batch of commands. */
interface Commands {
  readonly device: GPUDevice;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

function running(
  tf: typeof Tf,
  backend: Backend,
  inputs: readonly Tf.Tensor[],
  operation: () => Tf.Tensor,
  arrange: (values: Float32Array) => Float32Array,
): Prepared {
  let result: Tf.Tensor | undefined;
  return {
    async run() {
      if (tf.getBackend() !== backend) await tf.setBackend(backend);
      result?.dispose();
      result = operation();
    },
    async finish() {
      if (backend === 'wasm') return;
      const commands = tf.backend() as unknown as Commands;
      commands.ensureCommandEncoderReady();
      commands.endComputePassEncoder();
      commands.submitQueue();
      await commands.device.queue.onSubmittedWorkDone();
    },
    read: async () => arrange((await result?.data()) as Float32Array),
    async [Symbol.asyncDispose]() {
      for (const tensor of [...inputs, result]) tensor?.dispose();
    },
  };
}

export const peers: readonly Peer[] = (['wasm', 'webgpu'] as const).map((backend) => ({
  name: `tfjs ${backend}`,
  backend,
  threads: backend === 'wasm' ? 1 : 0,
  longconv: (size) => longconv(backend, size),
  matmul: (size) => matmul(backend, size),
}));
