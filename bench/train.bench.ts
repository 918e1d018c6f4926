import { classifierConfig, createTrainer, initClassifier } from '../src/nn.js';
import { Rng } from '../src/rng.js';
import type { TensorLike } from '../src/tensor.js';
import type { BenchCase, Benchmark, Contender } from './contender.js';
import type { Device } from './devices.js';

/** One optimiser step of a classifier of `depth` blocks. */
export interface TrainCase extends BenchCase {
  readonly kind: 's4d' | 's4';
  readonly B: number;
  readonly H: number;
  readonly L: number;
  readonly depth: number;
}

const sizes = [
  ['s4d', 16, 128, 1024, 4],
  ['s4d', 16, 64, 1024, 4],
  ['s4', 16, 128, 1024, 4],
] as const;

const STATE = 64;

/** The kernel's sums over N/2 modes: forward, and twice that in the gradients. */
const kernelFlops = {
  /** Complex multiply-adds, for each sample. */
  s4d: (H: number, L: number): number => 3 * 8 * H * (STATE / 2) * L,
  /** For each node and mode a reciprocal and four sums of two real weights. */
  s4: (H: number, L: number): number => 3 * (10 + 4 * 8) * H * (STATE / 2) * (L / 2 + 1),
};

const cases: TrainCase[] = sizes.map(([kind, B, H, L, depth]) => ({
  label: `${kind.toUpperCase()} ${depth} blocks ${B}x${H}x${L}`,
  kind,
  B,
  H,
  L,
  depth,
  flops: depth * (productFlops(B, H, L) + transformFlops(B, H, L) + kernelFlops[kind](H, L)),
}));

/** The output layer, H to 2H: forward and both gradients. */
function productFlops(B: number, H: number, L: number): number {
  return 3 * 2 * (2 * H * H) * B * L;
}

/**
 * Complex transforms of 2L points at 5 n log2 n each, two real rows in one: of u there and back, of its gradient there
 * and back, of k there, of its gradient back.
 */
function transformFlops(B: number, H: number, L: number): number {
  const n = 2 ** Math.ceil(Math.log2(2 * L));
  return ((4 * B * H + 2 * H) / 2) * 5 * n * Math.log2(n);
}

/**
 * Batches are copied from the host in every step, as in training. Encoder, decoder and elementwise work are not
 * counted.
 */
export const trainBench: Benchmark<TrainCase> = {
  name: 'train',
  cases,
  contenders: async (devices) => devices.map(trainer),
};

function trainer({ name, backend, finish }: Device): Contender<TrainCase> {
  return {
    name: `longwave ${name}`,
    device: name,
    peer: false,
    async prepare({ kind, B, H, L, depth }) {
      const config = classifierConfig({ classes: 10, dModel: H, depth, lMax: L, mixer: { kind, dState: STATE } });
      const params = initClassifier(new Rng(1), config);
      const optim = { lr: 0.01, weightDecay: 0.05, warmup: 1, total: 1e6 };
      const trainer = createTrainer({ backend, config, params, optim, seed: 1 });
      const rng = new Rng(2);
      const batch = {
        B,
        L,
        x: Float32Array.from({ length: B * L }, () => rng.normal()),
        labels: Uint32Array.from({ length: B }, () => rng.integer(10)),
      };
      let loss: TensorLike | undefined;
      return {
        run() {
          loss = trainer.step(batch, trainer.steps).loss;
        },
        finish,
        read: async () => (loss === undefined ? [] : loss.read()),
        async [Symbol.asyncDispose]() {
          trainer.dispose();
        },
      };
    },
  };
}
