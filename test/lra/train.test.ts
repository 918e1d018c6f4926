import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCheckpoint } from '../../lra/checkpoint.js';
import { type RunConfig, parseConfig } from '../../lra/config.js';
import { loadPreset } from '../../lra/presets.js';
import { type LogEntry, readLog } from '../../lra/log.js';
import { InterruptedError } from '../../lra/errors.js';
import { type Settings, runFiles } from '../../lra/run.js';
import { openTask } from '../../lra/tasks/open.js';
import type { Task } from '../../lra/tasks/task.js';
import { type TrainOptions, scoreBest, train } from '../../lra/train.js';
import { reference } from '../../src/backends/reference.js';
import { temporaryFolder } from '../support/folder.js';
import { tinyListops } from '../support/tiny.js';

const folder = temporaryFolder();
const config = parseConfig({ ...loadPreset('listops').values, ...tinyListops }, 'tiny');
let task: Task;

beforeAll(async () => {
  task = await openTask(config, undefined);
});

function options(name: string, changes: Partial<TrainOptions> & { config?: RunConfig } = {}): TrainOptions {
  const settings: Settings = {
    preset: 'listops-s4d',
    overrides: tinyListops,
    seed: 3,
    data: null,
    backend: 'reference',
    config: changes.config ?? config,
  };
  const device = { backend: reference() as never, description: 'reference', close: () => undefined };
  const output = { write: () => true };
  const { signal } = new AbortController();
  mkdirSync(join(folder, name), { recursive: true });
  return { folder: join(folder, name), settings, task, device, output, signal, checkpointEvery: 1e9, ...changes };
}

/** A log without the times, which differ from run to run. */
const timeless = (path: string): object[] => readLog(path).map(({ seconds: _, ...entry }: LogEntry) => entry);

/** An output that aborts the run as soon as it shows a step from `step` on. */
function stopAt(step: number): Pick<TrainOptions, 'output' | 'signal'> {
  const controller = new AbortController();
  const write = (text: string): boolean => {
    const [, shown] = /^step (\d+)/.exec(text) ?? [];
    if (Number(shown) >= step) controller.abort(new Error('stop'));
    return true;
  };
  return { output: { write }, signal: controller.signal };
}

describe('a run', () => {
  const files = runFiles(join(folder, 'whole'));
  test('writes log, checkpoints and result', async () => {
    const result = await train(options('whole'));
    expect(JSON.parse(readFileSync(files.result, 'utf8'))).toEqual(JSON.parse(JSON.stringify(result)));
    expect(result).toMatchObject({ task: 'listops', steps: 24, stopped: 'steps', seed: 3, backend: 'reference' });
    expect(result.data.hash).toBe(task.data.hash);

    const log = readLog(files.log);
    expect(log.filter(({ kind }) => kind === 'train').map(({ step }) => step)).toEqual([5, 10, 15, 20, 24]);
    expect(log.filter(({ kind }) => kind === 'evaluation').map(({ step }) => step)).toEqual([7, 14, 21, 24]);
    expect(log[0]).toMatchObject({ kind: 'train', epoch: 5 / 12 });

    const evaluations = log.filter(({ kind }) => kind === 'evaluation');
    const best = Math.max(...evaluations.map(({ accuracy }) => accuracy));
    expect(result.accuracy.validation).toBe(best);
    expect(result.bestStep).toBe(evaluations.find(({ accuracy }) => accuracy === best)?.step);
    expect(readCheckpoint(files.best).position.step).toBe(result.bestStep);
    expect(readCheckpoint(files.checkpoint).position).toMatchObject({ step: 24, evaluated: 24 });
  });

  test('learns', async () => {
    const longer = { ...config, dModel: 16, nSsm: 16, dropout: 0, batchSize: 16, steps: 150, logEvery: 25 };
    await train(options('learns', { config: longer }));
    const losses = readLog(runFiles(join(folder, 'learns')).log)
      .filter(({ kind }) => kind === 'train')
      .map(({ loss }) => loss);
    // It begins at the entropy of the labels, about 2.2, and learns the 96 expressions by heart.
    expect(losses[0]).toBeGreaterThan(2);
    expect(losses.at(-1)).toBeLessThan(1.6);
  });

  test('the best model can be evaluated again', async () => {
    const result = JSON.parse(readFileSync(files.result, 'utf8')) as {
      accuracy: { test: number };
      loss: { test: number };
    };
    const score = await scoreBest(options('whole'), 'test');
    expect(score).toEqual({ accuracy: result.accuracy.test, loss: result.loss.test });
  });

  /** Train until a step and interrupt, so that a checkpoint of just that step is left. */
  async function interruptAt(name: string, step: number): Promise<void> {
    // A line is printed every ten seconds or at an evaluation: a clock that runs fast gives one at every step.
    const now = Date.now;
    let hours = 0;
    Date.now = () => now() + 3_600_000 * hours++;
    try {
      await expect(train(options(name, stopAt(step)))).rejects.toThrow(InterruptedError);
    } finally {
      Date.now = now;
    }
    expect(readCheckpoint(runFiles(join(folder, name)).checkpoint).position.step).toBe(step);
  }

  function expectWhole(name: string): void {
    const resumed = runFiles(join(folder, name));
    expect(timeless(resumed.log)).toEqual(timeless(files.log));
    expect(readFileSync(resumed.checkpoint).equals(readFileSync(files.checkpoint))).toBe(true);
    expect(readFileSync(resumed.best).equals(readFileSync(files.best))).toBe(true);
  }

  test.each([1, 7, 12, 22])('interrupted at step %i and resumed it is the same', async (step) => {
    const name = `stopped-${step}`;
    await interruptAt(name, step);
    expect(existsSync(runFiles(join(folder, name)).result)).toBe(false);
    await train(options(name));
    expectWhole(name);
  });

  test('an evaluation that was logged but is not in the checkpoint is logged once', async () => {
    await interruptAt('evaluated', 14);
    const entry = readLog(files.log).find(({ kind, step }) => kind === 'evaluation' && step === 14);
    appendFileSync(runFiles(join(folder, 'evaluated')).log, `${JSON.stringify(entry)}\n`);
    await train(options('evaluated'));
    expectWhole('evaluated');
  });

  test('what the log has beyond the checkpoint is dropped on resuming', async () => {
    const name = 'ahead';
    const ahead = runFiles(join(folder, name));
    mkdirSync(join(folder, name));
    // A process killed before its first checkpoint: entries, and half of a line.
    const lines = readFileSync(files.log, 'utf8').split('\n').slice(0, 3).join('\n');
    writeFileSync(ahead.log, `${lines}\n{"kind":"tra`);
    await train(options(name));
    expect(timeless(ahead.log)).toEqual(timeless(files.log));
  });

  test('frequent checkpoints change nothing', async () => {
    await train(options('frequent', { checkpointEvery: 0 }));
    const frequent = runFiles(join(folder, 'frequent'));
    expect(readFileSync(frequent.checkpoint).equals(readFileSync(files.checkpoint))).toBe(true);
  });

  test('another seed gives another run', async () => {
    const settings = { ...options('other').settings, seed: 4 };
    await train(options('other', { settings }));
    expect(timeless(runFiles(join(folder, 'other')).log)).not.toEqual(timeless(files.log));
  });
});

