import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main } from '../../lra/cli.js';
import { TASKS } from '../../lra/config.js';
import { presetNames } from '../../lra/presets.js';
import { version } from '../../lra/package.js';
import type { Result } from '../../lra/result.js';
import { syntheticBatches } from '../support/cifar10.js';
import { temporaryFolder } from '../support/folder.js';
import { tinyListops } from '../support/tiny.js';

const folder = temporaryFolder();
const home = process.cwd();
beforeEach(() => process.chdir(folder));
afterEach(() => process.chdir(home));

/** Run the program; the exit code and what it wrote. */
async function run(...argv: string[]): Promise<{ code: number; output: string; errors: string }> {
  const text = { output: '', errors: '' };
  const sink = (key: 'output' | 'errors'): { write(chunk: string): boolean } => ({
    write: (chunk) => ((text[key] += chunk), true),
  });
  const { signal } = new AbortController();
  const code = await main(argv, { output: sink('output'), errors: sink('errors'), signal } as never);
  return { code, ...text };
}

const tiny = Object.entries(tinyListops).map(([key, value]) => `--${key}=${JSON.stringify(value)}`);
const resultOf = (name: string): Result => JSON.parse(readFileSync(join(name, 'result.json'), 'utf8')) as Result;

describe('help', () => {
  test('of the program', async () => {
    const { code, output } = await run('--help');
    expect(code).toBe(0);
    for (const name of ['train', 'evaluate', 'import', 'export', 'score', 'prepare', 'generate', 'Examples:'])
      expect(output).toContain(name);
    expect((await run('--version')).output.trim()).toBe(version);
  });

  test('of train lists presets and keys', async () => {
    const { code, output } = await run('train', '--help');
    expect(code).toBe(0);
    for (const task of TASKS) for (const name of presetNames(task)) expect(output).toContain(name);
    for (const key of ['--dModel', '--buckets', '--splitSeed', '--maxMinutes']) expect(output).toContain(key);
    expect(output).toContain('longwave-lra train --resume');
  });

  test.each([['evaluate'], ['import'], ['export'], ['score'], ['prepare', 'image'], ['generate', 'listops']])(
    'of %s has an example',
    async (...names) => {
      const { code, output } = await run(...names, '--help');
      expect(code).toBe(0);
      expect(output).toContain(`$ longwave-lra ${names.join(' ')}`);
    },
  );
});

describe('wrong usage ends with code 2 and a hint', () => {
  test.each([
    [['trian'], "unknown command 'trian'\n(Did you mean train?)"],
    [['train'], 'train needs a task, or --resume RUNDIR'],
    [['train', 'listop'], 'unknown task "listop"; did you mean listops?'],
    [['train', 'listops', '--preset=quik'], 'unknown preset "quik"; did you mean quick'],
    [['train', 'listops', '--model=s5'], 'unknown model "s5"; did you mean s4 or s4d?'],
    [['train', 'listops', '--dmodel=64'], 'unknown key "dmodel"; did you mean dModel?'],
    [['train', 'listops', '--depth=-1'], 'depth: '],
    [['train', 'listops', 'extra'], '"extra" is not of the form --key=value'],
    [['train', 'listops', '--seed=x'], 'Expected a whole number'],
    [['train', 'listops', '--backend=cuda'], 'unknown backend "cuda"; known: auto, webgpu, wasm, reference'],
    [['evaluate'], "missing required argument 'folder'"],
    [['evaluate', '.', '--split=train'], 'unknown split "train"; known: validation, test'],
    [['prepare', 'image'], "required option '--from <folder>' not specified"],
    [['generate', 'listops', '--min-length=5', '--max-length=6'], 'no length lies between 5 and 6'],
    [['score'], 'there is no finished run under runs/'],
  ])('%j', async (argv, message) => {
    const { code, errors } = await run(...argv);
    expect(code).toBe(2);
    expect(errors).toContain(message);
    expect(errors).not.toMatch(/^\s+at /m);
  });
});

describe('data that are not there end with code 1 and what to do', () => {
  test.each([
    [
      ['train', 'image', '--preset=cpu', '--backend=reference'],
      /cifar10-gray-train.u8 is missing. Fetch .*prepare image --from/,
    ],
    [['train', 'listops', '--data=none', '--backend=reference'], /basic_train.tsv is missing.*generate listops/],
    [['prepare', 'image', '--from=none'], /data_batch_1.bin is missing/],
    [['evaluate', 'none'], /none is not a run folder/],
    [['train', '--resume', 'none'], /none is not a run folder/],
    [['score', 'none'], /none is missing/],
  ])('%j', async (argv, message) => {
    const { code, errors } = await run(...argv);
    expect(code).toBe(1);
    expect(errors).toMatch(message);
    expect(existsSync('runs')).toBe(false);
  });
});

