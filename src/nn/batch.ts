import type { Backend } from '../backend.js';
import { ShapeError } from '../errors.js';
import type { TensorLike } from '../tensor.js';
import type { ClassifierConfig } from './config.js';

/** B sequences of length L on the host. Exactly one of x and tokens is given. */
export interface Batch {
  readonly B: number;
  readonly L: number;
  /** Real input, [B, L]. */
  readonly x?: Float32Array | Float64Array | undefined;
  /** [B, L]. */
  readonly tokens?: Uint32Array | undefined;
  /** Number of valid positions of each sequence, [B]; all L where left out. */
  readonly lengths?: Uint32Array | undefined;
  /** Class of each sequence, [B]. */
  readonly labels?: Uint32Array | undefined;
}

/** The same on a device. */
export interface BatchTensors<T extends TensorLike> {
  /** x [B, 1, L] or tokens u32 [B, L]. */
  readonly input: T;
  readonly lengths?: T | undefined;
  readonly labels?: T | undefined;
}

/** Equal for batches that the same tensors hold. */
export function shapeKey({ B, L, tokens, lengths, labels }: Batch): string {
  return [B, L, tokens !== undefined, lengths !== undefined, labels !== undefined].join();
}

/** Copy a batch that {@link checkBatch} accepts to a device. */
export function placeBatch<T extends TensorLike>(
  backend: Backend<T>,
  { B, L, x, tokens, lengths, labels }: Batch,
): BatchTensors<T> {
  return {
    input: tokens ? backend.tensor(tokens, [B, L], 'u32') : backend.tensor(x as Float32Array, [B, 1, L]),
    lengths: lengths && backend.tensor(lengths, [B], 'u32'),
    labels: labels && backend.tensor(labels, [B], 'u32'),
  };
}

/** Overwrite the tensors of a batch with another of the same shape. */
export function writeBatch<T extends TensorLike>(backend: Backend<T>, tensors: BatchTensors<T>, batch: Batch): void {
  backend.write(tensors.input, (batch.x ?? batch.tokens) as Float32Array | Uint32Array);
  if (tensors.lengths && batch.lengths) backend.write(tensors.lengths, batch.lengths);
  if (tensors.labels && batch.labels) backend.write(tensors.labels, batch.labels);
}

/**
 * @throws {@link ShapeError} unless the batch has the one input that the model takes, every array the size that B and L
 *   say, every label a class, and every length a position.
 */
export function checkBatch(
  { B, L, x, tokens, lengths, labels }: Batch,
  { vocab, classes }: Pick<ClassifierConfig, 'vocab' | 'classes'>,
): void {
  const [input, other] = vocab > 0 ? [tokens, x] : [x, tokens];
  if (input === undefined || other !== undefined) {
    throw new ShapeError(`Batch: expected ${vocab > 0 ? 'tokens' : 'x'} alone because the model's vocab is ${vocab}`);
  }
  const sizes = { x: B * L, tokens: B * L, lengths: B, labels: B };
  for (const [id, array] of Object.entries({ x, tokens, lengths, labels })) {
    const expected = sizes[id as keyof typeof sizes];
    if (array !== undefined && array.length !== expected) {
      throw new ShapeError(`Batch: ${id} has ${array.length} values, expected ${expected} for B = ${B}, L = ${L}`);
    }
  }
  const label = labels?.find((each) => each >= classes);
  if (label !== undefined) throw new ShapeError(`Batch: labels has ${label}, expected classes below ${classes}`);
  const length = lengths?.find((each) => each < 1 || each > L);
  if (length !== undefined) throw new ShapeError(`Batch: lengths has ${length}, expected 1 to L = ${L}`);
}

/** Free the tensors of a batch. */
export function disposeBatch<T extends TensorLike>({ input, lengths, labels }: BatchTensors<T>): void {
  for (const tensor of [input, lengths, labels]) tensor?.dispose();
}
