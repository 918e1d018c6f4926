import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drivers } from './support/gpu.js';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'test/.readme');

beforeAll(() => mkdir(folder, { recursive: true }));
afterAll(() => rm(folder, { recursive: true, force: true }));

const readme = await readFile(path.join(root, 'README.md'), 'utf8');
const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code], i) => ({ number: i + 1, code: code as string }));

test.each(snippets)('snippet $number of the README runs', async ({ number, code }) => {
  if (code.includes('longwave/node')) process.env['VK_DRIVER_FILES'] = drivers['swiftshader'];
  const file = path.join(folder, `snippet-${number}.ts`);
  await writeFile(file, code);
  await import(file);
});

test('the README has its snippets and its two commands', () => {
  expect(snippets.length).toBeGreaterThanOrEqual(3);
  expect(readme).toContain('npm ci && npm start');
  expect(readme).toContain('npm ci && npm test');
});

test('links of the README lead somewhere', async () => {
  for (const [, target] of readme.matchAll(/\]\((?!https:)([^)#]+)/g)) {
    await expect(readFile(path.join(root, target as string))).resolves.toBeDefined();
  }
});
