import { crossEntropy } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import { Tape } from '../autograd/tape.js';
import type { Backend } from '../backend.js';
import { dispose } from '../disposable.js';
import * as adamw from '../optim/adamw.js';
import type { TensorLike } from '../tensor.js';
import { type Batch, disposeBatch, placeBatch, shapeKey, writeBatch } from './batch.js';
import { type Classifier, classifier } from './classifier.js';
import type { ClassifierConfig } from './config.js';

/** A training step that repeats on batches of one shape. */
export interface StepProgram<T extends TensorLike> extends Disposable {
  /** Before the update, overwritten by each repetition. */
  readonly results: { readonly loss: T; readonly logits: T };
  /** Whether a batch has the shape that the step was made for. */
  fits(batch: Batch): boolean;
  repeat(batch: Batch): void;
}

/** What a step works on besides its batch. All that changes from step to step is in tensors: key and state.hyper. */
export interface StepOptions<T extends TensorLike> {
  readonly params: Classifier<Param<T>>;
  readonly config: ClassifierConfig;
  readonly optim: adamw.AdamwConfig;
  readonly state: adamw.AdamwState<T>;
  /** Dropout key, u32 [2]. */
  readonly key: T;
  /** The number 1, [1]; see {@link Tape.gradients}. */
  readonly one: T;
}

/** Take one step, forward, back and AdamW, and keep it for repetition. The caller disposes the program. */
export function captureStep<T extends TensorLike>(
  backend: Backend<T>,
  { params, config, optim, state, key, one }: StepOptions<T>,
  batch: Batch,
): StepProgram<T> {
  const shape = shapeKey(batch);
  const tensors = placeBatch(backend, batch);
  const step = (): { loss: T; logits: T } => {
    using tape = new Tape(backend);
    const call = { lengths: tensors.lengths, training: { key } };
    const logits = classifier(tape.params(params), tape.input(tensors.input), config, call);
    const loss = crossEntropy(logits, tensors.labels as T);
    adamw.update(backend, params, tape.gradients(loss, one), state, optim);
    return { loss: tape.take(loss), logits: tape.take(logits) };
  };
  let captured: { readonly result: { loss: T; logits: T }; replay(): void } & Disposable;
  try {
    captured = backend.capture(step);
  } catch (error) {
    disposeBatch(tensors);
    throw error;
  }
  return {
    results: captured.result,
    fits: (other) => shapeKey(other) === shape,
    repeat(next) {
      writeBatch(backend, tensors, next);
      captured.replay();
    },
    [dispose]() {
      captured.result.loss.dispose();
      captured.result.logits.dispose();
      captured[dispose]();
      disposeBatch(tensors);
    },
  };
}
