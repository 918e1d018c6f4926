import type { Rng } from '../../src/rng.js';
import type { Batch } from '../../src/nn/train.js';

export type SplitName = 'train' | 'validation' | 'test';

export const SPLITS: readonly SplitName[] = ['train', 'validation', 'test'];

/** A batch with labels. Rows from `count` on repeat others to fill it and do not count in an evaluation. */
export interface TaskBatch extends Batch {
  readonly labels: Uint32Array;
  readonly count: number;
}

/** The batches of one pass over a split, made when asked for. */
export interface Batches {
  readonly length: number;
  at(index: number): TaskBatch;
}

/** What a run's data are, for its result and for the benchmark's rules. */
export interface DataFacts {
  readonly count: Readonly<Record<SplitName, number>>;
  /** SHA-256 of all splits. */
  readonly hash: string;
  /** Where the data come from, in words. */
  readonly source: string;
  /** Whether they are the benchmark's own examples in its own splits, as far as can be told. */
  readonly benchmark: boolean;
  /** In what the data differ from those of the benchmark, in words; empty if in nothing. */
  readonly differences: readonly string[];
}

/** A data set of the Long Range Arena, in memory. */
export interface Task {
  readonly name: string;
  /** Number of different tokens; 0 where a position is one real number. */
  readonly vocab: number;
  /** Longest sequence, with what pads it. */
  readonly length: number;
  readonly classes: number;
  readonly data: DataFacts;
  labels(split: SplitName): Uint8Array;
  /**
   * One pass over a split.
   *
   * @param rng - shuffles for training: an incomplete batch is left out. Without it every example occurs once, and
   *   the last batch is filled up.
   */
  batches(split: SplitName, rng: Rng | undefined, batchSize: number): Batches;
}

/** The most frequent class of a split and its share: what a model reaches that ignores its input. */
export function majority(labels: Uint8Array, classes: number): { label: number; share: number } {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]++;
  const most = Math.max(...counts);
  return { label: counts.indexOf(most), share: most / labels.length };
}

/** In which splits a data set's size is not the benchmark's, in words. */
export function sizeDifferences(
  count: Readonly<Record<SplitName, number>>,
  expected: Readonly<Record<SplitName, number>>,
): string[] {
  return SPLITS.filter((split) => count[split] !== expected[split]).map(
    (split) => `${count[split]} ${split} examples instead of ${expected[split]}`,
  );
}
