import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type RunConfig, parseConfig } from '../../lra/config.js';
import { loadPreset } from '../../lra/presets.js';
import { COLUMNS, LATER, LRA_PAPER, TRANSFORMER_PARAMETERS, averageOfFive, averageOfSix } from '../../lra/published.js';
import { type Result, readResult } from '../../lra/result.js';
import { checkRules } from '../../lra/rules.js';
import {
  collectResults,
  formatMarkdown,
  formatRun,
  formatTable,
  leaderboard,
  toJson,
  toRows,
} from '../../lra/score.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();

function result(task: string, accuracy: number, changes: Partial<Result> = {}): { path: string; result: Result } {
  const config = task === 'image' || task === 'listops' ? parseConfig(loadPreset(task).values, task) : {};
  return {
    path: `runs/${task}`,
    result: {
      task,
      model: 's4d',
      preset: `${task}-s4d`,
      seed: 1,
      overrides: {},
      accuracy: { validation: accuracy, test: accuracy },
      loss: { validation: 1, test: 1 },
      majority: { label: 0, share: 0.1715 },
      parameters: 200_000,
      steps: 100,
      bestStep: 90,
      epochs: 2,
      seconds: 65,
      stopped: 'steps',
      backend: 'wasm',
      device: 'WebAssembly, 2 threads',
      version: '0.1.0',
      data: {
        count: { train: 96_000, validation: 2_000, test: 2_000 },
        hash: 'abc',
        source: 'files in data/listops',
        benchmark: task !== 'image',
        differences: [],
      },
      config: config as RunConfig,
      ...changes,
    },
  };
}

describe('published rows', () => {
  test('have a place for each column, and scores between chance and 100', () => {
    for (const { model, scores } of [...LRA_PAPER, ...LATER]) {
      expect(scores, model).toHaveLength(COLUMNS.length);
      for (const score of scores) expect(score == null || (score > 10 && score < 100), model).toBe(true);
    }
  });

  test.each([
    ['Transformer', 54.39, 53.66],
    ['BigBird', 55.01, 54.18],
    ['Performer', 51.41, 51.18],
  ])('%s has the means of its paper', (model, five, six) => {
    const { scores = [] } = LRA_PAPER.find((row) => row.model === model) ?? {};
    expect(averageOfFive(scores)?.toFixed(2)).toBe(five.toFixed(2));
    expect(averageOfSix(scores)?.toFixed(2)).toBe(six.toFixed(2));
  });

  test.each([
    ['S4 v2 (LegS)', 86.09],
    ['S4D-LegS', 84.89],
    ['S4D-Inv', 85.5],
    ['S4D-Lin', 78.39],
    ['S5', 87.46],
    ['MEGA', 88.21],
  ])('%s has the mean of six that was published', (model, six) => {
    const { scores = [] } = LATER.find((row) => row.model === model) ?? {};
    expect(averageOfSix(scores)?.toFixed(2)).toBe(six.toFixed(2));
  });

  test('the base Transformers have the size of their configurations', () => {
    expect(TRANSFORMER_PARAMETERS).toEqual({ listops: 8_948_746, image: 248_458 });
  });
});

describe('averages', () => {
  test('are given only when every task is there', () => {
    expect(averageOfFive([1, 2, 3, 4, undefined])).toBeUndefined();
    expect(averageOfFive([1, 2, 3, null, 5])).toBeUndefined();
    expect(averageOfFive([1, 2, 3, 4, 5])).toBe(3);
    expect(averageOfSix([1, 2, 3, 4, 5, undefined])).toBeUndefined();
    expect(averageOfSix([10, 20, 30, 40, 50, null])).toBeCloseTo(200 / 6);
    expect(averageOfSix([10, 20, 30, 40, 50, 60])).toBe(35);
  });
});

describe('rows', () => {
  test('join the tasks of one variant, and keep a second run apart', () => {
    const runs = [result('listops', 0.4), result('image', 0.6), result('listops', 0.42)];
    expect(toRows(runs)).toMatchObject([
      { model: 'longwave s4d', scores: [40, undefined, undefined, 60, undefined, undefined], averageOfFive: undefined },
      { model: 'longwave s4d', scores: [42, undefined, undefined, undefined, undefined, undefined] },
    ]);
    expect(toRows([result('listops', 0.4), result('listops', 0.4, { preset: 'listops-s4d-cpu' })])).toHaveLength(2);
  });

  test('with all tasks has its averages', () => {
    const runs = COLUMNS.map((column, i) => result(column, (i + 1) / 10));
    expect(toRows(runs)[0].averageOfFive).toBeCloseTo(30);
    expect(toRows(runs)[0].averageOfSix).toBeCloseTo(35);
  });

  test('stand among the published ones by the first task that was run', () => {
    const rows = leaderboard(toRows([result('image', 0.5)]));
    const at = rows.findIndex(({ own }) => own);
    expect(rows).toHaveLength(LRA_PAPER.length + LATER.length + 1);
    expect(rows[at - 1].scores[3]).toBeGreaterThanOrEqual(50);
    expect(rows[at + 1].scores[3]).toBeLessThan(50);
    expect(rows[at - 1].model).toBe('cosFormer');
  });
});

