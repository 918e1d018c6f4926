import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main } from '../../lra/cli.js';
import { readCheckpoint } from '../../lra/checkpoint.js';
import { readLog } from '../../lra/log.js';
import type { Result } from '../../lra/result.js';
import { readSafetensors } from '../../src/io/safetensors.js';
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

const setup = [
  '--model=s4',
  '--backend=reference',
  ...Object.entries({ ...tinyListops, steps: 4, evaluateEvery: 2, warmup: 1 }).map(
    ([key, value]) => `--${key}=${JSON.stringify(value)}`,
  ),
];
const resultOf = (name: string): Result => JSON.parse(readFileSync(join(name, 'result.json'), 'utf8')) as Result;

describe('weights of published code', () => {
  test('a run is exported', async () => {
    expect(await run('train', 'listops', '--out=runs/a', '--seed=2', ...setup)).toMatchObject({ code: 0, errors: '' });
    for (const format of ['s4-v3', 's4-v4']) {
      const { code, output } = await run('export', 'runs/a', `--format=${format}`, `--to=${format}.safetensors`);
      expect(code).toBe(0);
      expect(output).toContain(`weights of runs/a in ${format}.safetensors, as ${format}`);
    }
    const { tensors } = readSafetensors(readFileSync('s4-v4.safetensors'), 's4-v4.safetensors');
    // the longest batch is padded to the largest bucket
    expect(tensors.get('model.layers.0.layer.layer.kernel.l_kernel')?.values).toEqual(Int32Array.of(24));
    expect(tensors.get('encoder.0.weight')?.shape).toEqual([18, 4]);
  });

  test.each(['s4-v3', 's4-v4'])('and imported from %s it scores the same', async (format) => {
    const out = `runs/${format}`;
    const { code, output } = await run(
      'import',
      'listops',
      `${format}.safetensors`,
      `--format=${format}`,
      `--out=${out}`,
      ...setup,
    );
    expect(code).toBe(0);
    expect(output).toContain(`next: longwave-lra evaluate ${out}`);
    expect(readdirSync(out).sort()).toEqual(['best.safetensors', 'checkpoint.safetensors', 'config.json']);
    const before = readCheckpoint('runs/a/best.safetensors').arrays;
    expect(readCheckpoint(`${out}/best.safetensors`).arrays).toEqual(before);
    const { accuracy, loss } = resultOf('runs/a');
    expect((await run('evaluate', out)).output).toContain(
      `test accuracy ${(100 * accuracy.test).toFixed(2)} %, loss ${loss.test.toFixed(4)}`,
    );
  });

  test('an imported run can be trained further', async () => {
    const before = readCheckpoint('runs/s4-v4/checkpoint.safetensors');
    expect(before.position.step).toBe(0);
    const { code, output, errors } = await run('train', '--resume=runs/s4-v4');
    expect(errors).toBe('');
    expect(code).toBe(0);
    expect(output).toContain('trained 4 steps');
    expect(resultOf('runs/s4-v4')).toMatchObject({ steps: 4 });
    const [first] = readLog('runs/s4-v4/log.jsonl');
    expect(first).toMatchObject({ kind: 'evaluation', step: 0, accuracy: resultOf('runs/a').accuracy.validation });
    const after = readCheckpoint('runs/s4-v4/checkpoint.safetensors').arrays;
    const distance = (x: ReadonlyMap<string, { values: ArrayLike<number> }>): number => {
      const [a, b] = [before.arrays, x].map((arrays) => arrays.get('backbone.blocks.0.output.W')?.values);
      return Math.max(...Array.from(a ?? [], (value, i) => Math.abs(value - (b?.[i] ?? NaN))));
    };
    expect(distance(after)).toBeGreaterThan(0);
    expect(distance(after)).toBeLessThan(0.1);
  });

  test('an existing file is not written over', async () => {
    const again = ['export', 'runs/a', '--format=s4-v4', '--to=s4-v4.safetensors'];
    const errors = 'error: s4-v4.safetensors exists; --force writes over it\n';
    expect(await run(...again)).toMatchObject({ code: 2, errors });
    expect(await run(...again, '--force')).toMatchObject({ code: 0 });
  });

  test.each([
    [['export', 'runs/a', '--format=s4-v5', '--to=x'], 2, 'unknown format "s4-v5"; did you mean s4-v3 or s4-v4?'],
    [['export', 'runs/a', '--format=safari', '--to=x'], 1, 'the format safari has no s4, only longconv'],
    [['export', 'runs/a', '--format=s4-v4'], 2, "required option '--to <file>' not specified"],
    [['export', 'none', '--format=s4-v4', '--to=x'], 1, 'none is not a run folder'],
    [['import', 'listops', 'none', '--format=s4-v4', ...setup], 1, 'none is missing'],
    [['import', 'listops', 's4-v3.safetensors', '--format=s4-v4', ...setup], 1, 'fromPytorch: missing model.layers.0'],
    [['import', 'listops', 's4-v4.safetensors', '--format=s4-v4', ...setup, '--dModel=8'], 1, 'expected ['],
    [['import', 'listops', 'text', '--format=s4-v4', ...setup], 1, 'not a safetensors file'],
    [['import', 'listops', 's4-v4.safetensors', '--format=s4-v4', '--out=runs/a', ...setup], 2, 'runs/a exists'],
  ])('%j ends with code %i', async (argv, code, message) => {
    writeFileSync('text', 'This is not a file of numbers.');
    const result = await run(...argv);
    expect(result.errors).toContain(message);
    expect(result.code).toBe(code);
    expect(existsSync('x')).toBe(false);
    expect(existsSync('runs/listops-s4-1')).toBe(false);
  });
});
