/** @file Run folders: config.json, log.jsonl, checkpoint.safetensors, best.safetensors, result.json. */

import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { DataError } from '../src/errors.js';
import { type RunConfig, parseConfig } from './config.js';
import { UsageError } from './errors.js';
import { writeAtomic } from './files.js';
import { version } from './package.js';

/** What config.json holds: everything that the result depends on but the machine. */
export interface Settings {
  readonly preset: string;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Folder of the data; null where they are generated. */
  readonly data: string | null;
  readonly backend: 'webgpu' | 'wasm' | 'reference';
  readonly config: RunConfig;
}

const settingsSchema = z.object({
  preset: z.string(),
  overrides: z.record(z.string(), z.unknown()),
  seed: z.int().min(0),
  data: z.string().nullable(),
  backend: z.enum(['webgpu', 'wasm', 'reference']),
  config: z.record(z.string(), z.unknown()),
});

/** A run folder's files. */
export interface RunFiles {
  readonly config: string;
  readonly log: string;
  readonly checkpoint: string;
  readonly best: string;
  readonly result: string;
}

export function runFiles(folder: string): RunFiles {
  return {
    config: join(folder, 'config.json'),
    log: join(folder, 'log.jsonl'),
    checkpoint: join(folder, 'checkpoint.safetensors'),
    best: join(folder, 'best.safetensors'),
    result: join(folder, 'result.json'),
  };
}

/** The first of runs/<preset>-1, -2, … that does not exist. */
export function freshFolder(preset: string): string {
  for (let n = 1; ; n++) {
    const folder = join('runs', `${preset}-${n}`);
    if (!existsSync(folder)) return folder;
  }
}

/** @throws {@link UsageError} if there is anything in the folder. */
export function checkFresh(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UsageError(`${folder} exists; continue that run with --resume ${folder}, or choose another --out`);
  }
}

/** Make a run folder. */
export function createRun(folder: string, settings: Settings): void {
  checkFresh(folder);
  writeAtomic(runFiles(folder).config, `${JSON.stringify({ version, ...settings }, undefined, 2)}\n`);
}

/** Remove what a killed process left half written. */
export function removePartial(folder: string): void {
  for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name));
}

/**
 * The settings of a run folder.
 *
 * @throws {@link DataError} if it is not one.
 */
export function openRun(folder: string): Settings {
  const path = runFiles(folder).config;
  if (!existsSync(path)) throw new DataError(`${path} is missing: ${folder} is not a run folder`, path);
  try {
    const settings = settingsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return { ...settings, config: parseConfig(settings.config, path) };
  } catch (error) {
    throw new DataError(`${path}: ${(error as Error).message}`, path);
  }
}

/**
 * @param asked - settings and keys of the configuration that the command line names.
 * @throws {@link UsageError} if one of them is not the run's own.
 */
export function checkSame(folder: string, own: Settings, asked: Readonly<Record<string, unknown>>): void {
  const mine: Record<string, unknown> = { ...own, ...own.config };
  const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
  for (const [key, value] of Object.entries(asked)) {
    if (isDeepStrictEqual(mine[key], value)) continue;
    throw new UsageError(
      `${folder} was started with ${key} ${show(mine[key])}, not ${show(value)};` +
        ' resume it as it is, or start a new run',
    );
  }
}
