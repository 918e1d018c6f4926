import { setImmediate } from 'node:timers/promises';
import type { Trainer } from '../src/nn/train.js';
import type { TensorLike } from '../src/tensor.js';
import type { SplitName, Task } from './tasks/task.js';

/** Loss is the mean cross-entropy, nats. */
export interface Score {
  readonly accuracy: number;
  readonly loss: number;
}

/**
 * Evaluate a model on every example of a split.
 *
 * @param options.onProgress - called with the share that is done.
 * @throws the signal's reason once it is aborted.
 */
export async function evaluateSplit(
  trainer: Trainer<TensorLike>,
  task: Task,
  split: SplitName,
  batchSize: number,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((share: number) => void) | undefined;
  } = {},
): Promise<Score> {
  const batches = task.batches(split, undefined, batchSize);
  const sum = { correct: 0, loss: 0, examples: 0 };
  for (let i = 0; i < batches.length; i++) {
    options.signal?.throwIfAborted();
    const { labels, count, ...batch } = batches.at(i);
    using logits = trainer.logits(batch);
    const values = await logits.read();
    for (let b = 0; b < count; b++) {
      const row = values.subarray(b * task.classes, (b + 1) * task.classes);
      sum.correct += Number(argmax(row) === labels[b]);
      sum.loss += crossEntropy(row, labels[b]);
    }
    sum.examples += count;
    options.onProgress?.((i + 1) / batches.length);
    await setImmediate();
  }
  return { accuracy: sum.correct / sum.examples, loss: sum.loss / sum.examples };
}

/** Number of rows of logits [B, classes] whose largest entry is at the label. */
export function countCorrect(
  logits: Float32Array | Float64Array | Uint32Array,
  labels: Uint32Array,
  classes: number,
): number {
  let correct = 0;
  for (let b = 0; b < labels.length; b++) {
    correct += Number(argmax(logits.subarray(b * classes, (b + 1) * classes)) === labels[b]);
  }
  return correct;
}

function argmax(row: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < row.length; k++) if (row[k] > row[best]) best = k;
  return best;
}

function crossEntropy(row: ArrayLike<number>, label: number): number {
  const largest = row[argmax(row)];
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += Math.exp(row[k] - largest);
  return largest + Math.log(sum) - row[label];
}
