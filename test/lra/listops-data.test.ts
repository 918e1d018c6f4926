import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { writeAtomic } from '../../lra/files.js';
import {
  type Expressions,
  LRA_LISTOPS,
  countOf,
  expressionAt,
  generateListops,
  readTsv,
  toTsv,
} from '../../lra/tasks/listops-data.js';
import { SYMBOLS, apply, evaluate, toSource } from '../../lra/tasks/listops-grammar.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const N = 3000;
const sets = generateListops({ ...LRA_LISTOPS, train: N, validation: 60, test: 40, seed: 3 });
const all = Object.values(sets).flatMap((set) => Array.from({ length: countOf(set) }, (_, i) => expressionAt(set, i)));

const codes = (text: string): Uint8Array => Uint8Array.from(text.split(' '), (symbol) => SYMBOLS.indexOf(symbol));

/** Four standard deviations of a share that is estimated from n draws. */
const within = (share: number, n: number): number => 4 * Math.sqrt((share * (1 - share)) / n);

describe('generator', () => {
  test('gives the sizes asked for, and no expression twice', () => {
    expect([sets.train, sets.validation, sets.test].map(countOf)).toEqual([N, 60, 40]);
    expect(new Set(all.map((tokens) => tokens.join())).size).toBe(N + 100);
  });

  test('lengths lie strictly between the limits and have the known distribution', () => {
    const lengths = all.map((tokens) => tokens.length).sort((a, b) => a - b);
    expect(lengths[0]).toBeGreaterThan(500);
    expect(lengths.at(-1)).toBeLessThan(2000);
    const mean = lengths.reduce((sum, l) => sum + l, 0) / lengths.length;
    // Mean 1032.8 and standard deviation 394.0 of 50,000 expressions of the published generator.
    expect(Math.abs(mean - 1032.8)).toBeLessThan((4 * 394) / Math.sqrt(lengths.length));
    const below = (limit: number): number => lengths.filter((l) => l < limit).length / lengths.length;
    for (const [limit, share] of [
      [600, 0.12908],
      [1000, 0.54308],
      [1500, 0.83816],
    ]) {
      expect(Math.abs(below(limit) - share)).toBeLessThan(within(share, lengths.length));
    }
  });

  test('labels have the known shares', () => {
    const shares = [0.16858, 0.08834, 0.07854, 0.08406, 0.09102, 0.08654, 0.07712, 0.07092, 0.08786, 0.16702];
    shares.forEach((share, digit) => {
      const got = sets.train.labels.reduce((n, label) => n + Number(label === digit), 0) / N;
      expect(Math.abs(got - share), `digit ${digit}`).toBeLessThan(within(share, N));
    });
  });

  test('operators and numbers of arguments are uniform', () => {
    const operators = new Map<number, number>();
    const counts = new Map<number, number>();
    let lists = 0;
    for (const tokens of all) {
      const open: number[] = [];
      for (const token of tokens) {
        if (open.length > 0 && token !== 14) open[open.length - 1]++;
        if (token > 9 && token < 14) {
          operators.set(token, (operators.get(token) ?? 0) + 1);
          lists++;
          open.push(0);
        }
        if (token === 14) {
          const n = open.pop() as number;
          counts.set(n, (counts.get(n) ?? 0) + 1);
        }
      }
    }
    expect([...operators.keys()].sort()).toEqual([10, 11, 12, 13]);
    for (const n of operators.values()) expect(Math.abs(n / lists - 0.25)).toBeLessThan(within(0.25, lists));
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // Shares of the published generator; long expressions favour long lists a little.
    expect(Math.abs((counts.get(2) as number) / lists - 0.10935)).toBeLessThan(0.002);
    expect(Math.abs((counts.get(10) as number) / lists - 0.11259)).toBeLessThan(0.002);
  });

  test('depends on the seed only, and the test split not on the size of the training split', () => {
    const small = { ...LRA_LISTOPS, validation: 5, test: 20 };
    const a = generateListops({ ...small, train: 10, seed: 7 });
    const b = generateListops({ ...small, train: 30, seed: 7 });
    const c = generateListops({ ...small, train: 10, seed: 8 });
    expect(b.test).toEqual(a.test);
    expect(b.train.tokens.slice(0, a.train.tokens.length)).toEqual(a.train.tokens);
    expect(c.test).not.toEqual(a.test);
  });
});

