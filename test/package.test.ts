import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { type Rolldown, build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as reference from '../reference/index.js';
import { expectClose, EPS32 } from './support/close.js';
import { launchBrowser, serve } from './support/browser.js';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '..');

/** A project of a user, with the packed tarball installed. */
let project: string;
let browser: Browser;

beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'longwave-package-'));
  await writeFile(path.join(project, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
  const packed = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], { cwd: root });
  const tarball = packed.stdout.trim().split('\n').at(-1) as string;
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: project });
  browser = await launchBrowser();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await rm(project, { recursive: true, force: true });
});

const [B, H, L] = [2, 2, 100];
const u = Array.from({ length: B * H * L }, (_, i) => Math.fround(Math.sin(i)));
const k = Array.from({ length: H * L }, (_, i) => Math.fround(Math.cos(3 * i) / (1 + (i % L))));
const expected = (): Float64Array =>
  reference.longconv(Float64Array.from(u), Float64Array.from(k), { B, H, L, C: 1, K: L, bidirectional: false });
/** Two transforms of 2L values; see test/longconv.test.ts. */
const BOUND = 2 * EPS32 * Math.log2(2 * L);

/** The program of the user: it must run as it stands in Node and in a bundle for browsers. */
const onCpu = `
  const cpu = await openCpu();
  const y = longconv(cpu.tensor(${JSON.stringify(u)}, [${B}, ${H}, ${L}]), cpu.tensor(${JSON.stringify(k)}, [${H}, ${L}]));
  const result = { threads: cpu.threads, values: [...(await y.read())] };
  cpu.dispose();`;

test('the tarball holds what it should and nothing else', async () => {
  const installed = path.join(project, 'node_modules/longwave');
  expect((await readdir(installed)).sort()).toEqual(
    ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'lra', 'package.json', 'wgsl'].sort(),
  );
  const files = await readdir(path.join(installed, 'dist'), { recursive: true });
  expect(files.filter((file) => /(^|\/)test(\/|$)|\.wasm$|golden/.test(file))).toEqual([]);
});

test('publint and attw find no fault', async () => {
  await run('npx', ['publint', '--strict', path.join(project, 'node_modules/longwave')], { cwd: root });
  const tarball = (await readdir(project)).find((file) => file.endsWith('.tgz')) as string;
  await run('npx', ['attw', '--profile', 'esm-only', path.join(project, tarball)], { cwd: root });
}, 120_000);

test('runs in a fresh Node project', async () => {
  await writeFile(
    path.join(project, 'main.js'),
    `import { longconv, openCpu } from 'longwave/wasm';
     import 'longwave';
     import 'longwave/nn';
     import 'longwave/reference';
     ${onCpu}
     console.log(JSON.stringify(result));`,
  );
  const { stdout } = await run('node', ['main.js'], { cwd: project });
  expectClose('y', JSON.parse(stdout).values, expected(), BOUND);
});

test('the programs answer --help', async () => {
  for (const name of ['longwave-lra', 'longwave-bench']) {
    const { stdout } = await run('npx', [name, '--help'], { cwd: project });
    expect(stdout).toContain(`Usage: ${name}`);
  }
});

/** Bundle a module for browsers with Vite's defaults; returns its folder. */
async function bundle(name: string, code: string): Promise<{ folder: string; text: string }> {
  const source = path.join(project, name);
  await mkdir(source, { recursive: true });
  await writeFile(path.join(source, 'index.html'), '<!doctype html><title>user</title><script type="module" src="main.js"></script>');
  await writeFile(path.join(source, 'main.js'), code);
  const output = (await build({ root: source, logLevel: 'error', configFile: false, build: { target: 'esnext' } })) as Rolldown.RolldownOutput;
  const text = output.output.map((file) => (file.type === 'chunk' ? file.code : '')).join('\n');
  return { folder: path.join(source, 'dist'), text };
}

/** What the page leaves in window.result. */
async function resultOf(url: string): Promise<{ threads: number; values: number[]; error?: string }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url);
  await page.waitForFunction(() => 'result' in window, undefined, { timeout: 60_000 }).catch((error: unknown) => {
    throw new Error(`no result: ${errors.join('; ')}`, { cause: error });
  });
  const result = await page.evaluate(() => (window as never as { result: never }).result);
  await page.close();
  return result;
}

test('runs in a browser project on the CPU, with and without cross-origin isolation', async () => {
  const { folder } = await bundle(
    'cpu',
    `import { longconv, openCpu } from 'longwave/wasm'; ${onCpu} window.result = result;`,
  );
  for (const isolated of [true, false]) {
    await using server = await serve(folder, isolated);
    const { threads, values } = await resultOf(server.url);
    expect(threads > 1).toBe(isolated && navigatorCores() > 1);
    expectClose('y', values, expected(), BOUND);
  }
}, 120_000);

test('runs in a browser project on WebGPU', async () => {
  const { folder } = await bundle(
    'gpu',
    `import { longconv, openGpu } from 'longwave';
     const gpu = await openGpu();
     const y = longconv(gpu.tensor(${JSON.stringify(u)}, [${B}, ${H}, ${L}]), gpu.tensor(${JSON.stringify(k)}, [${H}, ${L}]));
     window.result = { threads: 0, values: [...(await y.read())] };`,
  );
  await using server = await serve(folder, false);
  expectClose('y', (await resultOf(server.url)).values, expected(), BOUND);
}, 120_000);

test('a bundle holds only what it uses', async () => {
  const only = async (name: string, code: string): Promise<string> => (await bundle(name, code)).text;
  const device = await only('only-device', `import { openGpu } from 'longwave'; window.gpu = openGpu();`);
  expect(device).not.toContain('@compute');
  const conv = await only('only-longconv', `import { longconv } from 'longwave'; window.longconv = longconv;`);
  expect(conv).toContain('@compute');
  expect(conv).not.toContain('adamw');
});

function navigatorCores(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 2;
}

test('declarations of every entry are shipped', async () => {
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types: string }>;
  };
  for (const entry of Object.values(manifest.exports)) {
    if (typeof entry === 'string') continue;
    const text = await readFile(path.join(project, 'node_modules/longwave', entry.types), 'utf8');
    expect(text.length).toBeGreaterThan(0);
  }
});
