import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const manifest = path.resolve(import.meta.dirname, '../../node_modules/@sparticuz/chromium/package.json');
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };

/** Where Chromium, its SwiftShader and the libraries they load are unpacked. */
export const chromiumFolder: string = path.join(tmpdir(), `longwave-chromium-${version}`);

/**
 * Unpack the npm package @sparticuz/chromium, once for each version of it.
 *
 * It unpacks into the temporary folder of its process, and its libraries only where that looks like Amazon's Lambda, so
 * a process of its own is given both.
 */
export async function unpackChromium(): Promise<void> {
  if (existsSync(chromiumFolder)) return;
  const partial = `${chromiumFolder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  try {
    const code = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    });
    await rename(partial, chromiumFolder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
