import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../lra/config.js';
import { nearNames } from '../../lra/errors.js';
import { MODELS, keyHelp } from '../../lra/keys.js';
import { classifierOf } from '../../lra/model.js';
import { loadPreset, namedPreset, parseOverrides, presetNames } from '../../lra/presets.js';
import { COLUMNS } from '../../lra/published.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();

describe('presets', () => {
  test('every task has the published recipe and one for two cores', () => {
    expect(presetNames()).toEqual(
      expect.arrayContaining(['image-s4d', 'image-s4d-cpu', 'listops-s4d', 'listops-s4d-cpu', 'listops-s4d-quick']),
    );
  });

  test.each(presetNames())('%s is valid, and a model can be made of it', (name) => {
    const config = parseConfig(namedPreset(name), name);
    expect(name).toMatch(new RegExp(`^${config.task}-${config.model}(-|$)`));
    expect(config.description).not.toBe('');
    expect(config.warmup).toBeLessThan(config.steps);
    expect(classifierOf(config, { vocab: 18, classes: 10, length: 64 })).toMatchObject({ depth: config.depth, vocab: 18 });
  });

  test('listops-s4d is the published recipe', () => {
    expect(parseConfig(loadPreset('listops').values, '')).toMatchObject({
      depth: 8,
      dModel: 128,
      dState: 64,
      nSsm: 128,
      bidirectional: true,
      norm: 'batch',
      prenorm: false,
      dropout: 0,
      lr: 0.01,
      weightDecay: 0.05,
      batchSize: 50,
      steps: 80_000,
      warmup: 1_000,
      epochs: 40,
      train: 96_000,
      pool: 'mean',
      parity: 'v3',
    });
  });

  test('are found by their whole name, by their last part, and by a path', () => {
    expect(loadPreset('image').name).toBe('image-s4d');
    expect(loadPreset('image', 's4d', 'cpu').name).toBe('image-s4d-cpu');
    expect(loadPreset('listops', 's4d', 'listops-s4d-quick').name).toBe('listops-s4d-quick');
    const path = join(folder, 'mine.json');
    writeFileSync(path, JSON.stringify({ ...loadPreset('listops').values, depth: 2 }));
    expect(loadPreset('listops', 's4d', path)).toMatchObject({ name: 'mine', values: { depth: 2 } });
    expect(() => loadPreset('image', 's4d', path)).toThrow('it is for the task listops, not image');
  });

  test.each([
    [['listop'], 'unknown task "listop"; did you mean listops?'],
    [['listops', 's4e'], 'unknown model "s4e"; did you mean s4'],
    [['text'], 'the runner has no data for the task "text" yet'],
    [['listops', 's4d', 'cpus'], 'unknown preset "cpus"; did you mean cpu'],
    [['listops', 's4d', 'elephant'], 'unknown preset "elephant"; known: listops-longconv, '],
    [['listops', 's4d', '/none.json'], 'preset /none.json does not exist'],
  ] as [[string, string?, string?], string][])('%j is refused', (names, message) => {
    expect(() => loadPreset(...names)).toThrow(message);
    expect(() => loadPreset(...names)).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });

  test('a file that is not JSON is refused', () => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{"task": ');
    expect(() => loadPreset('listops', 's4d', path)).toThrow(`preset ${path}: `);
  });
});

describe('parseConfig', () => {
  const { values } = loadPreset('listops');
  test.each([
    [{ dmodel: 64 }, 'unknown key "dmodel"; did you mean dModel?'],
    [{ bathcSize: 64 }, 'unknown key "bathcSize"; did you mean batchSize?'],
    [{ mean: 0.5 }, 'unknown key "mean"'],
    [{ lr: 'fast' }, 'lr: '],
    [{ depth: 0 }, 'depth: '],
    [{ depth: 1.5 }, 'depth: '],
    [{ dropout: 1 }, 'dropout: '],
    [{ kernelLr: { dt: 1, c: 2 } }, 'kernelLr: '],
    [{ init: 'random' }, 'init: '],
    [{ dState: 7 }, 'dState is 7, expected an even number'],
    [{ nSsm: 3 }, 'nSsm is 3, expected a divisor of dModel = 128'],
    [{ dtMin: 0.2 }, 'dtMin is 0.2 and dtMax 0.1'],
    [{ warmup: 90_000 }, 'warmup is 90000, expected less than steps 80000'],
    [{ lr: Number.NaN }, 'lr: '],
    [{ task: 'imag' }, 'unknown task "imag"; did you mean image?'],
  ])('%j is refused', (override, message) => {
    expect(() => parseConfig({ ...values, ...override }, 'preset x')).toThrow(message);
    expect(() => parseConfig({ ...values, ...override }, 'preset x')).toThrow(
      expect.objectContaining({ name: 'UsageError' }),
    );
  });

  test('fills in defaults', () => {
    const { dtMin: _, ...rest } = values;
    expect(parseConfig(rest, '')).toMatchObject({ dtMin: 0.001, minLength: 500, channels: 1 });
  });
});

test('overrides are read as JSON where they are, else as text', () => {
  expect(
    parseOverrides([
      '--dModel=64',
      '--init',
      'legs',
      '--prenorm',
      '--kernelLr={"dt":0.1}',
      '--lr',
      '0.5',
      '--eos=false',
    ]),
  ).toEqual({ dModel: 64, init: 'legs', prenorm: true, kernelLr: { dt: 0.1 }, lr: 0.5, eos: false });
  expect(() => parseOverrides(['dModel=64'])).toThrow('"dModel=64" is not of the form --key=value');
  expect(() => parseOverrides(['-x'])).toThrow('"-x" is not of the form --key=value');
});

test('every key is described', () => {
  const all = [...COLUMNS.map((task) => ({ task })), ...MODELS.map((model) => ({ model })), 'all' as const];
  for (const { key, text } of all.flatMap(keyHelp)) expect(text, key).not.toBe('');
});

test('near names are those one mistake away, nearest first', () => {
  expect(nearNames('dModl', ['dModel', 'dState', 'lr'])).toEqual(['dModel']);
  expect(nearNames('dstat', ['dtMin', 'dState', 'dModel'])).toEqual(['dState']);
  expect(nearNames('MODEL', ['dModel', 'model'])).toEqual(['model']);
  expect(nearNames('zzzzz', ['abc', 'lr', 'eos'])).toEqual([]);
});
