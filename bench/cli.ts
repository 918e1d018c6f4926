#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import v8 from 'node:v8';
import { command } from './command.js';

// Node 20 has relaxed SIMD behind a flag; it must be on before a module is compiled.
if (process.versions.node.startsWith('20.')) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

try {
  await command(version).parseAsync();
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
// Dawn and the workers of some peers keep Node alive.
process.exit(process.exitCode ?? 0);
