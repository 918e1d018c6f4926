import { type Param, namedParams } from '../autograd/params.js';
import { Tape } from '../autograd/tape.js';
import type { Backend } from '../backend.js';
import { dispose } from '../disposable.js';
import { DataError, ShapeError } from '../errors.js';
import * as adamw from '../optim/adamw.js';
import { cosineWarmup } from '../optim/schedule.js';
import { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import { type Batch, checkBatch, disposeBatch, placeBatch } from './batch.js';
import { type Classifier, classifier } from './classifier.js';
import type { ClassifierConfig } from './config.js';
import { type HostArray, disposeParams, placeParams } from './params.js';
import { type StepProgram, captureStep } from './step.js';

export type { Batch } from './batch.js';

/** AdamW with linear warm-up and cosine decay. */
export interface OptimConfig extends adamw.AdamwConfig {
  /** Steps of linear warm-up. */
  readonly warmup: number;
  /** Steps after which the rate is 0. */
  readonly total: number;
}

export interface TrainerOptions<T extends TensorLike> {
  readonly backend: Backend<T>;
  readonly config: ClassifierConfig;
  /** From initClassifier or a checkpoint; copied to the device. */
  readonly params: Classifier<Param<HostArray>>;
  readonly optim: OptimConfig;
  /** Of the dropout masks. */
  readonly seed: number;
}

/** A classifier in training. */
export interface Trainer<T extends TensorLike> extends Disposable {
  /** On the device; they change with every step. */
  readonly params: Classifier<Param<T>>;
  /** Number of steps done, those of the run that the state was loaded from included. */
  readonly steps: number;
  /**
   * One step of gradient descent.
   *
   * @param batch - labels included. Steps of equal shape repeat one captured program.
   * @param stepIndex - number of steps done before; it sets the learning rate and the dropout masks.
   * @returns loss [1] and logits [B, classes] before the update. They are the trainer's and valid until its next step.
   * @throws {@link ShapeError} if the batch's arrays disagree, or labels are missing.
   */
  step(batch: Batch, stepIndex: number): { readonly loss: T; readonly logits: T };
  /** Evaluate with running statistics and without dropout: [B, classes]. The caller disposes it. */
  logits(batch: Batch): T;
  /** Copy to the host all that the next steps depend on: parameters, statistics, moments, the number of steps. */
  state(): Promise<Map<string, HostArray>>;
  /** Continue from a state. @throws {@link DataError} if a name or a shape is not this model's. */
  load(state: ReadonlyMap<string, HostArray>): void;
  dispose(): void;
}

/**
 * Put a classifier on a device with an optimiser.
 *
 * @returns a trainer, which the caller disposes.
 */
export function createTrainer<T extends TensorLike>({
  backend,
  config,
  params: hostParams,
  optim,
  seed,
}: TrainerOptions<T>): Trainer<T> {
  const params = placeParams(backend, hostParams) as Classifier<Param<T>>;
  const state = adamw.init(backend, params);
  const keys = new Rng(seed).split('dropout');
  const key = backend.tensor([0, 0], [2], 'u32');
  const one = backend.tensor([1], [1]);
  let program: StepProgram<T> | undefined;

  const stateTensors = (): Map<string, T> => {
    const tensors = new Map<string, T>();
    for (const [path, param] of namedParams(params)) tensors.set(path, (param as Param<T>).value);
    for (const [path, { m, v }] of state.moments) tensors.set(`adamw.m.${path}`, m).set(`adamw.v.${path}`, v);
    return tensors;
  };

  return {
    params,
    get steps() {
      return state.steps;
    },
    step(batch, stepIndex) {
      if (batch.labels === undefined) throw new ShapeError('Trainer.step: the batch has no labels');
      checkBatch(batch, config);
      backend.write(key, keys.split(stepIndex).words());
      state.steps = stepIndex;
      adamw.advance(backend, state, cosineWarmup(stepIndex, optim), optim);
      if (program?.fits(batch) === true) {
        program.repeat(batch);
      } else {
        program?.[dispose]();
        program = undefined;
        program = captureStep(backend, { params, config, optim, state, key, one }, batch);
      }
      return program.results;
    },
    logits(batch) {
      const { labels: _, ...unlabelled } = batch;
      checkBatch(unlabelled, config);
      const tensors = placeBatch(backend, unlabelled);
      try {
        using tape = new Tape(backend);
        const { input, lengths } = tensors;
        return tape.take(classifier(tape.constants(params), tape.input(input), config, { lengths }));
      } finally {
        disposeBatch(tensors);
      }
    },
    async state() {
      const arrays = new Map<string, HostArray>([['steps', { values: Uint32Array.of(state.steps), shape: [1] }]]);
      for (const [name, tensor] of stateTensors()) {
        arrays.set(name, { values: await tensor.read(), shape: tensor.shape });
      }
      return arrays;
    },
    load(arrays) {
      const tensors = stateTensors();
      checkState(arrays, tensors);
      for (const [name, tensor] of tensors) backend.write(tensor, (arrays.get(name) as HostArray).values);
      state.steps = (arrays.get('steps') as HostArray).values[0];
    },
    dispose() {
      program?.[dispose]();
      disposeParams(params);
      adamw.dispose(state);
      key.dispose();
      one.dispose();
    },
    [dispose]() {
      this.dispose();
    },
  };
}

/** @throws {@link DataError} unless the arrays have exactly the names and shapes of the tensors. */
function checkState(arrays: ReadonlyMap<string, HostArray>, tensors: ReadonlyMap<string, TensorLike>): void {
  for (const name of arrays.keys()) {
    if (name !== 'steps' && !tensors.has(name)) throw new DataError(`Trainer.load: this model has no ${name}`, name);
  }
  if (arrays.get('steps')?.shape[0] !== 1) throw new DataError('Trainer.load: steps is missing', 'steps');
  for (const [name, { shape }] of tensors) {
    const found = arrays.get(name)?.shape;
    if (found === undefined || `${found}` !== `${shape}`) {
      throw new DataError(`Trainer.load: ${name} is ${found ? `[${found}]` : 'missing'}, expected [${shape}]`, name);
    }
  }
}
