/** @file What defines a run: one flat list of keys, read from a preset and overridden on the command line. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type ClassifierConfig, classifierConfig } from '../src/nn/config.js';
import { UsageError, unknownName } from './errors.js';
import { packageRoot } from './package.js';

/** Tasks by name. */
export const TASKS: readonly string[] = ['image', 'listops'];

/** Models by name. */
export const MODELS: readonly string[] = ['s4d'];

/** Keys of every run, besides those of the classifier itself. */
interface CommonConfig extends Omit<ClassifierConfig, 'vocab' | 'classes' | 'kernelLr'> {
  readonly description: string;
  readonly model: 's4d';
  readonly kernelLr:
    number | { readonly dt?: number | undefined; readonly A?: number | undefined; readonly B?: number | undefined };
  readonly batchSize: number;
  readonly lr: number;
  readonly weightDecay: number;
  readonly maxNorm?: number | undefined;
  readonly warmup: number;
  readonly steps: number;
  readonly epochs?: number | undefined;
  readonly maxMinutes?: number | undefined;
  readonly evaluateEvery: number;
  readonly logEvery: number;
}

export interface ListopsConfig extends CommonConfig {
  readonly task: 'listops';
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly dataSeed: number;
  readonly minLength: number;
  readonly maxLength: number;
  readonly maxDepth: number;
  readonly maxArgs: number;
  readonly eos: boolean;
  readonly buckets: readonly number[];
}

export interface ImageConfig extends CommonConfig {
  readonly task: 'image';
  readonly mean: number;
  readonly std: number;
  readonly validation: number;
  readonly splitSeed: number;
  readonly verify: boolean;
}

/** The configuration of a run, complete and checked. */
export type RunConfig = ListopsConfig | ImageConfig;

const count = z.int().min(1);
const rate = z.number().min(0);

const common = {
  description: z.string().default('').describe('what the preset is for'),
  model: z.literal('s4d').describe('the sequence layer'),
  depth: count.describe('number of blocks'),
  dModel: count.describe('channels of the sequence, H'),
  dState: count.default(64).describe('real state size N'),
  nSsm: count.default(1).describe('independent sets of A and B; a divisor of dModel'),
  init: z.enum(['lin', 'inv', 'legs']).default('lin').describe('initial eigenvalues'),
  dtMin: z.number().positive().default(0.001).describe('range of the initial steps'),
  dtMax: z.number().positive().default(0.1).describe('range of the initial steps'),
  dtTransform: z.enum(['exp', 'softplus']).default('exp').describe('how dt follows from its parameter'),
  discretisation: z.enum(['zoh', 'bilinear']).default('zoh').describe('zero-order hold or bilinear'),
  bidirectional: z.boolean().default(true).describe('see the future too'),
  channels: count.default(1).describe('output channels for each input channel'),
  kernelLr: z
    .union([rate, z.strictObject({ dt: rate.optional(), A: rate.optional(), B: rate.optional() })])
    .default(0.001)
    .describe('learning rate of dt, A and B, or {"dt", "A", "B"}, the base rate where left out'),
  parity: z.enum(['v3', 'v4']).default('v3').describe("which of the authors' two versions of the layer"),
  norm: z.enum(['batch', 'layer']).default('batch').describe('kind of normalisation'),
  prenorm: z.boolean().default(false).describe('normalise before each layer instead of after'),
  dropout: z.number().min(0).lt(1).default(0).describe('probability of zeroing'),
  tieDropout: z.boolean().default(true).describe('one dropout mask for all positions'),
  pool: z.enum(['mean', 'last']).default('mean').describe('what the decoder sees'),
  batchSize: count.describe('sequences a step'),
  lr: rate.describe('base learning rate of AdamW'),
  weightDecay: rate.default(0).describe('decoupled weight decay'),
  maxNorm: z.number().positive().optional().describe('largest norm of the gradient; none by default'),
  warmup: z.int().min(0).default(0).describe('steps of linear warm-up'),
  steps: count.describe('steps to train; the cosine schedule ends there'),
  epochs: z.number().positive().optional().describe('stop after so many passes, if before `steps`'),
  maxMinutes: z.number().positive().optional().describe('stop after so much time, if before `steps`'),
  evaluateEvery: count.describe('steps between evaluations on the validation split'),
  logEvery: count.default(50).describe('steps between two lines of log.jsonl'),
};

const listopsSchema = z.strictObject({
  task: z.literal('listops'),
  ...common,
  train: count.default(96_000).describe('expressions to draw for training'),
  validation: count.default(2_000).describe('expressions to draw for validation'),
  test: count.default(2_000).describe('expressions to draw for the test'),
  dataSeed: z.int().min(0).default(1).describe('seed of the expressions'),
  minLength: z.int().min(0).default(500).describe('symbols of an expression, exclusive'),
  maxLength: z.int().min(4).default(2_000).describe('symbols of an expression, exclusive'),
  maxDepth: z.int().min(2).default(10).describe('lists within lists'),
  maxArgs: z.int().min(2).default(10).describe('most arguments of a list'),
  eos: z.boolean().default(false).describe('append an end symbol'),
  buckets: z.array(count).min(1).default([2048]).describe('lengths that batches are padded to'),
});