describe('listops from generation to the leaderboard', () => {
  test('generate writes the release’s files', async () => {
    const sizes = ['--train=96', '--validation=20', '--test=30', '--min-length=4', '--max-length=24'];
    const { code, output } = await run('generate', 'listops', ...sizes, '--to=data/small');
    expect(code).toBe(0);
    expect(output).toContain('96 train, 20 validation, 30 test expressions');
    expect(readdirSync('data/small').sort()).toEqual([
      'basic_test.tsv',
      'basic_train.tsv',
      'basic_val.tsv',
      'generated.json',
    ]);
    expect((await run('generate', 'listops', ...sizes, '--to=data/small')).code).toBe(2);
    expect((await run('generate', 'listops', ...sizes, '--to=data/small', '--force')).code).toBe(0);
  });

  test('train on wasm, then score', async () => {
    const { code, output, errors } = await run(
      'train',
      'listops',
      '--backend=wasm',
      '--seed=2',
      '--out=runs/a',
      '--data=data/small',
      ...tiny,
    );
    expect(errors).toBe('');
    expect(code).toBe(0);
    expect(output).toMatch(/^backend: WebAssembly, \d+ threads?, /);
    expect(output).toContain("not LRA's sizes: 96 train examples instead of 96000");
    expect(output).toMatch(
      /step 24\/24 \| loss \d\.\d{3} \| accuracy \d+\.\d % \| 0 s left \| \d+(\.\d)? samples\/s \| epoch 2\.00/,
    );
    expect(output).toMatch(/> longwave s4d \(not LRA sizes\) +\d+\.\d\d/);
    expect(output).toContain("Not LRA's sizes");
    expect(readdirSync('runs/a').sort()).toEqual([
      'best.safetensors',
      'checkpoint.safetensors',
      'config.json',
      'log.jsonl',
      'result.json',
    ]);
    expect(resultOf('runs/a')).toMatchObject({
      seed: 2,
      backend: 'wasm',
      preset: 'listops-s4d',
      version,
      overrides: { dModel: 4 },
    });

    const scored = await run('score');
    expect(scored.output).toContain('majority class of the test split');
    const json = JSON.parse((await run('score', 'runs/a', '--json')).output) as { runs: { path: string }[] };
    expect(json.runs.map(({ path }) => path)).toEqual([join('runs', 'a', 'result.json')]);
    expect((await run('score', 'runs/a', '--markdown')).output).toContain('| **longwave s4d (not LRA sizes)** |');
  });

  test('evaluate finds the same accuracy', async () => {
    const { accuracy } = resultOf('runs/a');
    for (const split of ['test', 'validation'] as const) {
      const { code, output } = await run('evaluate', 'runs/a', `--split=${split}`);
      expect(code).toBe(0);
      expect(output).toContain(`${split} accuracy ${(100 * accuracy[split]).toFixed(2)} %`);
    }
  });

  test('the reference gives nearly the same losses', async () => {
    await run('train', 'listops', '--backend=reference', '--seed=2', '--out=runs/b', '--data=data/small', ...tiny);
    const [wasm, reference] = ['runs/a', 'runs/b'].map((name) => resultOf(name).loss.test);
    expect(Math.abs(wasm - reference)).toBeLessThan(2e-3 * reference);
  });

  test('a run folder is not used twice, and a run not resumed as another', async () => {
    const again = await run('train', 'listops', '--backend=wasm', '--out=runs/a', ...tiny);
    expect(again).toMatchObject({ code: 2 });
    expect(again.errors).toContain('runs/a exists; continue that run with --resume runs/a');
    for (const [flag, message] of [
      ['--seed=9', 'with seed 2, not 9'],
      ['--lr=0.5', 'with lr 0.01, not 0.5'],
      ['--backend=reference', 'with backend "wasm", not "reference"'],
      ['--preset=cpu', 'with preset "listops-s4d", not "listops-s4d-cpu"'],
      ['--data=elsewhere', 'with data "data/small", not "elsewhere"'],
      ['--out=runs/z', '--out and --resume name different folders'],
    ]) {
      const { code, errors } = await run('train', '--resume=runs/a', flag);
      expect(code, flag).toBe(2);
      expect(errors).toContain(message);
    }
    expect((await run('train', 'image', '--resume=runs/a')).errors).toContain('with task "listops", not "image"');
  });

  test('a finished run can be resumed: it only tests again', async () => {
    const before = resultOf('runs/a');
    const { code } = await run('train', 'listops', '--resume=runs/a', '--seed=2', '--depth=1');
    expect(code).toBe(0);
    expect(resultOf('runs/a')).toMatchObject({ accuracy: before.accuracy, loss: before.loss, steps: 24 });
  });

  test('a broken config.json', async () => {
    mkdirSync('runs/broken');
    writeFileSync('runs/broken/config.json', '{"preset": 1}');
    expect(await run('train', '--resume=runs/broken')).toMatchObject({ code: 1 });
  });

  test('without --data expressions are drawn, and the folder is named by the preset', async () => {
    const { code, output } = await run('train', 'listops', '--backend=wasm', ...tiny, '--steps=3');
    expect(code).toBe(0);
    expect(output).toContain('own examples, drawn by the published rules with seed 1');
    expect(existsSync('runs/listops-s4d-1/result.json')).toBe(true);
  });
});

describe('image', () => {
  test('prepare, then train', async () => {
    syntheticBatches('batches', { perBatch: 12, test: 10 });
    expect((await run('prepare', 'image', '--from=batches')).errors).toContain('expected 10000 records');
    const prepared = await run('prepare', 'image', '--from=batches', '--no-verify');
    expect(prepared).toMatchObject({ code: 0 });
    expect(prepared.output).toContain('train: 60 grey images in data/image');
    const model = ['--depth=1', '--dModel=4', '--nSsm=2', '--dState=4', '--batchSize=10'];
    const training = ['--steps=6', '--warmup=1', '--evaluateEvery=3', '--verify=false', '--validation=10'];
    const strict = await run('train', 'image', '--preset=cpu', '--backend=wasm');
    expect(strict.errors).toContain('the official CIFAR-10 train set');
    const { code, output, errors } = await run(
      'train',
      'image',
      '--preset=cpu',
      '--backend=wasm',
      '--out=runs/image',
      ...model,
      ...training,
    );
    expect(errors).toBe('');
    expect(code).toBe(0);
    expect(output).toContain('images other than the official CIFAR-10 in grey');
    expect(resultOf('runs/image')).toMatchObject({
      task: 'image',
      steps: 6,
      data: { count: { train: 50, validation: 10, test: 10 } },
    });
  });
});
