/** @file Checkpoints: everything that the rest of a run depends on, so that a resumed run repeats it bit for bit. */

import { existsSync } from 'node:fs';
import { z } from 'zod';
import { DataError } from '../src/errors.js';
import { readSafetensors, writeSafetensors } from '../src/io/safetensors.js';
import type { HostArray } from '../src/nn/params.js';
import { readData, writeAtomic } from './files.js';

/** Sums over the steps since the last entry in the log. */
export interface Interval {
  readonly steps: number;
  readonly examples: number;
  readonly loss: number;
  readonly correct: number;
}

export const EMPTY: Interval = { steps: 0, examples: 0, loss: 0, correct: 0 };

/** Where a run stands, besides the arrays. No clock time, so that equal runs have equal checkpoints. */
export interface Position {
  /** Steps done. The order of the examples follows from it and the seed. */
  readonly step: number;
  /** The step of the last evaluation; 0 before the first, -1 where there is one to be done before any step. */
  readonly evaluated: number;
  readonly interval: Interval;
  /** The best evaluation on the validation split. */
  readonly best?: { readonly step: number; readonly accuracy: number } | undefined;
  /** SHA-256 of the data. */
  readonly data: string;
  /** SHA-256 of seed and configuration. */
  readonly config: string;
}

const positionSchema: z.ZodType<Position> = z.strictObject({
  step: z.int().min(0),
  evaluated: z.int().min(-1),
  interval: z.strictObject({ steps: z.int(), examples: z.int(), loss: z.number(), correct: z.int() }),
  best: z.strictObject({ step: z.int(), accuracy: z.number() }).optional(),
  data: z.string(),
  config: z.string(),
});

const KEY = 'longwave-lra';

/** Write a checkpoint; the file of that name is always whole. */
export function writeCheckpoint(path: string, arrays: ReadonlyMap<string, HostArray>, position: Position): void {
  // Parsed, so that the keys are in the schema's order whatever way the position was made.
  const text = JSON.stringify(positionSchema.parse(position));
  writeAtomic(path, writeSafetensors(arrays, { [KEY]: text }));
}

/**
 * Read a checkpoint.
 *
 * @throws {@link DataError} if there is none, or it is not one of this program.
 */
export function readCheckpoint(path: string): { arrays: Map<string, HostArray>; position: Position } {
  if (!existsSync(path)) throw new DataError(`${path} is missing: the run has no checkpoint yet`, path);
  const { tensors, metadata } = readSafetensors(readData(path), path);
  let position: Position;
  try {
    position = positionSchema.parse(JSON.parse(metadata[KEY]));
  } catch {
    throw new DataError(`${path}: is not a checkpoint of longwave-lra`, path);
  }
  const arrays = new Map<string, HostArray>();
  for (const [name, { values, shape }] of tensors) {
    if (values instanceof Int32Array || values instanceof Uint8Array) {
      throw new DataError(`${path}: ${name} has an integer type that no checkpoint holds`, path);
    }
    arrays.set(name, { values, shape });
  }
  return { arrays, position };
}

/** Of a trainer's state what the model itself needs: parameters and running statistics. */
export function modelOf(state: ReadonlyMap<string, HostArray>): Map<string, HostArray> {
  return new Map([...state].filter(([name]) => name !== 'steps' && !name.startsWith('adamw.')));
}
