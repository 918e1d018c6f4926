import { Bench } from 'tinybench';
import type { BenchCase, BenchOptions, Benchmark, Contender, Prepared, Row } from './contender.js';
import { WRONG } from './contender.js';

/** Copy bandwidth, bytes per second, and matmul rate, flops per second, of a device. */
export interface Ceiling {
  readonly copy: number;
  readonly matmul: number;
}

export interface MeasureOptions extends BenchOptions {
  /** Samples of each contender; each round takes one, in turn. */
  readonly rounds: number;
  /** A sample repeats the operation until it lasts this long. */
  readonly sampleMs: number;
  /** A contender slower than this is sampled three times only. */
  readonly slowMs: number;
  readonly ceilings: ReadonlyMap<string, Ceiling>;
  readonly onProgress?: (text: string) => void;
}

interface Entrant {
  readonly contender: Contender<BenchCase>;
  readonly prepared: Prepared;
  readonly error: number | undefined;
  /** Operations in one sample. */
  readonly repeats: number;
  readonly samples: number[];
  readonly most: number;
}

/** Time all contenders of a benchmark at one size, interleaved, after checking their results. */
export async function measure<C extends BenchCase>(
  bench: Benchmark<C>,
  size: C,
  contenders: readonly Contender<C>[],
  options: MeasureOptions,
): Promise<Row[]> {
  const expected = bench.expected?.(size);
  const rows: Row[] = [];
  const entrants: Entrant[] = [];
  for (const contender of contenders) {
    const { name, device, peer } = contender;
    options.onProgress?.(`${bench.name} ${size.label}: preparing ${name}`);
    try {
      const prepared = await contender.prepare(size);
      await once(prepared);
      const error = expected === undefined ? undefined : largestError(await prepared.read(), expected);
      if (!peer && error !== undefined && !(error <= bench.bound)) {
        throw new Error(`the result is off by ${error}, more than ${bench.bound}`);
      }
      const first = Math.max(await once(prepared), 1e-3);
      entrants.push({
        contender: contender as Contender<BenchCase>,
        prepared,
        error,
        repeats: Math.max(1, Math.round(options.sampleMs / first)),
        samples: [],
        most: first > options.slowMs ? 3 : options.rounds,
      });
    } catch (thrown) {
      const note = thrown instanceof Error ? (thrown.message.split('\n')[0] as string) : `${thrown}`;
      rows.push({ bench: bench.name, case: size.label, name, device, peer, status: 'failed', note });
    }
  }
  for (let round = 0; round < options.rounds; round++) {
    options.onProgress?.(`${bench.name} ${size.label}: round ${round + 1} of ${options.rounds}`);
    await sample(entrants.filter(({ samples, most }) => samples.length < most));
  }
  for (const { contender, prepared, error, samples } of entrants) {
    rows.push(summarise(bench.name, size, contender, samples, error, options.ceilings.get(contender.device)));
    await prepared[Symbol.asyncDispose]();
  }
  return rows.sort((a, b) => (a.median ?? Infinity) - (b.median ?? Infinity));
}

/** One sample of each. */
async function sample(entrants: readonly Entrant[]): Promise<void> {
  const round = new Bench({ iterations: 1, time: 0, warmup: false, throws: true, retainSamples: true });
  for (const [i, { prepared, repeats, samples }] of entrants.entries()) {
    round.add(
      `${i}`,
      async () => {
        const start = performance.now();
        for (let n = 0; n < repeats; n++) await prepared.run();
        await prepared.finish();
        const overriddenDuration = (performance.now() - start) / repeats;
        samples.push(overriddenDuration);
        return { overriddenDuration };
      },
      { async: true },
    );
  }
  await round.run();
}

async function once(prepared: Prepared): Promise<number> {
  const start = performance.now();
  await prepared.run();
  await prepared.finish();
  return performance.now() - start;
}

function summarise(
  bench: string,
  size: BenchCase,
  { name, device, peer }: Contender<BenchCase>,
  samples: readonly number[],
  error: number | undefined,
  ceiling: Ceiling | undefined,
): Row {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (p: number): number => sorted[Math.round(p * (sorted.length - 1))];
  const median = at(0.5);
  const [flopRate, byteRate] = [size.flops / (median / 1e3), size.bytes / (median / 1e3)];
  return {
    bench,
    case: size.label,
    name,
    device,
    peer,
    status: error !== undefined && !(error <= WRONG) ? 'wrong' : 'ok',
    samples: samples.length,
    median,
    p20: at(0.2),
    p80: at(0.8),
    ...(error === undefined ? {} : { error }),
    gflops: flopRate / 1e9,
    gbs: byteRate / 1e9,
    ...(ceiling === undefined
      ? {}
      : { shareOfPeak: flopRate / ceiling.matmul, shareOfCopy: byteRate / ceiling.copy }),
  };
}

/** Largest difference over the RMS of the expectation; NaN where a value is missing. */
function largestError(got: ArrayLike<number>, expected: Float64Array): number {
  if (got.length !== expected.length) return NaN;
  let [largest, squares] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(got[i] - expected[i]);
    if (!(difference <= largest)) largest = difference;
    squares += expected[i] ** 2;
  }
  return largest / Math.sqrt(squares / expected.length);
}
