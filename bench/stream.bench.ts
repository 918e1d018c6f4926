import type { Param } from '../src/autograd/params.js';
import { Tape, type Var } from '../src/autograd/tape.js';
import { type Classifier, classifier, initClassifier } from '../src/nn/classifier.js';
import { type ClassifierConfig, classifierConfig } from '../src/nn/config.js';
import { type HostArray, disposeParams, placeParams } from '../src/nn/params.js';
import { openStream } from '../src/nn/stream.js';
import { Rng } from '../src/rng.js';
import type { TensorLike } from '../src/tensor.js';
import type { BenchCase, Benchmark, Contender, Prepared } from './contender.js';
import type { Device } from './devices.js';

/** The next output of a causal model of `depth` blocks after L - 1 positions of one sequence. */
export interface StreamCase extends BenchCase {
  readonly mixer: 's4d' | 's4';
  readonly H: number;
  readonly L: number;
  readonly depth: number;
}

const STATE = 64;
const VOCAB = 256;
const CLASSES = 10;

const cases: StreamCase[] = (['s4d', 's4'] as const).map((mixer) => {
  const [H, L, depth] = [256, 4096, 6];
  // The output layer's product, H to 2H, for one position.
  return { label: `${mixer} ${depth} blocks ${H}x${L}`, mixer, H, L, depth, flops: depth * 2 * 2 * H * H };
});

/** By the recurrence, from the state; and by convolution, from all L positions. */
export const streamBench: Benchmark<StreamCase> = {
  name: 'stream',
  cases,
  contenders: async (devices) => devices.flatMap((device) => [recurrence(device), convolution(device)]),
};

function model({ mixer, H, L, depth }: StreamCase): {
  config: ClassifierConfig;
  params: Classifier<Param<HostArray>>;
} {
  const config = classifierConfig({
    classes: CLASSES,
    vocab: VOCAB,
    dModel: H,
    depth,
    lMax: L,
    pool: 'last',
    mixer: { kind: mixer, dState: STATE },
  });
  return { config, params: initClassifier(new Rng(1), config) };
}

function recurrence({ name, backend, finish }: Device): Contender<StreamCase> {
  return {
    name: `longwave ${name}, one step`,
    device: name,
    peer: false,
    async prepare(size): Promise<Prepared> {
      const { config, params: host } = model(size);
      const params = placeParams(backend, host) as Classifier<Param<TensorLike>>;
      const stream = await openStream(backend, params, config, { B: 1 });
      const token = backend.tensor([1], [1, 1], 'u32');
      let logits: TensorLike | undefined;
      return {
        run() {
          stream.step(token).dispose();
          logits?.dispose();
          logits = stream.logits();
        },
        finish,
        read: async () => (logits === undefined ? [] : logits.read()),
        async [Symbol.asyncDispose]() {
          logits?.dispose();
          stream.dispose();
          token.dispose();
          disposeParams(params);
        },
      };
    },
  };
}

function convolution({ name, backend, finish }: Device): Contender<StreamCase> {
  return {
    name: `longwave ${name}, all positions`,
    device: name,
    peer: false,
    async prepare(size): Promise<Prepared> {
      const { config, params: host } = model(size);
      const params = placeParams(backend, host) as Classifier<Param<TensorLike>>;
      const tokens = backend.tensor(new Uint32Array(size.L).fill(1), [1, size.L], 'u32');
      let logits: TensorLike | undefined;
      return {
        run() {
          logits?.dispose();
          using tape = new Tape(backend);
          const vars = tape.constants(params) as Classifier<Var<TensorLike>>;
          logits = tape.take(classifier(vars, tape.input(tokens), config));
        },
        finish,
        read: async () => (logits === undefined ? [] : logits.read()),
        async [Symbol.asyncDispose]() {
          logits?.dispose();
          tokens.dispose();
          disposeParams(params);
        },
      };
    },
  };
}
