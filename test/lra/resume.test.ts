import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, expect, test, vi } from 'vitest';
import { readCheckpoint } from '../../lra/checkpoint.js';
import { type LogEntry, readLog } from '../../lra/log.js';
import { runFiles } from '../../lra/run.js';
import { temporaryFolder } from '../support/folder.js';
import { tinyListops } from '../support/tiny.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const root = join(import.meta.dirname, '../..');
const dist = join('build', 'resume-test');
const folder = temporaryFolder();

const keys = { ...tinyListops, depth: 2, dModel: 16, nSsm: 16, steps: 300, evaluateEvery: 90, logEvery: 7 };
const overrides = Object.entries(keys).map(([key, value]) => `--${key}=${JSON.stringify(value)}`);
const fresh = (name: string): string[] => [
  ...['listops', '--backend=wasm', '--seed=5', '--out', join(folder, name), '--checkpoint-every=0.02'],
  ...overrides,
];
const resume = (name: string): string[] => ['--resume', join(folder, name), '--checkpoint-every=0.02'];

beforeAll(async () => {
  const { status, stderr } = spawnSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--outDir', dist], {
    cwd: root,
  });
  expect(status, `${stderr}`).toBe(0);
  expect(await finish(train(fresh('whole')))).toMatchObject({ code: 0, errors: '' });
});

function train(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(dist, 'lra/cli.js'), 'train', ...args], { cwd: root });
}

/** Wait for the end of a process. */
async function finish(child: ChildProcess): Promise<{ code: number | null; signal: string | null; errors: string }> {
  let errors = '';
  child.stderr?.on('data', (chunk) => (errors += chunk));
  return new Promise((done) => child.on('close', (code, signal) => done({ code, signal, errors })));
}

/** Wait until the run has a checkpoint of at least `step` steps. */
async function reached(name: string, step: number, child: ChildProcess): Promise<void> {
  const { checkpoint } = runFiles(join(folder, name));
  while (!existsSync(checkpoint) || readCheckpoint(checkpoint).position.step < step) {
    if (child.exitCode !== null) throw new Error(`the run ended before step ${step}`);
    await setTimeout(2);
  }
}

/** Everything that must not depend on interruptions: all files but the times in them. */
function outcome(name: string): { log: object[]; checkpoint: string; best: string; result: object } {
  const files = runFiles(join(folder, name));
  const { seconds: _, ...result } = JSON.parse(readFileSync(files.result, 'utf8')) as Record<string, unknown>;
  return {
    log: readLog(files.log).map(({ seconds: _, ...entry }: LogEntry) => entry),
    checkpoint: readFileSync(files.checkpoint).toString('base64'),
    best: readFileSync(files.best).toString('base64'),
    result,
  };
}

test('killed three times and resumed, a run ends as if nothing had happened', async () => {
  let args = fresh('killed');
  for (const step of [20, 100, 200]) {
    const child = train(args);
    await reached('killed', step, child);
    child.kill('SIGKILL');
    expect(await finish(child)).toMatchObject({ signal: 'SIGKILL' });
    args = resume('killed');
  }
  expect(existsSync(runFiles(join(folder, 'killed')).result)).toBe(false);
  expect(await finish(train(args))).toMatchObject({ code: 0, errors: '' });
  const [killed, whole] = [outcome('killed'), outcome('whole')];
  expect(killed.log).toEqual(whole.log);
  expect(killed.result).toEqual(whole.result);
  expect(killed.checkpoint === whole.checkpoint).toBe(true);
  expect(killed.best === whole.best).toBe(true);
});

test('Ctrl-C ends with code 130 and a checkpoint to go on from', async () => {
  const child = train(fresh('interrupted'));
  await reached('interrupted', 50, child);
  child.kill('SIGINT');
  const { code, errors } = await finish(child);
  expect(code).toBe(130);
  expect(errors).toMatch(/^stopped after step \d+; continue with: longwave-lra train --resume /);
  expect(await finish(train(resume('interrupted')))).toMatchObject({ code: 0 });
  expect(outcome('interrupted')).toEqual(outcome('whole'));
});
