import type * as Ort from 'onnxruntime-web';
import type { Prepared } from '../contender.js';
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

async function prepare(graph: Graph, inputs: Readonly<Record<string, Float32Array>>): Promise<Prepared> {
  const ort = await import('onnxruntime-web');
  // Its threads are fixed at the first session of a process.
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(model(graph), { executionProviders: ['wasm'] });
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, values]) => [
      name,
      new ort.Tensor('float32', values, graph.inputs[name] as number[]),
    ]),
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

export const peers: readonly Peer[] = [
  {
    name: 'onnxruntime-web wasm',
    backend: 'wasm',
    threads: 1,
    longconv: async (size) => {
      const { u, k } = longconvInputs(size);
      return prepare(convolution(size), { u, k });
    },
    matmul: async (size) => {
      const { a, b } = matmulInputs(size);
      return prepare(product(size), { a, b });
    },
  },
];
