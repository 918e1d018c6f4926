/** @file The keys of a run's configuration: their types, their meaning, and the defaults of those that no model has. */

import { z } from 'zod';
import { classifierConfig } from '../src/nn/config.js';
import { MIXERS, type MixerConfig } from '../src/nn/mixer.js';
import type { Column } from './published.js';

/** Models by name: what mixes along the sequence. */
export const MODELS: readonly MixerConfig['kind'][] = MIXERS;

const count = z.int().min(1);
const rate = z.number().min(0);

/** Keys of every run. */
const common = {
  description: z.string().default('').describe('what the preset is for'),
  model: z.enum(MODELS).describe('what mixes along the sequence'),
  depth: count.describe('number of blocks'),
  dModel: count.describe('channels of the sequence, H'),
  bidirectional: z.boolean().default(true).describe('see the future too'),
  channels: count.default(1).describe('output channels for each input channel'),
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

const listops = {
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
};

const image = {
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
};

/** Keys of each task. Those without data here have only presets. */
const tasks: Readonly<Record<Column, Readonly<Record<string, z.ZodType>>>> = {
  listops,
  image,
  text: {},
  retrieval: {},
  pathfinder: {},
  'path-x': {},
};

const kernelLr = z
  .union([rate, z.strictObject({ dt: rate.optional(), A: rate.optional(), B: rate.optional() })])
  .describe('learning rate of dt, A and B, or {"dt", "A", "B"}, the base rate where left out');

const ssm = {
  dState: count.describe('real state size N'),
  nSsm: count.describe('independent sets of A and B; a divisor of dModel'),
  dtMin: z.number().describe('range of the initial steps'),
  dtMax: z.number().describe('range of the initial steps'),
  dtTransform: z.enum(['exp', 'softplus']).describe('how dt follows from its parameter'),
  kernelLr,
};

const S4D_INITS = ['lin', 'inv', 'inv2', 'quad', 'real', 'legs', 'rand'];
const s4dInit = z.enum(S4D_INITS);

/** Keys of each model, which takes its own defaults for those left out. */
const models: Readonly<Record<MixerConfig['kind'], Readonly<Record<string, z.ZodType>>>> = {
  s4: {
    ...ssm,
    init: z
      .enum(['legs', 'legt', 'lagt', 'fourier', 'fourier2', 'fourier_decay', 'hippo', 'diag', 'all'])
      .describe('HiPPO measure'),
    rank: z.int().min(1).max(2).describe('rank of the low-rank part; that of the measure where left out'),
  },
  s4d: {
    ...ssm,
    init: z
      .union([s4dInit, z.array(s4dInit)])
      .describe(`initial eigenvalues: ${S4D_INITS.join(', ')}, or a list that the sets share`),
    discretisation: z.enum(['zoh', 'bilinear', 'dss']).describe('zero-order hold, bilinear, or normalised modes'),
    bandlimit: z.number().positive().describe('leave out modes faster than this share of the sampling rate'),
  },
  sgconv: {
    kernelDim: count.describe('weights of one scale'),
    nScales: count.describe('scales; as many as cover the longest sequence where left out'),
    initScale: z.int().min(0).describe('the finest scale is stretched by 2^initScale'),
    mode: z.enum(['cat', 'sum']).describe('scales one after the other, or added'),
    interpolation: z.enum(['linear', 'nearest']).describe('between the samples of a scale'),
    weights: z.enum(['randn', 'cos']).describe('initial weights'),
    decay: z.enum(['scale', 'power', 'fixed-power']).describe('what makes far taps small'),
    decayMin: z.number().describe('range of the decay over features'),
    decayMax: z.number().describe('range of the decay over features'),
    taper: z.boolean().describe('multiply the initial weights of a scale by falling numbers'),
    kernelLr: rate.describe('learning rate of the weights'),
  },
  longconv: {
    weights: z.enum(['random', 'geometric']).describe('initial taps'),
    lambda: z.number().describe('taps are drawn towards zero by it'),
    smoothing: z.enum(['none', 'time', 'frequency']).describe('moving average over taps, or over their spectrum'),
    smoothWidth: count.describe('taps or bins that smoothing joins, odd'),
    kernelDropout: z.number().describe('probability of zeroing a tap in training'),
    kernelLr: rate.describe('learning rate of the taps'),
  },
};

/** The keys that belong to a model alone, by name. */
export function keysOfModel(model: MixerConfig['kind']): string[] {
  return Object.keys(models[model]);
}

/** The schema of a task's and a model's runs. */
export function schemaOf(task: Column, model: MixerConfig['kind']): z.ZodObject {
  const own = Object.entries(models[model]).map(([key, schema]) => [key, schema.optional()]);
  return z.strictObject({ task: z.literal(task), ...common, ...tasks[task], ...Object.fromEntries(own) });
}

/** A key for the help text. */
export interface KeyHelp {
  readonly key: string;
  readonly text: string;
  readonly initial: unknown;
}

/** A key's meaning, with the values that it can take where they are names. */
function textOf(schema: z.ZodType): string {
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  const names = inner instanceof z.ZodEnum ? `: ${inner.options.join(', ')}` : '';
  return `${schema.description ?? ''}${names}`;
}

const helpOf = (schemas: Readonly<Record<string, z.ZodType>>, defaults: Readonly<Record<string, unknown>>): KeyHelp[] =>
  Object.entries(schemas)
    .filter(([key]) => key !== 'description' && key !== 'model')
    .map(([key, schema]) => ({
      key,
      text: textOf(schema),
      initial: defaults[key] ?? schema.safeParse(undefined).data,
    }));

/** Keys with their meaning and default: of all runs, of a task, or of a model. */
export function keyHelp(of: 'all' | { readonly task: Column } | { readonly model: MixerConfig['kind'] }): KeyHelp[] {
  if (of === 'all') return helpOf(common, {});
  if ('task' in of) return helpOf(tasks[of.task], {});
  const { mixer } = classifierConfig({ classes: 1, dModel: 1, depth: 1, lMax: 1, mixer: { kind: of.model } });
  return helpOf(models[of.model], { ...mixer });
}
