import type { Ceiling } from './ceilings.js';
import { type BenchCase, type Benchmark, type Contender, type Prepared, type Row, WRONG } from './contender.js';
import { quietly } from './quiet.js';
import { reason } from './reason.js';
import { type Timed, duration, interleave, quantile } from './sampling.js';

export interface MeasureOptions {
  /** Samples of each contender; each round takes one, in turn. */
  readonly rounds: number;
  /** A sample repeats the operation until it lasts this long. */
  readonly sampleMs: number;
  /** A contender slower than this is sampled three times only. */
  readonly slowMs: number;
  readonly ceilings: ReadonlyMap<string, Ceiling>;
  readonly onProgress?: ((text: string) => void) | undefined;
}

interface Entrant<C extends BenchCase> extends Timed {
  readonly contender: Contender<C>;
  readonly prepared: Prepared;
  readonly error: number | undefined;
  /** Why the result is wrong, if it is. */
  readonly wrong: string | undefined;
  /** What a peer wrote to the console when its result was checked. */
  readonly said: readonly string[];
}

const SLOW_SAMPLES = 3;

/**
 * Time all contenders of a benchmark at one size, interleaved, after checking their results.
 *
 * @returns a row for each, fastest first; those that failed come last.
 */
export async function measure<C extends BenchCase>(
  bench: Benchmark<C>,
  size: C,
  contenders: readonly Contender<C>[],
  options: MeasureOptions,
): Promise<Row[]> {
  const expected = bench.expected?.(size);
  const failed: Row[] = [];
  const entrants: Entrant<C>[] = [];
  for (const contender of contenders) {
    options.onProgress?.(`${bench.name} ${size.label}: preparing ${contender.name}`);
    try {
      entrants.push(await enter(bench, size, contender, expected, options));
    } catch (error) {
      failed.push({ ...heading(bench, size, contender), status: 'failed', note: reason(error) });
    }
  }
  const onRound = (round: number): void =>
    options.onProgress?.(`${bench.name} ${size.label}: round ${round + 1} of ${options.rounds}`);
  await quietly([], () => interleave(entrants, onRound));
  const rows = entrants.map((entrant) => summarise(bench, size, entrant, options.ceilings));
  for (const { prepared } of entrants) await release(prepared);
  return [...rows.sort((a, b) => (a.median ?? Infinity) - (b.median ?? Infinity)), ...failed];
}

/** Prepare a contender, judge its result, and find out how often it fits into a sample. */
async function enter<C extends BenchCase>(
  bench: Benchmark<C>,
  size: C,
  contender: Contender<C>,
  expected: Float64Array | undefined,
  { rounds, sampleMs, slowMs }: MeasureOptions,
): Promise<Entrant<C>> {
  const said: string[] = [];
  const heard = <T>(work: () => Promise<T>): Promise<T> => (contender.peer ? quietly(said, work) : work());
  const prepared = await heard(() => contender.prepare(size));
  try {
    return await heard(async () => {
      await duration(prepared);
      const values = await prepared.read();
      const error = expected === undefined ? undefined : relativeError(values, expected);
      let once = await duration(prepared);
      if (once < sampleMs) once = Math.min(once, await duration(prepared));
      return {
        contender,
        prepared,
        error,
        wrong: judge(values, expected, error, contender.peer ? WRONG : (bench.bound?.(size) ?? WRONG)),
        said,
        run: () => prepared.run(),
        finish: () => prepared.finish(),
        repeats: Math.max(1, Math.round(sampleMs / Math.max(once, 1e-3))),
        most: once > slowMs ? Math.min(SLOW_SAMPLES, rounds) : rounds,
        samples: [],
      };
    });
  } catch (error) {
    await release(prepared);
    throw error;
  }
}

/** Why a result is wrong; undefined if it is right. */
function judge(
  values: ArrayLike<number>,
  expected: Float64Array | undefined,
  error: number | undefined,
  bound: number,
): string | undefined {
  if (expected !== undefined && values.length !== expected.length) {
    return `${values.length} values instead of ${expected.length}`;
  }
  if (error === undefined ? !Array.from(values).every(Number.isFinite) : Number.isNaN(error)) return 'not a number';
  return error === undefined || error <= bound ? undefined : `error above ${bound.toPrecision(2)}`;
}

/** What cannot be freed is of no concern to the other contenders. */
async function release(prepared: Prepared): Promise<void> {
  try {
    await prepared[Symbol.asyncDispose]();
  } catch {
    return;
  }
}

function heading(
  bench: { readonly name: string },
  size: BenchCase,
  { name, device, peer }: Contender<never>,
): Pick<Row, 'bench' | 'case' | 'name' | 'device' | 'peer'> {
  return { bench: bench.name, case: size.label, name, device, peer };
}

function summarise<C extends BenchCase>(
  bench: Benchmark<C>,
  size: C,
  { contender, samples, failure, error, wrong, said }: Entrant<C>,
  ceilings: ReadonlyMap<string, Ceiling>,
): Row {
  const head = heading(bench, size, contender);
  if (failure !== undefined) return { ...head, status: 'failed', note: failure };
  const median = quantile(samples, 0.5);
  const perSecond = (work: number): number => work / (median / 1e3);
  const { bytes } = size;
  const ceiling = ceilings.get(contender.device);
  return {
    ...head,
    status: wrong === undefined ? 'ok' : 'wrong',
    note: wrong === undefined ? undefined : [wrong, ...said.slice(0, 1)].join('; '),
    samples: samples.length,
    median,
    p20: quantile(samples, 0.2),
    p80: quantile(samples, 0.8),
    error: Number.isNaN(error) ? undefined : error,
    gflops: perSecond(size.flops) / 1e9,
    gbs: bytes === undefined ? undefined : perSecond(bytes) / 1e9,
    shareOfPeak: ceiling && perSecond(size.flops) / ceiling.matmul,
    shareOfCopy: ceiling && bytes !== undefined ? perSecond(bytes) / ceiling.copy : undefined,
  };
}

/** RMS of the difference over RMS of the expectation; NaN if a value is none or the lengths differ. */
export function relativeError(got: ArrayLike<number>, expected: Float64Array): number {
  if (got.length !== expected.length) return NaN;
  let [differences, squares] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    differences += (got[i] - expected[i]) ** 2;
    squares += expected[i] ** 2;
  }
  return Math.sqrt(differences / squares);
}
