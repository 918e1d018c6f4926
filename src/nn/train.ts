import type { Backend } from '../backend.js';
import type { TensorLike } from '../tensor.js';
import type { Param } from '../autograd/params.js';
import type { Classifier } from './classifier.js';
import type { ClassifierConfig } from './config.js';
import type { HostArray } from './params.js';

/** A batch on the host. Exactly one of x and tokens is given, as the configuration says. */
export interface Batch {
  readonly B: number;
  readonly L: number;
  /** Real input, [B, L]. */
  readonly x?: Float32Array | undefined;
  /** [B, L]. */
  readonly tokens?: Uint32Array | undefined;
  /** Number of valid positions of each sequence, [B]; all L where left out. */
  readonly lengths?: Uint32Array | undefined;
  /** Class of each sequence, [B]. {@link Trainer.logits} does without. */
  readonly labels?: Uint32Array | undefined;
}

/** AdamW with warm-up and cosine decay. */
export interface OptimConfig {
  /** Base learning rate of the parameters that have none of their own. */
  readonly lr: number;
  readonly weightDecay: number;
  /** Steps of linear warm-up. */
  readonly warmup: number;
  /** Steps after which the rate is 0. */
  readonly total: number;
  /** Largest norm of all gradients together; not clipped where left out. */
  readonly maxNorm?: number | undefined;
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
  /** Number of steps done, also by the run that the state was loaded from. */
  readonly steps: number;
  /**
   * One step of gradient descent.
   *
   * @param batch - labels included. Steps of equal shape replay one captured program.
   * @param stepIndex - number of steps done before: it sets the learning rate and the dropout masks.
   * @returns loss [1] and logits [B, classes] before the step's update, valid until the next step; not to be disposed.
   */
  step(batch: Batch, stepIndex: number): { readonly loss: T; readonly logits: T };
  /** Evaluate with running statistics and without dropout: [B, classes]. The caller disposes it. */
  logits(batch: Batch): T;
  /** All that the next steps depend on: parameters, running statistics, Adam's moments, the number of steps. */
  state(): Promise<Map<string, HostArray>>;
  /** @throws DataError if names or shapes differ from this model's. */
  load(state: ReadonlyMap<string, HostArray>): void;
  dispose(): void;
}

export declare function createTrainer<T extends TensorLike>(options: TrainerOptions<T>): Trainer<T>;
