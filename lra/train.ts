import { existsSync } from 'node:fs';
import { DataError } from '../src/errors.js';
import type { Trainer } from '../src/nn/train.js';
import { Rng } from '../src/rng.js';
import type { TensorLike } from '../src/tensor.js';
import type { OpenBackend } from './backend.js';
import { EMPTY, type Position, readCheckpoint } from './checkpoint.js';
import { UsageError } from './errors.js';
import { type Score, evaluateSplit } from './evaluate.js';
import { sha256, writeAtomic } from './files.js';
import { truncateLog } from './log.js';
import { type LoopOptions, trainLoop } from './loop.js';
import { openModel } from './model.js';
import { version } from './package.js';
import type { Result } from './result.js';
import { type Settings, runFiles } from './run.js';
import { type SplitName, type Task, majority } from './tasks/task.js';

export interface TrainOptions extends Omit<LoopOptions, 'trainer' | 'start' | 'steps' | 'perEpoch'> {
  readonly device: OpenBackend;
}

/**
 * Train, from the run folder's checkpoint if there is one; keep the model that is best on the validation split, and
 * test that one.
 *
 * @returns what result.json then holds.
 * @throws InterruptedError and TrainingError as {@link trainLoop}.
 * @throws {@link DataError} if the checkpoint is damaged, or was made with other data or another configuration.
 */
export async function train(options: TrainOptions): Promise<Result> {
  const { folder, settings, task, device, output } = options;
  const { config, seed, preset, overrides } = settings;
  const plan = planOf(task, config);
  const { trainer, parameters } = openModel(device.backend, config, task, seed);
  let done: Awaited<ReturnType<typeof trainLoop>>;
  try {
    const start = restore(folder, settings, task, trainer);
    output.write(
      `${parameters} parameters; ${plan.steps} steps of ${config.batchSize} sequences, ${plan.perEpoch} an epoch` +
        `${start.position.step > 0 ? `; going on from step ${start.position.step}` : ''}\n`,
    );
    done = await trainLoop({ ...options, trainer, start, ...plan });
  } finally {
    trainer.dispose();
  }
  const validation = await scoreBest(options, 'validation');
  const test = await scoreBest(options, 'test');
  const { step, best } = done.position;
  const result: Result = {
    task: task.name,
    model: config.model,
    preset,
    seed,
    overrides,
    accuracy: { validation: validation.accuracy, test: test.accuracy },
    loss: { validation: validation.loss, test: test.loss },
    majority: majority(task.labels('test'), task.classes),
    parameters,
    steps: step,
    bestStep: best?.step ?? step,
    epochs: step / plan.perEpoch,
    seconds: done.seconds,
    stopped: step < plan.steps ? 'minutes' : plan.stopped,
    backend: settings.backend,
    device: device.description,
    version,
    data: task.data,
    config,
  };
  writeAtomic(runFiles(folder).result, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

/** Steps to take, what sets their number, and the steps of an epoch. */
function planOf(
  task: Task,
  { batchSize, steps, epochs = Infinity }: Settings['config'],
): { steps: number; stopped: 'steps' | 'epochs'; perEpoch: number } {
  const perEpoch = task.batches('train', new Rng(0), batchSize).length;
  if (perEpoch === 0) {
    throw new UsageError(`batchSize is ${batchSize}, but there are only ${task.data.count.train} training examples`);
  }
  const most = Math.floor(epochs * perEpoch);
  return most < steps ? { steps: most, stopped: 'epochs', perEpoch } : { steps, stopped: 'steps', perEpoch };
}

/** Where a run stands before its first step. */
export function beginningOf({ seed, config }: Settings, task: Task): Position {
  const hash = sha256(Buffer.from(JSON.stringify({ seed, config })));
  return { step: 0, evaluated: 0, interval: EMPTY, data: task.data.hash, config: hash };
}

/** Bring the trainer and the log to the state of the checkpoint, or to the beginning if there is none. */
function restore(
  folder: string,
  settings: Settings,
  task: Task,
  trainer: Trainer<TensorLike>,
): LoopOptions['start'] {
  const files = runFiles(folder);
  const beginning = beginningOf(settings, task);
  if (!existsSync(files.checkpoint)) {
    truncateLog(files.log, beginning);
    return { position: beginning, seconds: 0 };
  }
  const { arrays, position } = readCheckpoint(files.checkpoint);
  if (position.data !== beginning.data) {
    throw new DataError(`${files.checkpoint}: was made with other data (now ${task.data.source})`, files.checkpoint);
  }
  if (position.config !== beginning.config) {
    throw new DataError(
      `${files.checkpoint}: was made with another configuration than ${files.config}`,
      files.checkpoint,
    );
  }
  trainer.load(arrays);
  return { position, seconds: truncateLog(files.log, position).at(-1)?.seconds ?? 0 };
}

/**
 * Evaluate a run's best model on a split.
 *
 * @throws {@link DataError} if there is none yet.
 */
export async function scoreBest(
  { folder, settings, task, device, signal }: Pick<TrainOptions, 'folder' | 'settings' | 'task' | 'device' | 'signal'>,
  split: SplitName,
): Promise<Score> {
  const path = runFiles(folder).best;
  const { arrays } = readCheckpoint(path);
  const { config, seed } = settings;
  const { trainer } = openModel(device.backend, config, task, seed, { path, arrays });
  try {
    return await evaluateSplit(trainer, task, split, config.batchSize, { signal });
  } finally {
    trainer.dispose();
  }
}