describe('text', () => {
  const runs = [result('listops', 0.4321)];
  const rows = leaderboard(toRows(runs));

  test('the table has every row in line', () => {
    const table = formatTable(rows).split('\n');
    expect(table.find((line) => line.startsWith('> longwave s4d'))).toMatch(
      /^> longwave s4d +43\.21 +- +- +- +- +- +- +-$/,
    );
    expect(table.find((line) => line.startsWith('Transformer'))).toMatch(/ 36\.37 .* x +54\.39 +53\.66$/);
    expect(new Set(table.slice(0, rows.length + 2).map((line) => line.length)).size).toBe(1);
  });

  test('markdown has a source for each row', () => {
    const lines = formatMarkdown(rows)
      .split('\n')
      .slice(0, rows.length + 2);
    for (const line of lines) expect(line.split('|')).toHaveLength(12);
    expect(lines.find((line) => line.includes('longwave'))).toBe(
      '| **longwave s4d** | 43.21 | - | - | - | - | - | - | - | runs/listops |',
    );
  });

  test('a run says what it reached, what ignoring the input reaches, and which rules it keeps', () => {
    const text = formatRun(runs[0]);
    expect(text).toContain('test accuracy 43.21 %');
    expect(text).toContain('always answering 0 (majority class of the test split): 17.15 %');
    expect(text).toContain('1 min 05 s on WebAssembly, 2 threads');
    expect(text).toContain("keeps   the benchmark's sizes: 96000 training, 2000 validation, 2000 test examples");
    expect(text).toContain('Comparable like for like.');
  });

  test('a run on fewer examples is called that', () => {
    const differences = ['9600 train examples instead of 96000'];
    const small = result('listops', 0.3, { data: { ...runs[0].result.data, differences } });
    expect(formatRun(small)).toContain("BREAKS  the benchmark's sizes: 9600 train examples instead of 96000");
    expect(formatRun(small)).toContain("Not LRA's sizes");
    expect(toRows([small])[0].model).toBe('longwave s4d (not LRA sizes)');
  });
});

describe('rules', () => {
  const kept = (entry: { result: Result }): Record<string, boolean> =>
    Object.fromEntries(checkRules(entry.result).map((check) => [check.rule, check.kept]));

  test('an image run reads numbers and has its own split', () => {
    const rules = kept(result('image', 0.5));
    expect(rules).toMatchObject({ "the benchmark's examples and splits": false, 'pixels as tokens': false });
    expect(formatRun(result('image', 0.5))).toContain('Free-for-all track');
  });

  test('the bound on parameters', () => {
    const rule = 'at most 1.1 times the parameters of the base Transformer';
    expect(kept(result('image', 0.5, { parameters: 273_303 }))[rule]).toBe(true);
    expect(kept(result('image', 0.5, { parameters: 273_304 }))[rule]).toBe(false);
  });

  test('drawn expressions are not the released ones', () => {
    const drawn = result('listops', 0.4);
    const data = { ...drawn.result.data, benchmark: false };
    expect(kept({ result: { ...drawn.result, data } })).toMatchObject({ "the benchmark's examples and splits": false });
  });
});

describe('result files', () => {
  test('are found by run folder and by name', () => {
    const run = join(folder, 'run');
    mkdirSync(run);
    writeFileSync(join(run, 'result.json'), JSON.stringify(result('listops', 0.4).result));
    expect(collectResults([run])[0].result.accuracy.test).toBe(0.4);
    expect(collectResults([join(run, 'result.json')])[0].result.task).toBe('listops');
    expect(toJson(collectResults([run])).runs[0].rules.length).toBeGreaterThan(3);
  });

  test.each([
    ['no file', undefined, 'result.json is missing: the run has not finished'],
    ['no JSON', '{"task"', 'is not a result of longwave-lra train'],
    ['another JSON', '{"accuracy": 1}', 'is not a result of longwave-lra train'],
    ['an impossible accuracy', JSON.stringify({ ...result('image', 2).result }), 'is not a result'],
  ])('%s is refused', (name, content, message) => {
    const path = join(folder, name, 'result.json');
    mkdirSync(join(folder, name));
    if (content !== undefined) writeFileSync(path, content);
    expect(() => readResult(path)).toThrow(message);
    expect(() => readResult(path)).toThrow(expect.objectContaining({ name: 'DataError' }));
  });
});
