import type { Param } from '../autograd/params.js';
import type { Rng } from '../rng.js';
import type { ClassifierConfig } from './config.js';
import type { HostArray } from './params.js';

/** Parameters of a classifier, with leaves X: Param<HostArray>, Param<T> or Var<T>. */
export interface Classifier<X> {
  readonly leaves: readonly X[];
}

export declare function initClassifier(rng: Rng, config: ClassifierConfig): Classifier<Param<HostArray>>;
