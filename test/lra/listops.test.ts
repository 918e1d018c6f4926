import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ListopsOptions, VOCAB, openListops } from '../../lra/tasks/listops.js';
import { LRA_LISTOPS, generateListops } from '../../lra/tasks/listops-data.js';
import { FILES, writeFolder } from '../../lra/tasks/listops-files.js';
import { SYMBOLS } from '../../lra/tasks/listops-grammar.js';
import type { Batches, Task } from '../../lra/tasks/task.js';
import { Rng } from '../../src/rng.js';
import { temporaryFolder } from '../support/folder.js';

const folder = join(temporaryFolder(), 'listops');
const options: ListopsOptions = {
  ...LRA_LISTOPS,
  train: 100,
  validation: 20,
  test: 30,
  seed: 5,
  minLength: 10,
  maxLength: 80,
  eos: false,
  buckets: [80, 20, 40],
};
const sets = generateListops(options);
let task: Task;

beforeAll(async () => {
  task = await openListops(options);
  writeFolder(folder, sets, options, false);
});

const all = (batches: Batches): ReturnType<Batches['at']>[] =>
  Array.from({ length: batches.length }, (_, i) => batches.at(i));

describe('batches', () => {
  test('tokens are the symbols after padding, unknown and end', () => {
    expect(VOCAB).toBe(18);
    const { tokens = [], lengths, labels, L, B } = task.batches('test', undefined, 30).at(0);
    expect(tokens).toHaveLength(B * L);
    for (let b = 0; b < B; b++) {
      const row = [...tokens.slice(b * L, (b + 1) * L)];
      const length = lengths?.[b] as number;
      expect(row.slice(length).every((token) => token === 0)).toBe(true);
      const symbols = row.slice(0, length).map((token) => SYMBOLS[token - 3]);
      expect(symbols[0]).toMatch(/^\[(MIN|MAX|MED|SM)$/);
      expect(symbols.at(-1)).toBe(']');
    }
    expect([...labels].sort()).toEqual([...sets.test.labels].sort());
  });

  test('an end symbol can be appended', async () => {
    const plain = task.batches('test', undefined, 1).at(0);
    const { tokens, lengths } = (await openListops({ ...options, eos: true })).batches('test', undefined, 1).at(0);
    const length = plain.lengths?.[0] as number;
    expect(lengths?.[0]).toBe(length + 1);
    expect([...(tokens ?? [])].slice(0, length + 1)).toEqual([...(plain.tokens ?? [])].slice(0, length).concat(2));
  });

  test('are padded to the smallest bucket that fits', () => {
    for (const { L, lengths } of [
      ...all(task.batches('train', new Rng(0), 4)),
      ...all(task.batches('test', undefined, 4)),
    ]) {
      const longest = Math.max(...(lengths ?? []));
      expect(L).toBe([20, 40, 80].find((bucket) => bucket >= longest));
    }
  });

  test('and none is longer than the task says', async () => {
    const { batches, length } = await openListops({ ...options, buckets: [40, 256] });
    expect(length).toBe(256);
    expect(Math.max(...all(batches('train', new Rng(0), 4)).map(({ L }) => L))).toBe(256);
  });

  test('training takes every example at most once, mostly with others of its bucket', () => {
    const batches = all(task.batches('train', new Rng(0), 8));
    expect(batches).toHaveLength(12);
    const rows = batches.flatMap(({ tokens, L, B }) =>
      Array.from({ length: B }, (_, b) => `${tokens?.slice(b * L, (b + 1) * L)}`.replace(/(,0)*$/, '')),
    );
    expect(new Set(rows).size).toBe(96);
    expect(batches.every(({ count, B }) => count === 8 && B === 8)).toBe(true);
    const mixed = batches.filter(({ lengths, L }) => (lengths ?? []).some((l) => l <= L / 2));
    expect(mixed.length).toBeLessThanOrEqual(3);
  });

  test('evaluation takes every example once and fills the last batch', () => {
    const batches = all(task.batches('test', undefined, 8));
    expect(batches.map(({ count }) => count)).toEqual([8, 8, 8, 6]);
    expect(batches.every(({ B }) => B === 8)).toBe(true);
    const labels = batches.flatMap(({ labels, count }) => [...labels.slice(0, count)]);
    expect(labels.sort()).toEqual([...sets.test.labels].sort());
  });

  test('the order depends on the generator only', () => {
    expect(all(task.batches('train', new Rng(3), 8))).toEqual(all(task.batches('train', new Rng(3), 8)));
    expect(all(task.batches('train', new Rng(3), 8))).not.toEqual(all(task.batches('train', new Rng(4), 8)));
  });

  test('an expression longer than every bucket is padded to the longest there is', async () => {
    const { batches, length } = await openListops({ ...options, buckets: [16] });
    const { L } = all(batches('test', undefined, 30))[0];
    expect(L).toBe(length);
    expect(length).toBeLessThan(80);
  });
});

describe('files', () => {
  test('give the same task as drawing in memory', async () => {
    const read = await openListops(options, folder);
    expect(read.data.hash).toBe(task.data.hash);
    expect(read.data.source).toBe(`own examples, drawn by the published rules with seed 5, files in ${folder}`);
    expect(task.data.source).toBe('own examples, drawn by the published rules with seed 5');
  });

  test('say how they differ from the benchmark', () => {
    expect(task.data.differences).toEqual([
      '100 train examples instead of 96000',
      '20 validation examples instead of 2000',
      '30 test examples instead of 2000',
      'lengths 11 to 78 instead of 501 to 1999',
    ]);
  });

  test('are not written over unless forced, and no partial file stays', () => {
    expect(() => writeFolder(folder, sets, options, false)).toThrow('basic_train.tsv exists');
    writeFolder(folder, sets, options, true);
    expect(readdirSync(folder).sort()).toEqual([
      'basic_test.tsv',
      'basic_train.tsv',
      'basic_val.tsv',
      'generated.json',
    ]);
  });

  test('a file that was exchanged is found by its checksum', async () => {
    writeFolder(folder, sets, options, true);
    const path = join(folder, FILES.validation);
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.split('\r\n').slice(0, -2).concat('').join('\r\n'));
    await expect(openListops(options, folder)).rejects.toThrow(`${path}: checksum is`);
    rmSync(join(folder, 'generated.json'));
    expect((await openListops(options, folder)).data.count.validation).toBe(19);
  });

  test('a broken manifest', async () => {
    writeFileSync(join(folder, 'generated.json'), '{"sha256": {}}');
    await expect(openListops(options, folder)).rejects.toThrow(
      'generated.json: is not what "longwave-lra generate listops" writes',
    );
    rmSync(join(folder, 'generated.json'));
  });

  test('a missing file or folder names what to get and how', async () => {
    rmSync(join(folder, FILES.test));
    await expect(openListops(options, folder)).rejects.toThrow(
      /basic_test.tsv is missing.*lra_release.*longwave-lra generate listops/,
    );
    await expect(openListops(options, '/no/such/folder')).rejects.toMatchObject({ name: 'DataError' });
  });
});
