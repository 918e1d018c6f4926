import { meanPool } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import { Tape, type Var } from '../autograd/tape.js';
import type { Backend } from '../backend.js';
import { dispose } from '../disposable.js';
import { ShapeError } from '../errors.js';
import type { TensorLike } from '../tensor.js';
import { backbone } from './backbone.js';
import { type Classifier, encode } from './classifier.js';
import type { ClassifierConfig } from './config.js';
import { type Recurrence, openRecurrence } from './recurrence.js';
import type { S4Form } from './recurrence-s4.js';

/** A causal classifier that takes its sequences piece by piece, in time and memory that do not grow with the past. */
export interface Stream<T extends TensorLike> extends Disposable {
  /** Number of positions taken. */
  readonly length: number;
  /**
   * Take one position of each sequence by the recurrence.
   *
   * @param input - tokens u32 [B, 1], or real input [B, 1].
   * @returns features, [B, H]. The caller disposes them.
   */
  step(input: T): T;
  /**
   * Take K positions by a convolution, carrying the state.
   *
   * @param input - tokens u32 [B, K], or real input [B, 1, K].
   * @returns features, [B, H, K]. The caller disposes them.
   */
  chunk(input: T): T;
  /** Logits of what has been taken, [B, classes]. The caller disposes them. */
  logits(): T;
  dispose(): void;
}

/**
 * Start with no past. Norms use running statistics, as in evaluation.
 *
 * @param params - on the device; they must not change while the stream is open.
 * @param options.B - number of sequences that run side by side.
 * @param options.form - how layers of S4 take a step; 'linear' where left out.
 * @returns a stream, which the caller disposes.
 * @throws {@link UnsupportedError} if the model looks ahead, or a layer has no recurrence of that form.
 */
export async function openStream<T extends TensorLike>(
  backend: Backend<T>,
  params: Classifier<Param<T>>,
  config: ClassifierConfig,
  options: { readonly B: number; readonly form?: S4Form | undefined },
): Promise<Stream<T>> {
  const mixers: Recurrence<T>[] = [];
  try {
    for (const { mixer } of params.backbone.blocks) mixers.push(await openRecurrence(backend, mixer, config, options));
  } catch (error) {
    for (const mixer of mixers) mixer[dispose]();
    throw error;
  }
  /** Sum of the features, or those of the last position; [B, H]. */
  let summary: T | undefined;
  let length = 0;

  /** Add the features of new positions, [B, H] or [B, H, K], to the summary. */
  const summarise = (features: T, count: number): void => {
    const pool = config.pool === 'mean' ? backend.meanPool : backend.lastPool;
    using pooled = features.shape.length === 3 ? pool(features) : undefined;
    using before = summary;
    if (config.pool === 'mean' && before !== undefined) {
      using sum = backend.scale(pooled ?? features, count);
      summary = backend.add(before, sum);
    } else {
      summary = backend.scale(pooled ?? features, config.pool === 'mean' ? count : 1);
    }
    length += count;
  };

  const stream: Stream<T> = {
    get length() {
      return length;
    },
    step(input) {
      using tape = new Tape(backend);
      const vars = tape.constants(params) as Classifier<Var<T>>;
      const encoded = encode(vars.encoder, tape.input(input));
      const x = encoded.shape.length === 3 ? meanPool(encoded) : encoded;
      const features = tape.take(
        backbone(vars.backbone, x, config, { apply: (_, u, layer) => (mixers[layer] as Recurrence<T>).step(u) }),
      );
      summarise(features, 1);
      return features;
    },
    chunk(input) {
      using tape = new Tape(backend);
      const vars = tape.constants(params) as Classifier<Var<T>>;
      const x = encode(vars.encoder, tape.input(input));
      const count = x.shape[2] as number;
      const features = tape.take(
        backbone(vars.backbone, x, config, { apply: (_, u, layer) => (mixers[layer] as Recurrence<T>).chunk(u) }),
      );
      summarise(features, count);
      return features;
    },
    logits() {
      if (summary === undefined) throw new ShapeError('Stream.logits: no position has been taken, expected at least 1');
      const { W, bias } = params.decoder;
      using pooled = backend.scale(summary, config.pool === 'mean' ? 1 / length : 1);
      return backend.linear(pooled, W.value, { bias: bias.value });
    },
    dispose() {
      for (const mixer of mixers) mixer[dispose]();
      summary?.dispose();
    },
    [dispose]() {
      stream.dispose();
    },
  };
  return stream;
}
