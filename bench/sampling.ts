import { Bench } from 'tinybench';
import type { Prepared } from './contender.js';
import { reason } from './reason.js';

/** Something to be timed, and what has been measured of it. */
export interface Timed {
  readonly run: Prepared['run'];
  readonly finish: Prepared['finish'];
  /** Operations in one sample. */
  readonly repeats: number;
  /** Samples wanted. */
  readonly most: number;
  /** Milliseconds of one operation, one for each round. */
  readonly samples: number[];
  /** Why it stopped, if it did. */
  failure?: string;
}

/** Depths of the stack at which samples are taken, in frames. They cover a page. */
const DEPTHS = 64;
/** From one round to the next; odd, so that every depth has its turn. */
const STEP = 23;

/**
 * Time some operations in turn: every round takes one sample of each, starting with another one each time, so that
 * whatever slows the machine down for a while slows down all. One that throws is left out of the rounds that follow.
 *
 * Every round runs at another depth of the stack. Compiled WebAssembly keeps vectors there in slots of 16 bytes at
 * multiples of 8. One in an inner loop that straddles two pages makes a kernel up to three times as slow: at one depth
 * of fifty or so, where all samples of a process might lie.
 */
export async function interleave(all: readonly Timed[], onRound: (round: number) => void = () => {}): Promise<void> {
  for (let round = 0; ; round++) {
    const left = all.filter(({ samples, most, failure }) => failure === undefined && samples.length < most);
    if (left.length === 0) return;
    onRound(round);
    const first = round % left.length;
    await sample([...left.slice(first), ...left.slice(0, first)], (round * STEP) % DEPTHS);
  }
}

/** One sample of each, so many frames deeper. */
async function sample(turn: readonly Timed[], frames: number): Promise<void> {
  const bench = new Bench({ iterations: 1, time: 0, warmup: false });
  for (const [i, timed] of turn.entries()) {
    const run = (): unknown => deeper(frames, timed.run);
    const task = { run, finish: timed.finish };
    bench.add(`${i}`, async () => ({ overriddenDuration: (await duration(task, timed.repeats)) / timed.repeats }), {
      async: true,
    });
  }
  for (const [i, { result }] of (await bench.run()).entries()) {
    if (result.state === 'completed') turn[i].samples.push(result.latency.p50);
    else turn[i].failure = result.state === 'errored' ? reason(result.error) : result.state;
  }
}

function deeper<T>(frames: number, run: () => T): T {
  return frames === 0 ? run() : deeper(frames - 1, run);
}

/** Milliseconds until so many operations are done. */
export async function duration({ run, finish }: Pick<Timed, 'run' | 'finish'>, repeats = 1): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < repeats; n++) await run();
  await finish();
  return performance.now() - start;
}

/** A value that a share p of the samples does not exceed, interpolated between the two nearest. */
export function quantile(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below] + (at - below) * (sorted[Math.ceil(at)] - sorted[below]);
}
