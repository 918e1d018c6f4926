import { Rng } from '../src/rng.js';
import type { TensorLike } from '../src/tensor.js';
import type { Device } from './devices.js';
import { type Timed, duration, interleave, quantile } from './sampling.js';

/** What a device reaches at best. */
export interface Ceiling {
  /** Bytes per second, read and written. */
  readonly copy: number;
  /** Operations per second, a multiply-add being two. */
  readonly matmul: number;
}

const COPY_ELEMENTS = 2 ** 23;
const [ROWS, INNER] = [4096, 128];
const ROUNDS = 9;
const SAMPLE_MS = 10;

/**
 * Measure what each device reaches at best: the bandwidth of scaling 32 MiB, and the rate of a [4096 x 128] by
 * [128 x 128] product. Medians, the devices in turn; results are given back unread, so that the next one finds its
 * memory in use already.
 */
export async function measureCeilings(devices: readonly Device[]): Promise<Map<string, Ceiling>> {
  const timed: Timed[] = [];
  const inputs: TensorLike[] = [];
  for (const { backend, finish } of devices) {
    const place = (values: Float32Array, ...shape: number[]): TensorLike => {
      const tensor = backend.tensor(values, shape);
      inputs.push(tensor);
      return tensor;
    };
    const x = place(new Float32Array(COPY_ELEMENTS).fill(1), COPY_ELEMENTS);
    const [a, b] = [place(random(ROWS * INNER), ROWS, INNER), place(random(INNER * INNER), INNER, INNER)];
    for (const operation of [() => backend.scale(x, 0.5), () => backend.matmul(a, b)]) {
      const run = (): void => operation().dispose();
      await duration({ run, finish });
      const repeats = Math.ceil(SAMPLE_MS / (await duration({ run, finish })));
      timed.push({ run, finish, repeats, most: ROUNDS, samples: [] });
    }
  }
  await interleave(timed);
  for (const tensor of inputs) tensor.dispose();
  const failure = timed.find((one) => one.failure !== undefined)?.failure;
  if (failure !== undefined) throw new Error(`measuring the devices: ${failure}`);
  const rate = (i: number, work: number): number => work / (quantile(timed[i].samples, 0.5) / 1e3);
  return new Map(
    devices.map(({ name }, i) => [
      name,
      { copy: rate(2 * i, 8 * COPY_ELEMENTS), matmul: rate(2 * i + 1, 2 * ROWS * INNER * INNER) },
    ]),
  );
}

function random(size: number): Float32Array {
  const rng = new Rng(1);
  return Float32Array.from({ length: size }, () => rng.uniform());
}
