import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** For each folder or file, what it may import besides itself (packages are not meant here). */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  reference: ['src/errors.ts', 'src/ops', 'src/rng.ts'],
  'src/errors.ts': [],
  'src/disposable.ts': [],
  'src/tensor.ts': ['src/errors.ts'],
  'src/rng.ts': ['reference'],
  'src/ops': [],
  'src/backend.ts': ['src/tensor.ts', 'src/ops'],
  'src/rate-filter.ts': [],
  'src/shapes': ['src/errors.ts', 'src/tensor.ts', 'src/backend.ts'],
  'src/io': ['src/errors.ts'],
  'src/webgpu': [
    'wgsl',
    'src/shapes',
    'src/errors.ts',
    'src/tensor.ts',
    'src/disposable.ts',
    'reference/rng.ts',
    'reference/rfft.ts',
    'src/rate-filter.ts',
    'src/backend.ts',
  ],
  'src/wasm': [
    'build',
    'src/shapes',
    'src/errors.ts',
    'src/tensor.ts',
    'src/disposable.ts',
    'reference/rng.ts',
    'reference/rfft.ts',
    'src/rate-filter.ts',
    'src/backend.ts',
  ],
  'src/backends': [
    'src/webgpu',
    'src/wasm',
    'reference',
    'src/shapes',
    'src/errors.ts',
    'src/tensor.ts',
    'src/disposable.ts',
    'src/backend.ts',
    'src/ops',
  ],
  'src/autograd': ['src/backend.ts', 'src/errors.ts', 'src/tensor.ts', 'src/disposable.ts'],
  'src/optim': ['src/autograd', 'src/backend.ts', 'src/errors.ts', 'src/tensor.ts', 'src/disposable.ts'],
  'src/nn': [
    'src/autograd',
    'src/optim',
    'src/backend.ts',
    'src/errors.ts',
    'src/tensor.ts',
    'src/rng.ts',
    'src/disposable.ts',
    'src/io',
    'reference',
  ],
  'src/index.ts': ['src'],
  'src/wasm.ts': ['src'],
  'src/node.ts': ['src'],
  'src/nn.ts': ['src'],
  lra: ['src', 'reference', 'package.json'],
  bench: ['src', 'reference', 'test/cases', 'package.json'],
};

/** Launchers take types only from the interface above them, and the reference from the operations it defines. */
const TYPES_ONLY: readonly (readonly [string, string])[] = [
  ['src/webgpu', 'src/backend.ts'],
  ['src/wasm', 'src/backend.ts'],
  ['src/shapes', 'src/backend.ts'],
  ['reference', 'src/ops'],
  ['reference', 'src/rng.ts'],
];

const within = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);

function sources(): string[] {
  return ['src', 'reference', 'lra', 'bench'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file}`),
  );
}

test('imports point down the layers', () => {
  const wrong: string[] = [];
  for (const file of sources()) {
    const layer = Object.keys(ALLOWED)
      .filter((place) => within(file, place))
      .sort((a, b) => b.length - a.length)[0];
    if (layer === undefined) {
      if (file !== 'src/assets.d.ts') wrong.push(`${file} belongs to no layer`);
      continue;
    }
    const text = readFileSync(path.join(root, file), 'utf8');
    for (const [, types, specifier] of text.matchAll(/^(?:import|export)( type)?[^;'"]*?['"](\.[^'"]+)['"]/gm)) {
      const target = path
        .relative(root, path.resolve(root, path.dirname(file), specifier as string))
        .replace(/\?.*$/, '')
        .replace(/(?<!worker)\.js$/, '.ts');
      if (within(target, layer)) continue;
      const allowed = (ALLOWED[layer] as readonly string[]).some((place) => within(target, place));
      const typesOnly = TYPES_ONLY.some(([from, to]) => layer === from && within(target, to));
      if (!allowed || (typesOnly && types === undefined)) wrong.push(`${file} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the reference imports no packages but those for arrays and eigenvalues', () => {
  const wrong = sources()
    .filter((file) => file.startsWith('reference/'))
    .flatMap((file) =>
      [...readFileSync(path.join(root, file), 'utf8').matchAll(/from '([^.'][^']*)'/g)]
        .map(([, name]) => name)
        .filter((name) => name !== 'ndarray' && name !== 'ml-matrix')
        .map((name) => `${file} imports ${name}`),
    );
  expect(wrong).toEqual([]);
});
