import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-web';
import type { Prepared } from '../contender.js';
import { cpuName } from '../devices.js';
import { type LongconvCase, longconvInputs } from '../longconv.bench.js';
import { type MatmulCase, matmulInputs } from '../matmul.bench.js';
import { type Graph, model } from './onnx.js';
import type { Peer } from './index.js';

/** Discrete Fourier transforms of 2L points as the operator DFT, and the product spelled out. */
function convolution({ B, H, L }: LongconvCase): Graph {
  const n = 2 ** Math.ceil(Math.log2(2 * L));
  const parts = (name: string): string[] => [`${name}Re`, `${name}Im`];
  const node = (op: string, inputs: string[], outputs: string[], attributes: Record<string, number> = {}) => ({
    op,
    inputs,
    outputs,
    attributes,
  });
  return {
    inputs: { u: [B * H, L, 1], k: [H, L, 1] },
    outputs: { y: [B * H, L, 1] },
    constants: { n, spectra: [B, H, n, 2], rows: [B * H, n, 2], from: [0, 0], to: [L, 1], axes: [1, 2] },
    nodes: [
      node('DFT', ['u', 'n'], ['uF'], { axis: 1 }),
      node('DFT', ['k', 'n'], ['kF'], { axis: 1 }),
      node('Reshape', ['uF', 'spectra'], ['uF4']),
      node('Split', ['uF4'], parts('u'), { axis: 3 }),
      node('Split', ['kF'], parts('k'), { axis: 2 }),
      node('Mul', ['uRe', 'kRe'], ['reRe']),
      node('Mul', ['uIm', 'kIm'], ['imIm']),
      node('Mul', ['uRe', 'kIm'], ['reIm']),
      node('Mul', ['uIm', 'kRe'], ['imRe']),
      node('Sub', ['reRe', 'imIm'], ['yRe']),
      node('Add', ['reIm', 'imRe'], ['yIm']),
      node('Concat', ['yRe', 'yIm'], ['yF4'], { axis: 3 }),
      node('Reshape', ['yF4', 'rows'], ['yF']),
      node('DFT', ['yF', 'n'], ['z'], { axis: 1, inverse: 1 }),
      node('Slice', ['z', 'from', 'to', 'axes'], ['y']),
    ],
  };
}

function product({ M, K, N }: MatmulCase): Graph {
  return {
    inputs: { a: [M, K], b: [K, N] },
    outputs: { y: [M, N] },
    nodes: [{ op: 'MatMul', inputs: ['a', 'b'], outputs: ['y'] }],
  };
}

/**
 * The library with a number of threads. That is fixed when the first session of a process opens, so the second number
 * gets the build for `require`, which has its own.
 */
async function open(threads: 1 | 2): Promise<typeof Ort> {
  const name = 'onnxruntime-web';
  const ort = threads === 1 ? await import(name) : createRequire(import.meta.url)(name);
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  return ort;
}

/** It keeps no tensors in its memory on wasm: inputs and outputs are copied in every run. */
async function prepare(
  threads: 1 | 2,
  graph: Graph,
  inputs: Readonly<Record<string, Float32Array>>,
): Promise<Prepared> {
  const ort = await open(threads);
  const session = await ort.InferenceSession.create(model(graph), {
    executionProviders: ['wasm'],
    // Its threads otherwise spin for a while after each run, in the samples of whoever comes next.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, values]) => [name, new ort.Tensor('float32', values, graph.inputs[name])]),
  );
  let result: Ort.Tensor | undefined;
  return {
    async run() {
      result = (await session.run(feeds))['y'];
    },
    finish: async () => {},
    read: async () => (await result?.getData()) as Float32Array,
    [Symbol.asyncDispose]: () => session.release(),
  };
}

export const peers: readonly Peer[] = ([1, 2] as const).map((threads) => ({
  name: `onnxruntime-web ${cpuName(threads)}`,
  backend: 'wasm',
  threads,
  longconv: (size) => prepare(threads, convolution(size), { ...longconvInputs(size) }),
  matmul: (size) => prepare(threads, product(size), { ...matmulInputs(size) }),
}));