describe('values', () => {
  test.each([
    ['[MAX 2 9 [MIN 4 7 ] 0 ]', 9],
    ['[MIN 2 9 ]', 2],
    ['[MED 1 2 ]', 1],
    ['[MED 8 5 9 6 ]', 7],
    ['[MED 3 1 2 ]', 2],
    ['[SM 9 8 [SM 1 2 ] 7 ]', 7],
    ['4', 4],
  ])('%s = %i', (text, value) => {
    expect(evaluate(codes(text))).toBe(value);
  });

  test.each(['[MAX 2', '[MAX ]', '2 ]', '[MAX 2 ] 3', ']'])('%s is no expression', (text) => {
    expect(evaluate(codes(text))).toBeUndefined();
  });

  test('the median of an even count is cut, not rounded', () => {
    expect(apply(12, [1, 2, 4, 9])).toBe(3);
    expect(apply(12, [0, 1])).toBe(0);
  });

  test('evaluating the text gives the label', () => {
    for (let i = 0; i < 200; i++) expect(evaluate(expressionAt(sets.train, i))).toBe(sets.train.labels[i]);
  });
});

describe('files', () => {
  test('the surface form is that of the release', () => {
    expect(toSource(codes('[MAX 9 [MIN 1 2 ] ]'))).toBe('( ( ( [MAX 9 ) ( ( ( [MIN 1 ) 2 ) ] ) ) ] )');
    expect([...toTsv(sets.test)].slice(0, 1).join('')).toBe('Source\tTarget\r\n');
    expect(Buffer.from([...toTsv(sets.test)][1]).toString()).toMatch(/^\( \( .* \] \)\t\d\r\n$/);
  });

  test.each(['a.tsv', 'a.tsv.gz'])('%s is read as it was written', async (name) => {
    const path = join(folder, name);
    const bytes = Buffer.concat([...toTsv(sets.validation)]);
    writeAtomic(path, name.endsWith('.gz') ? gzipSync(bytes) : bytes);
    const { set } = await readTsv(path);
    expect(set).toEqual(sets.validation satisfies Expressions);
  });

  const write = (text: string): string => {
    const path = join(folder, 'hand.tsv');
    writeFileSync(path, text);
    return path;
  };

  test('a file as the release has it, with either line end', async () => {
    const rows = ['( ( ( ( [MED 8 ) ( ( ( [SM 9 ) 4 ) ] ) ) 6 ) ] )\t6', '( ( ( [MIN 7 ) 5 ) ] )\t5'];
    for (const end of ['\r\n', '\n']) {
      const { set } = await readTsv(write(['Source\tTarget', ...rows, ''].join(end)));
      expect([...set.labels]).toEqual([6, 5]);
      expect(expressionAt(set, 0)).toEqual(codes('[MED 8 [SM 9 4 ] 6 ]'));
      expect(expressionAt(set, 1)).toEqual(codes('[MIN 7 5 ]'));
    }
  });

  const header = 'Source\tTarget\r\n';
  test.each([
    ['wrong header', 'a,b\r\n', 'line 1: header is "a,b", expected "Source<TAB>Target"'],
    ['no tab', `${header}( ( ( [MIN 7 ) 5 ) ] ) 5\r\n`, 'line 2: has no tab'],
    ['no digit', `${header}( ( ( [MIN 7 ) 5 ) ] )\tfive\r\n`, 'line 2: target is "five", expected a digit'],
    ['unknown symbol', `${header}( ( ( [AVG 7 ) 5 ) ] )\t5\r\n`, 'line 2: unknown symbol "[AVG"'],
    ['wrong value', `${header}( ( ( [MIN 7 ) 5 ) ] )\t7\r\n`, "line 2: target is 7, but the expression's value is 5"],
    ['open list', `${header}( ( [MIN 7 ) 5 )\t5\r\n`, 'line 2: is not one whole expression'],
    ['cut off', `${header}( ( ( [MIN 7 ) 5 ) ] )\t5`, 'line 2 is cut off'],
    ['empty', header, 'has no rows'],
  ])('%s', async (_, text, message) => {
    await expect(readTsv(write(text))).rejects.toThrow(message);
    await expect(readTsv(write(text))).rejects.toMatchObject({ name: 'DataError', path: join(folder, 'hand.tsv') });
  });

  test('a packed file cut in the middle', async () => {
    const path = join(folder, 'cut.tsv.gz');
    const whole = gzipSync(Buffer.concat([...toTsv(sets.validation)]));
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    await expect(readTsv(path)).rejects.toThrow(`${path}: cannot be read`);
  });

  test('a write that fails leaves the old file and no other', () => {
    const path = join(folder, 'kept.txt');
    writeAtomic(path, 'old');
    const failing = function* (): Generator<Uint8Array> {
      yield Buffer.from('new');
      throw new Error('disk on fire');
    };
    expect(() => writeAtomic(path, failing())).toThrow('disk on fire');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.startsWith('kept'))).toEqual(['kept.txt']);
  });
});