const imageSchema = z.strictObject({
  task: z.literal('image'),
  ...common,
  mean: z
    .number()
    .default(122.6 / 255)
    .describe('subtracted from pixel / 255'),
  std: z
    .number()
    .positive()
    .default(61 / 255)
    .describe('the difference is divided by it'),
  validation: count.default(5_000).describe('training images held out for validation'),
  splitSeed: z.int().min(0).default(42).describe('picks them'),
  verify: z.boolean().default(true).describe("demand the official data set's checksums"),
});

const schemas = { listops: listopsSchema, image: imageSchema } as const;

/** The keys of a task's runs with their meaning and default, for the help text. */
export function configKeys(task: keyof typeof schemas): { key: string; text: string; initial: unknown }[] {
  return Object.entries(schemas[task].shape)
    .filter(([key]) => !['task', 'model', 'description'].includes(key))
    .map(([key, schema]) => ({
      key,
      text: (schema as z.ZodType).description ?? '',
      initial: (schema as z.ZodType).safeParse(undefined).data,
    }));
}

/**
 * Check a configuration and fill in defaults.
 *
 * @param where - where it comes from, for messages.
 * @throws {@link UsageError} naming the key and what is wrong with it; for an unknown key the near ones.
 */
export function parseConfig(values: Readonly<Record<string, unknown>>, where: string): RunConfig {
  const task = values['task'];
  if (typeof task !== 'string' || !(task in schemas)) throw unknownName('task', `${task}`, TASKS);
  const schema = schemas[task as keyof typeof schemas];
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(values).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new UsageError(`${where}: ${unknownName('key', unknown, known).message}`);
  const parsed = schema.safeParse(values);
  if (parsed.success) return checkTogether(parsed.data, where);
  const { path, message } = parsed.error.issues[0];
  throw new UsageError(`${where}: ${path.join('.')}: ${message}`);
}

/** What no key shows alone. The classifier's own checks say the rest. */
function checkTogether(config: RunConfig, where: string): RunConfig {
  const { warmup, steps } = config;
  if (warmup >= steps) throw new UsageError(`${where}: warmup is ${warmup}, expected less than steps ${steps}`);
  if (config.task === 'listops' && config.minLength + 1 >= config.maxLength) {
    throw new UsageError(
      `${where}: no length lies between minLength ${config.minLength} and maxLength ${config.maxLength}`,
    );
  }
  try {
    classifierConfig({ ...modelKeys(config), classes: 10 });
  } catch (error) {
    throw new UsageError(`${where}: ${(error as Error).message}`);
  }
  return config;
}

/** The keys of a configuration that define the classifier, but for the task's input and classes. */
export function modelKeys(config: RunConfig): Omit<ClassifierConfig, 'vocab' | 'classes'> {
  const { depth, dModel, dState, nSsm, init, dtMin, dtMax, dtTransform, discretisation, bidirectional, channels } =
    config;
  const { kernelLr, parity, norm, prenorm, dropout, tieDropout, pool } = config;
  const kernel = {
    depth,
    dModel,
    dState,
    nSsm,
    init,
    dtMin,
    dtMax,
    dtTransform,
    discretisation,
    bidirectional,
    channels,
  };
  return { ...kernel, kernelLr, parity, norm, prenorm, dropout, tieDropout, pool };
}

/** Names of the presets of a task, or of all. */
export function presetNames(task?: string): string[] {
  return readdirSync(join(packageRoot, 'lra', 'presets'))
    .filter((file) => file.endsWith('.json') && (task === undefined || file.startsWith(`${task}-`)))
    .map((file) => basename(file, '.json'))
    .sort();
}

/**
 * Find a preset: by its whole name, by what follows `<task>-<model>-`, or by the path of a JSON file.
 *
 * @returns its name and its values as written.
 * @throws {@link UsageError} for an unknown task, model or preset, listing near ones.
 */
export function loadPreset(
  task: string,
  model = 's4d',
  preset?: string,
): { name: string; values: Record<string, unknown> } {
  if (!TASKS.includes(task)) throw unknownName('task', task, TASKS);
  if (!MODELS.includes(model)) throw unknownName('model', model, MODELS);
  const base = `${task}-${model}`;
  const names = presetNames(task);
  const isPath = preset?.endsWith('.json') === true;
  const name = isPath
    ? basename(preset as string, '.json')
    : [preset ?? base, `${base}-${preset}`].find((n) => names.includes(n));
  if (name === undefined) {
    const short = names.filter((n) => n.startsWith(`${base}-`)).map((n) => n.slice(base.length + 1));
    throw unknownName('preset', preset ?? base, [...names, ...short]);
  }
  const path = isPath ? (preset as string) : join(packageRoot, 'lra', 'presets', `${name}.json`);
  if (!existsSync(path)) throw new UsageError(`preset ${path} does not exist`);
  try {
    const values = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    if (isPath && values['task'] !== task) throw new Error(`it is for the task ${values['task']}, not ${task}`);
    return { name, values };
  } catch (error) {
    throw new UsageError(`preset ${path}: ${(error as Error).message}`);
  }
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
