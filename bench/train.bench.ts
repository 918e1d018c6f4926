import { classifierConfig, createTrainer, initClassifier } from '../src/nn.js';
import { Rng } from '../src/rng.js';
import type { BenchCase, Benchmark } from './contender.js';
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

const cases: TrainCase[] = sizes.map(([B, H, L, depth]) => ({
  label: `S4D ${depth} blocks, ${B}x${H}x${L}, N = 64`,
  B,
  H,
  L,
  depth,
  // Each block keeps about ten activations and reads or writes each about three times.
  bytes: depth * 30 * 4 * B * H * L,
  flops: depth * (productFlops(B, H, L) + transformFlops(B, H, L)),
}));

/** The output layer, H to 2H, forward and both gradients. */
function productFlops(B: number, H: number, L: number): number {
  return 3 * 2 * (2 * H * H) * B * L;
}

/** Five complex transforms of 2L points for each pair of rows: two forward, three in the gradient; three for k. */
function transformFlops(B: number, H: number, L: number): number {
  const n = 2 ** Math.ceil(Math.log2(2 * L));
  return ((5 * B * H) / 2 + (3 * H) / 2) * 5 * n * Math.log2(n);
}

export function trainBench(devices: readonly Device[]): Benchmark<TrainCase> {
  return {
    name: 'train',
    cases,
    bound: Infinity,
    contenders: async () =>
      devices.map(({ name, backend, finish }) => ({
        name: `longwave ${name}`,
        device: name,
        peer: false,
        async prepare({ B, H, L, depth }: TrainCase) {
          const config = classifierConfig({ classes: 10, dModel: H, depth });
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
          let index = 0;
          let loss = backend.zeros([1]);
          return {
            run() {
              loss = trainer.step(batch, index++).loss;
            },
            finish,
            read: () => loss.read(),
            async [Symbol.asyncDispose]() {
              trainer.dispose();
            },
          };
        },
      })),
  };
}
