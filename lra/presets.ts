/** @file Presets: configurations with names, and what the command line puts over them. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TASKS } from './config.js';
import { UsageError, unknownName } from './errors.js';
import { MODELS } from './keys.js';
import { packageRoot } from './package.js';
import { COLUMNS } from './published.js';

const FOLDER = join(packageRoot, 'lra', 'presets');

/** Names of the presets of a task, or of all. */
export function presetNames(task?: string): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json') && (task === undefined || file.startsWith(`${task}-`)))
    .map((file) => basename(file, '.json'))
    .sort();
}

/**
 * The values of a preset as written. One that names another as its `base` has that one's values where it has none.
 *
 * @param path - of its JSON file.
 * @throws {@link UsageError} if it cannot be read.
 */
function readPreset(path: string): Record<string, unknown> {
  if (!existsSync(path)) throw new UsageError(`preset ${path} does not exist`);
  let values: Record<string, unknown>;
  try {
    values = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`preset ${path}: ${(error as Error).message}`);
  }
  const { base, ...own } = values;
  return typeof base === 'string' ? { ...readPreset(join(FOLDER, `${base}.json`)), ...own } : values;
}

/** The values of a preset that comes with the package. */
export function namedPreset(name: string): Record<string, unknown> {
  return readPreset(join(FOLDER, `${name}.json`));
}

/**
 * Find a preset: by its whole name, by what follows `<task>-<model>-`, or by the path of a JSON file.
 *
 * @returns its name and its values.
 * @throws {@link UsageError} for an unknown task, model or preset, listing near ones, and for a task that the runner
 *   does not have yet.
 */
export function loadPreset(
  task: string,
  model = 's4d',
  preset?: string,
): { name: string; values: Record<string, unknown> } {
  if (!(COLUMNS as readonly string[]).includes(task)) throw unknownName('task', task, COLUMNS);
  if (!(TASKS as readonly string[]).includes(task)) {
    throw new UsageError(
      `the runner has no data for the task "${task}" yet, only for ${TASKS.join(' and ')}; ` +
        `the presets ${presetNames(task).join(', ')} are there for later`,
    );
  }
  if (!(MODELS as readonly string[]).includes(model)) throw unknownName('model', model, MODELS);
  const base = `${task}-${model}`;
  const names = presetNames(task);
  if (preset?.endsWith('.json') === true) {
    const values = readPreset(preset);
    if (values['task'] !== task) {
      throw new UsageError(`preset ${preset}: it is for the task ${values['task']}, not ${task}`);
    }
    return { name: basename(preset, '.json'), values };
  }
  const name = [preset ?? base, `${base}-${preset}`].find((n) => names.includes(n));
  if (name !== undefined) return { name, values: namedPreset(name) };
  const short = names.filter((n) => n.startsWith(`${base}-`)).map((n) => n.slice(base.length + 1));
  throw unknownName('preset', preset ?? base, [...names, ...short]);
}

/**
 * Read `--key=value`, `--key value` and `--flag` arguments. A value is JSON if it parses as such, else a string.
 *
 * @throws {@link UsageError} for anything else.
 */
export function parseOverrides(args: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (let i = 0; i < args.length; i++) {
    const [, key, joined] = /^--([A-Za-z]\w*)(?:=(.*))?$/s.exec(args[i]) ?? [];
    if (key === undefined) throw new UsageError(`"${args[i]}" is not of the form --key=value`);
    const next = args[i + 1];
    if (joined !== undefined) values[key] = parseValue(joined);
    else if (next === undefined || next.startsWith('--')) values[key] = true;
    else values[key] = parseValue(args[++i]);
  }
  return values;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
