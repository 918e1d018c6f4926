import { setImmediate } from 'node:timers/promises';
import type { Trainer } from '../src/nn/train.js';
import { cosineWarmup } from '../src/optim/schedule.js';
import { Rng } from '../src/rng.js';
import type { TensorLike } from '../src/tensor.js';
import { EMPTY, type Position, modelOf, writeCheckpoint } from './checkpoint.js';
import { InterruptedError, TrainingError } from './errors.js';
import { countCorrect, evaluateSplit } from './evaluate.js';
import { appendLog } from './log.js';
import { type Output, duration, openProgress, percent } from './progress.js';
import { Recent } from './recent.js';
import { type Settings, runFiles } from './run.js';
import type { Batches, Task } from './tasks/task.js';

export interface LoopOptions {
  readonly folder: string;
  readonly settings: Settings;
  readonly task: Task;
  readonly trainer: Trainer<TensorLike>;
  /** Where to begin, and the seconds that it took to get there. */
  readonly start: { readonly position: Position; readonly seconds: number };
  /** Steps at the end of training. */
  readonly steps: number;
  /** Steps of one epoch. */
  readonly perEpoch: number;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Seconds between two checkpoints. */
  readonly checkpointEvery: number;
}

/**
 * Take steps, evaluate, log and save, from a position to the end of training.
 *
 * What happens at a step depends on its number only, checkpoints apart, so a run that was interrupted goes the same
 * way as one that was not. At every moment the folder's checkpoint is whole.
 *
 * @returns the last position and the seconds it took.
 * @throws {@link InterruptedError} after the signal, with the checkpoint written.
 * @throws {@link TrainingError} if the loss is not a number any more.
 */
export async function trainLoop(options: LoopOptions): Promise<{ position: Position; seconds: number }> {
  const { folder, settings, task, trainer, start, steps, perEpoch, signal } = options;
  const { config, seed } = settings;
  const files = runFiles(folder);
  const started = performance.now() - 1000 * start.seconds;
  const seconds = (): number => (performance.now() - started) / 1000;
  const limit = 60 * (config.maxMinutes ?? Infinity);
  const order = new Rng(seed).split('order');
  const recent = new Recent();
  const progress = openProgress(options.output, steps, start.position.step);

  let { position } = start;
  let saved = performance.now();
  const save = async (): Promise<void> => {
    writeCheckpoint(files.checkpoint, await trainer.state(), position);
    saved = performance.now();
  };

  const evaluate = async (): Promise<void> => {
    const { step } = position;
    const score = await evaluateSplit(trainer, task, 'validation', config.batchSize, { signal });
    const entry = { step, epoch: step / perEpoch, split: 'validation' as const, ...score, seconds: seconds() };
    appendLog(files.log, { kind: 'evaluation', ...entry });
    const { best: before } = position;
    const best =
      before !== undefined && before.accuracy >= score.accuracy ? before : { step, accuracy: score.accuracy };
    position = { ...position, evaluated: step, best };
    if (best !== before) writeCheckpoint(files.best, modelOf(await trainer.state()), position);
    await save();
    progress.line(
      `step ${step}: validation accuracy ${percent(score.accuracy, 2)}, loss ${score.loss.toFixed(3)}, ` +
        `best ${percent(best.accuracy, 2)} at step ${best.step}, ${duration(seconds())}`,
    );
  };

  let current: { readonly epoch: number; readonly batches: Batches } | undefined;
  const advance = async (): Promise<void> => {
    const from = performance.now();
    const { step, interval } = position;
    const epoch = Math.floor(step / perEpoch);
    if (current?.epoch !== epoch) {
      current = { epoch, batches: task.batches('train', order.split(epoch), config.batchSize) };
    }
    const batch = current.batches.at(step % perEpoch);
    const { loss, logits } = trainer.step(batch, step);
    const [value] = await loss.read();
    if (!Number.isFinite(value)) {
      throw new TrainingError(`the loss is ${value} at step ${step}; try a lower lr, or maxNorm to clip gradients`);
    }
    const correct = countCorrect(await logits.read(), batch.labels, task.classes);
    recent.add({ loss: value, correct, examples: batch.B, seconds: (performance.now() - from) / 1000 });
    position = {
      ...position,
      step: step + 1,
      interval: {
        steps: interval.steps + 1,
        examples: interval.examples + batch.B,
        loss: interval.loss + value,
        correct: interval.correct + correct,
      },
    };
  };

  const report = (): void => {
    const { step, interval } = position;
    const { secondsPerStep, ...means } = recent.means();
    const left = Math.min((steps - step) * secondsPerStep, limit - seconds());
    progress.update({ step, epoch: step / perEpoch, ...means, left });
    if (step % config.logEvery !== 0 && step !== steps) return;
    appendLog(files.log, {
      kind: 'train',
      step,
      epoch: step / perEpoch,
      loss: interval.loss / interval.steps,
      accuracy: interval.correct / interval.examples,
      lr: config.lr * cosineWarmup(step - 1, { warmup: config.warmup, total: config.steps }),
      seconds: seconds(),
    });
    position = { ...position, interval: EMPTY };
  };

  try {
    for (;;) {
      const { step, evaluated } = position;
      const ending = step >= steps || (step > 0 && seconds() >= limit);
      if (step > evaluated && (ending || step % config.evaluateEvery === 0)) await evaluate();
      if (ending) return { position, seconds: seconds() };
      signal.throwIfAborted();
      await advance();
      report();
      if (performance.now() - saved >= 1000 * options.checkpointEvery) await save();
      await setImmediate();
    }
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    await save();
    throw new InterruptedError(
      `stopped after step ${position.step}; continue with: longwave-lra train --resume ${folder}`,
    );
  } finally {
    progress.stop();
  }
}
