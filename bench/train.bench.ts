import { classifierConfig, createTrainer, initClassifier } from '../src/nn.js';
import { Rng } from '../src/rng.js';
import type { TensorLike } from '../src/tensor.js';
import type { BenchCase, Benchmark, Contender } from './contender.js';
import type { Device } from './devices.js';

/** One optimiser step of an S4D classifier of `depth` blocks. */
export interface TrainCase extends BenchCase {
  readonly B: number;
  readonly H: number;
  readonly L: number;
  readonly depth: number;
}

const sizes = [
  [16, 128, 1024, 4],
  [16, 64, 1024, 4],
] as const;

const STATE = 64;

const cases: TrainCase[] = sizes.map(([B, H, L, depth]) => ({
  label: `S4D ${depth} blocks ${B}x${H}x${L}`,
  B,
  H,
  L,
  depth,
  flops: depth * (productFlops(B, H, L) + transformFlops(B, H, L) + kernelFlops(H, L)),
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

/** Complex multiply-adds of the kernel's sum over N/2 modes: forward, and in the gradients of A and C. */
function kernelFlops(H: number, L: number): number {
  return 3 * 8 * H * (STATE / 2) * L;
}

/** Batches are copied from the host in every step, as in training. Encoder, decoder and elementwise work are not counted. */
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
    async prepare({ B, H, L, depth }) {
      const config = classifierConfig({ classes: 10, dModel: H, depth, mixer: { kind: 's4d', dState: STATE } });
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
