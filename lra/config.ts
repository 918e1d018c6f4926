/** @file What defines a run: one flat list of keys, read from a preset and overridden on the command line. */

import type { ClassifierConfig, ClassifierOptions } from '../src/nn/config.js';
import { classifierConfig } from '../src/nn/config.js';
import type { MixerConfig } from '../src/nn/mixer.js';
import { UsageError, unknownName } from './errors.js';
import { MODELS, keysOfModel, schemaOf } from './keys.js';
import { COLUMNS, type Column } from './published.js';

/** Tasks that the runner has data for. */
export const TASKS: readonly Column[] = ['listops', 'image'];

/** Keys of every run, besides those of its task and its model. */
interface CommonConfig extends Omit<ClassifierConfig, 'vocab' | 'classes' | 'mixer' | 'lMax'> {
  readonly description: string;
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

interface ListopsKeys {
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

interface ImageKeys {
  readonly task: 'image';
  readonly mean: number;
  readonly std: number;
  readonly validation: number;
  readonly splitSeed: number;
  readonly verify: boolean;
}

/** A mixer's configuration with `kind` called `model`. */
type ModelKeys = {
  [K in MixerConfig['kind']]: { readonly model: K } & Omit<Extract<MixerConfig, { readonly kind: K }>, 'kind'>;
}[MixerConfig['kind']];

export type ListopsConfig = ListopsKeys & CommonConfig & ModelKeys;
export type ImageConfig = ImageKeys & CommonConfig & ModelKeys;

/** The configuration of a run, complete and checked. */
export type RunConfig = ListopsConfig | ImageConfig;

/**
 * Check a configuration and fill in defaults.
 *
 * @param where - where it comes from, for messages.
 * @throws {@link UsageError} naming the key and what is wrong with it; for an unknown key the near ones.
 */
export function parseConfig(values: Readonly<Record<string, unknown>>, where: string): RunConfig {
  const { task, model } = values;
  if (!(COLUMNS as readonly unknown[]).includes(task)) throw unknownName('task', `${task}`, COLUMNS);
  if (!(MODELS as readonly unknown[]).includes(model)) throw unknownName('model', `${model}`, MODELS);
  const schema = schemaOf(task as Column, model as MixerConfig['kind']);
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(values).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new UsageError(`${where}: ${unknownName('key', unknown, known).message}`);
  const parsed = schema.safeParse(values);
  if (parsed.success) return complete(parsed.data as unknown as RunConfig, where);
  const { path, message } = parsed.error.issues[0];
  throw new UsageError(`${where}: ${path.join('.')}: ${message}`);
}

/**
 * Fill in what the model has as defaults, and check what no key shows alone. The order of the keys does not depend on
 * which were given.
 */
function complete(config: RunConfig, where: string): RunConfig {
  const { warmup, steps } = config;
  if (warmup >= steps) throw new UsageError(`${where}: warmup is ${warmup}, expected less than steps ${steps}`);
  if (config.task === 'listops' && config.minLength + 1 >= config.maxLength) {
    throw new UsageError(
      `${where}: no length lies between minLength ${config.minLength} and maxLength ${config.maxLength}`,
    );
  }
  try {
    const { mixer } = classifierConfig({ ...modelOptions(config), classes: 10, lMax: 1024 });
    const own = keysOfModel(config.model);
    const others = Object.entries(config).filter(([key]) => !own.includes(key));
    return Object.fromEntries([...others, ...own.map((key) => [key, Object(mixer)[key]])]) as unknown as RunConfig;
  } catch (error) {
    throw new UsageError(`${where}: ${(error as Error).message}`);
  }
}

/** The part of a configuration that defines the classifier, but for the task's input, length and classes. */
export function modelOptions(config: RunConfig): Omit<ClassifierOptions, 'classes'> {
  const { depth, dModel, bidirectional, channels, parity, norm, prenorm, dropout, tieDropout, pool } = config;
  const own = keysOfModel(config.model).map((key) => [key, Object(config)[key]] as const);
  const given = Object.fromEntries(own.filter(([, value]) => value !== undefined));
  const mixer = { ...given, kind: config.model } as ClassifierOptions['mixer'];
  return { depth, dModel, bidirectional, channels, parity, norm, prenorm, dropout, tieDropout, pool, mixer };
}