describe('the end of a run', () => {
  test('by epochs', async () => {
    const result = await train(options('epochs', { config: { ...config, epochs: 0.5 } }));
    expect(result).toMatchObject({ steps: 6, stopped: 'epochs', epochs: 0.5 });
  });

  test('by time', async () => {
    const result = await train(options('minutes', { config: { ...config, maxMinutes: 1e-6 } }));
    expect(result).toMatchObject({ steps: 1, stopped: 'minutes', bestStep: 1 });
  });

  test('when the loss is not a number', async () => {
    const diverging = { ...config, lr: 1e30, warmup: 0, steps: 50 };
    await expect(train(options('nan', { config: diverging }))).rejects.toThrow(
      /the loss is (NaN|Infinity) at step \d+; try a lower lr/,
    );
  });
});

describe('a checkpoint is refused', () => {
  const copy = (name: string, bytes: Uint8Array): TrainOptions => {
    const to = options(name);
    writeFileSync(runFiles(to.folder).checkpoint, bytes);
    return to;
  };
  const whole = (): Buffer => readFileSync(runFiles(join(folder, 'whole')).checkpoint);

  test('cut off', async () => {
    await expect(train(copy('cut', whole().subarray(0, 5000)))).rejects.toMatchObject({ name: 'DataError' });
  });

  test.each([
    ['of another model', { dModel: 6, nSsm: 6 }],
    ['of another learning rate', { lr: 0.5 }],
  ])('%s', async (name, changes) => {
    const to = copy(name, whole());
    const settings = { ...to.settings, config: { ...config, ...changes } };
    await expect(train({ ...to, settings })).rejects.toThrow('was made with another configuration than');
    await expect(train({ ...to, settings })).rejects.toMatchObject({ name: 'DataError' });
  });

  test('of another seed', async () => {
    const to = copy('seed', whole());
    await expect(train({ ...to, settings: { ...to.settings, seed: 9 } })).rejects.toThrow('another configuration');
  });

  test('that holds another model than the best of the run', async () => {
    const to = options('whole');
    const settings = { ...to.settings, config: { ...config, dModel: 6, nSsm: 6 } };
    await expect(scoreBest({ ...to, settings }, 'test')).rejects.toThrow('it is of another model');
  });

  test('made with other data', async () => {
    const other = await openTask({ ...config, dataSeed: 99 } as RunConfig, undefined);
    await expect(train({ ...copy('data', whole()), task: other })).rejects.toThrow('was made with other data');
  });

  test('a batch larger than the training split', async () => {
    const large = { ...config, batchSize: 1000 };
    await expect(train(options('large', { config: large }))).rejects.toThrow(
      'batchSize is 1000, but there are only 96',
    );
  });
});
