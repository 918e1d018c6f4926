import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asyncDispose } from '../src/disposable.js';
import { type Gpu, type Kernel, kernel } from '../src/index.js';
import { openTestGpu } from './support/gpu.js';

const root = path.resolve(import.meta.dirname, '../wgsl');
const common = path.join(root, 'common');
const text = (file: string): string => readFileSync(file, 'utf8');

const fragments = readdirSync(common).filter((file) => file.endsWith('.wgsl'));
const kernels = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.wgsl') && !file.startsWith('common'))
  .sort();

/** The comment that opens a file, as one line. */
const header = (code: string): string => (/^(?:\/\/.*\n)+/.exec(code)?.[0] ?? '').replaceAll(/\s*\n?\/\/ ?/g, ' ').trim();

/** Fragments that a header names: each entry is one, or several that are interchangeable. */
function uses(code: string): string[][] {
  const list = /Uses: (.*?)(?:[.;](?: |$)|$)/.exec(header(code).replaceAll('.wgsl', '_wgsl'))?.[1] ?? '';
  return list
    .split(/, (?:and )?| and /)
    .map((entry) => [...entry.matchAll(/([\w-]+)_wgsl/g)].map(([, name]) => `${name}.wgsl`))
    .filter((names) => names.length > 0);
}

/** All ways to join a kernel with the fragments that its header names. */
function variants(file: string): { name: string; files: string[] }[] {
  const groups = uses(text(path.join(root, file)));
  const width = Math.max(1, ...groups.map((names) => names.length));
  return Array.from({ length: width }, (_, i) => {
    const files = groups.map((names) => names[Math.min(i, names.length - 1)] as string);
    return { name: [file, ...files.filter((_, g) => (groups[g] as string[]).length > 1)].join(' + '), files };
  });
}

describe.each(kernels)('%s', (file) => {
  const code = text(path.join(root, file));
  const name = path.basename(file, '.wgsl');

  test('opens with a comment that starts with its name and names only fragments that exist', () => {
    expect(code.startsWith(`// ${name}: `), 'first line').toBe(true);
    for (const names of uses(code)) for (const fragment of names) expect(fragments).toContain(fragment);
  });

  test('has one entry point, main', () => {
    expect([...code.matchAll(/@compute[^{]*?fn (\w+)/g)].map(([, id]) => id)).toEqual(['main']);
  });

  test('has Params of scalars only', () => {
    const body = /struct Params \{([^}]*)\}/.exec(code)?.[1];
    for (const field of (body ?? '').split(/[,\n]/).map((line) => line.replace(/\/\/.*/, '').trim())) {
      if (field !== '') expect(field).toMatch(/^\w+: (u32|i32|f32)$/);
    }
  });

  test('binds params first, then inputs, then outputs, without gaps', () => {
    const { bindings } = kernel(file, code);
    expect(bindings.map(({ index }) => index)).toEqual(bindings.map((_, i) => i));
    expect(bindings.map(({ name }) => name).indexOf('params')).toBeLessThanOrEqual(0);
    const kinds = bindings.map(({ type }) => ['uniform', 'read-only-storage', 'storage'].indexOf(type));
    expect(kinds).toEqual([...kinds].sort());
  });

  test('uses no built-in that WGSL leaves inexact', () => {
    expect(code.replaceAll(/\/\/.*/g, '')).not.toMatch(/\b(sin|cos|tan|pow|tanh|atomic\w+)\s*[(<]/);
  });
});

test('fragments have no entry point and open with a comment', () => {
  for (const fragment of fragments) {
    const code = text(path.join(common, fragment));
    expect(code.startsWith('// '), fragment).toBe(true);
    expect(code, fragment).not.toMatch(/@compute/);
    for (const names of uses(code)) for (const name of names) expect(fragments).toContain(name);
  }
});

/** SwiftShader takes minutes to compile these; test/*-hardware.test.ts run them on lavapipe. */
const UNROLLED = [
  'butterfly/level.wgsl',
  'butterfly/dlevel.wgsl',
  'butterfly/dfactor.wgsl',
  'butterfly/monarch.wgsl',
  'fft/forward.wgsl',
  'fft/inverse.wgsl',
  'longconv/convolve.wgsl',
  'longconv/middle.wgsl',
];

describe('every kernel compiles with its default constants', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openTestGpu();
  });
  afterAll(() => gpu[asyncDispose]());

  const compiled = kernels.filter((file) => !UNROLLED.includes(file));
  test.each(compiled.flatMap(variants))('$name', async ({ name, files }) => {
    const file = name.split(' + ')[0] as string;
    const parts = files.map((fragment) => text(path.join(common, fragment)));
    const joined: Kernel = kernel(name, ...parts, text(path.join(root, file)));
    const buffers = Object.fromEntries(
      joined.bindings.filter(({ type }) => type !== 'uniform').map(({ name }) => [name, gpu.zeros([64])]),
    );
    const params = Object.fromEntries(joined.params.map(({ name }) => [name, 0]));
    await gpu.compile(() => gpu.run(joined, { params, buffers, grid: [1] }));
    for (const tensor of Object.values(buffers)) tensor.dispose();
  });
});
