/** @file The ListOps task: what is the value of a nested list of up to 2000 symbols? */

import type { Rng } from '../../src/rng.js';
import {
  type Expressions,
  type GeneratorOptions,
  LRA_LISTOPS,
  countOf,
  expressionAt,
  generateListops,
  hashOf,
  lengthAt,
} from './listops-data.js';
import { SYMBOLS } from './listops-grammar.js';
import { readFolder } from './listops-files.js';
import { type Batches, type DataFacts, type SplitName, type Task, type TaskBatch, sizeDifferences } from './task.js';

type Sets = Readonly<Record<SplitName, Expressions>>;

const EOS = 2;
const FIRST_SYMBOL = 3;

/** Padding is 0, an unknown symbol 1, the end 2, then the 15 symbols. */
export const VOCAB: number = FIRST_SYMBOL + SYMBOLS.length;

export interface ListopsOptions extends GeneratorOptions {
  /** Append the end symbol to each expression. */
  readonly eos: boolean;
  /** Lengths that batches are padded to, ascending: the smallest that fits the longest of a batch. */
  readonly buckets: readonly number[];
}

/**
 * The ListOps task.
 *
 * @param folder - holds the release's three files or such as `generate` writes; without it expressions are drawn.
 * @throws DataError as {@link readFolder}.
 */
export async function openListops(options: ListopsOptions, folder?: string): Promise<Task> {
  const { sets, generated }: Awaited<ReturnType<typeof readFolder>> =
    folder === undefined ? { sets: generateListops(options), generated: options } : await readFolder(folder);
  return listopsTask(sets, options, describeData(sets, generated, folder));
}

/** @param drawn - how the expressions were drawn, if by this program. */
function describeData(sets: Sets, drawn: GeneratorOptions | undefined, folder: string | undefined): DataFacts {
  const count = { train: countOf(sets.train), validation: countOf(sets.validation), test: countOf(sets.test) };
  const differences = sizeDifferences(count, LRA_LISTOPS);
  const lengths = Object.values(sets).flatMap((set) =>
    Array.from({ length: countOf(set) }, (_, i) => lengthAt(set, i)),
  );
  const [shortest, longest] = lengths.reduce(([min, max], l) => [Math.min(min, l), Math.max(max, l)], [Infinity, 0]);
  const { minLength, maxLength } = LRA_LISTOPS;
  if (shortest <= minLength || longest >= maxLength) {
    differences.push(`lengths ${shortest} to ${longest} instead of ${minLength + 1} to ${maxLength - 1}`);
  }
  for (const key of ['maxDepth', 'maxArgs'] as const) {
    if (drawn !== undefined && drawn[key] !== LRA_LISTOPS[key]) {
      differences.push(`${key} ${drawn[key]} instead of ${LRA_LISTOPS[key]}`);
    }
  }
  const origin = drawn === undefined ? [] : [`own examples, drawn by the published rules with seed ${drawn.seed}`];
  return {
    count,
    hash: hashOf(sets.train, sets.validation, sets.test),
    source: [...origin, ...(folder === undefined ? [] : [`files in ${folder}`])].join(', '),
    benchmark: drawn === undefined,
    differences,
  };
}

function listopsTask(sets: Sets, options: ListopsOptions, data: DataFacts): Task {
  const extra = options.eos ? 1 : 0;
  const buckets = [...options.buckets].sort((a, b) => a - b);
  const lengthOf = (set: Expressions, i: number): number => lengthAt(set, i) + extra;
  const longest = Math.max(...Object.values(sets).map(longestOf)) + extra;
  const bucketOf = (length: number): number => buckets.find((bucket) => bucket >= length) ?? longest;

  const load = (set: Expressions, rows: ArrayLike<number>, count: number): TaskBatch => {
    const B = rows.length;
    const lengths = Uint32Array.from(rows, (i) => lengthOf(set, i));
    const L = bucketOf(Math.max(...lengths));
    const tokens = new Uint32Array(B * L);
    for (let b = 0; b < B; b++) {
      const expression = expressionAt(set, rows[b]);
      for (let t = 0; t < expression.length; t++) tokens[b * L + t] = FIRST_SYMBOL + expression[t];
      if (options.eos) tokens[b * L + expression.length] = EOS;
    }
    return { B, L, tokens, lengths, labels: Uint32Array.from(rows, (i) => set.labels[i]), count };
  };

  return {
    name: 'listops',
    vocab: VOCAB,
    length: bucketOf(longest),
    classes: 10,
    data,
    labels: (split) => sets[split].labels,
    batches(split, rng, batchSize): Batches {
      const set = sets[split];
      const size = (i: number): number => bucketOf(lengthOf(set, i));
      const plan =
        rng === undefined ? inOrder(countOf(set), batchSize, size) : shuffled(rng, countOf(set), batchSize, size);
      return { length: plan.length, at: (index) => load(set, fill(plan[index], batchSize), plan[index].length) };
    },
  };
}

function longestOf(set: Expressions): number {
  let longest = 0;
  for (let i = 0; i < countOf(set); i++) longest = Math.max(longest, lengthAt(set, i));
  return longest;
}

/** All examples, short ones first. */
function inOrder(count: number, batchSize: number, size: (i: number) => number): number[][] {
  const rows = Array.from({ length: count }, (_, i) => i).sort((a, b) => size(a) - size(b) || a - b);
  return chunks(rows, batchSize);
}

/**
 * Batches of examples that share a bucket, in random order. What is left over in the buckets forms mixed batches at the
 * end, and of those an incomplete one is left out.
 */
function shuffled(rng: Rng, count: number, batchSize: number, size: (i: number) => number): number[][] {
  const open = new Map<number, number[]>();
  const plan: number[][] = [];
  for (const i of rng.permutation(count)) {
    const bucket = open.get(size(i)) ?? [];
    bucket.push(i);
    if (bucket.length === batchSize) plan.push(bucket);
    open.set(size(i), bucket.length === batchSize ? [] : bucket);
  }
  const left = [...open].sort(([a], [b]) => b - a).flatMap(([, rows]) => rows);
  return [...plan, ...chunks(left, batchSize).filter((rows) => rows.length === batchSize)];
}

function chunks(rows: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));
}

/** Repeat the last row until there are `size`. */
function fill(rows: readonly number[], size: number): number[] {
  return [...rows, ...new Array<number>(size - rows.length).fill(rows[rows.length - 1])];
}
