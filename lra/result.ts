import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { DataError } from '../src/errors.js';
import type { RunConfig } from './config.js';
import type { DataFacts } from './tasks/task.js';

/** What a run folder's result.json holds. */
export interface Result {
  readonly task: string;
  readonly model: string;
  /** Name of the preset that the configuration started from. */
  readonly preset: string;
  readonly seed: number;
  /** Keys that differ from the preset. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Share of right answers of the model with the best validation accuracy. */
  readonly accuracy: { readonly validation: number; readonly test: number };
  /** Mean cross-entropy of the same, nats. */
  readonly loss: { readonly validation: number; readonly test: number };
  /** What always giving the most frequent class of the test split reaches. */
  readonly majority: { readonly label: number; readonly share: number };
  /** Trained values. */
  readonly parameters: number;
  readonly steps: number;
  /** The step of the model that was tested. */
  readonly bestStep: number;
  readonly epochs: number;
  /** Of training with its evaluations, interruptions left out. */
  readonly seconds: number;
  /** What ended the training. */
  readonly stopped: 'steps' | 'epochs' | 'minutes';
  readonly backend: string;
  readonly device: string;
  readonly version: string;
  readonly data: DataFacts;
  readonly config: RunConfig;
}

const share = z.number().min(0).max(1);
const counts = z.object({ train: z.number(), validation: z.number(), test: z.number() });

/** Checks what `score` reads; other fields pass unread. */
const resultSchema = z.looseObject({
  task: z.string(),
  model: z.string(),
  preset: z.string(),
  seed: z.number(),
  accuracy: z.object({ validation: share, test: share }),
  majority: z.object({ label: z.number(), share }),
  parameters: z.number(),
  steps: z.number(),
  epochs: z.number(),
  seconds: z.number(),
  device: z.string(),
  data: z.looseObject({
    count: counts,
    hash: z.string(),
    source: z.string(),
    benchmark: z.boolean(),
    differences: z.array(z.string()),
  }),
});

/**
 * Read a result.json.
 *
 * @throws {@link DataError} if there is none or it is not a result.
 */
export function readResult(path: string): Result {
  if (!existsSync(path)) throw new DataError(`${path} is missing: the run has not finished`, path);
  try {
    return resultSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) as unknown as Result;
  } catch {
    throw new DataError(`${path}: is not a result of longwave-lra train`, path);
  }
}
