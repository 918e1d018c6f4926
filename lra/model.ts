import { type Param, mapParams } from '../src/autograd/params.js';
import type { Backend } from '../src/backend.js';
import { type Classifier, initClassifier } from '../src/nn/classifier.js';
import { type ClassifierConfig, classifierConfig } from '../src/nn/config.js';
import { type HostArray, countParams } from '../src/nn/params.js';
import { type Trainer, createTrainer } from '../src/nn/train.js';
import { Rng } from '../src/rng.js';
import { DataError } from '../src/errors.js';
import type { TensorLike } from '../src/tensor.js';
import { type RunConfig, modelOptions } from './config.js';
import type { Task } from './tasks/task.js';

/** The classifier of a configuration for a task's input and length. */
export function classifierOf(config: RunConfig, task: Pick<Task, 'vocab' | 'classes' | 'length'>): ClassifierConfig {
  const { vocab, classes, length } = task;
  return classifierConfig({ ...modelOptions(config), vocab, classes, lMax: length });
}

/** Parameters and running statistics by path, and the file that they are from. */
export interface Weights {
  readonly path: string;
  readonly arrays: ReadonlyMap<string, HostArray>;
}

/**
 * The parameters of a model on the host.
 *
 * @param weights - their values; freshly drawn from the seed where left out.
 * @throws {@link DataError} if `weights` are those of another model.
 */
export function paramsOf(classifier: ClassifierConfig, seed: number, weights?: Weights): Classifier<Param<HostArray>> {
  const fresh = initClassifier(new Rng(seed).split('init'), classifier);
  if (weights === undefined) return fresh;
  return mapParams(fresh, (param, path) => ({ ...param, value: find(weights, path, param.value) })) as typeof fresh;
}

/**
 * A model on a device, with its optimiser.
 *
 * @param weights - as for {@link paramsOf}.
 * @returns the trainer, which the caller disposes, and the number of trained values.
 * @throws {@link DataError} if `weights` are those of another model.
 */
export function openModel(
  backend: Backend<TensorLike>,
  config: RunConfig,
  task: Pick<Task, 'vocab' | 'classes' | 'length'>,
  seed: number,
  weights?: Weights,
): { trainer: Trainer<TensorLike>; parameters: number } {
  const classifier = classifierOf(config, task);
  const params = paramsOf(classifier, seed, weights);
  const { lr, weightDecay, warmup, steps, maxNorm } = config;
  const optim = { lr, weightDecay, warmup, total: steps, maxNorm };
  const trainer = createTrainer({ backend, config: classifier, params, optim, seed });
  return { trainer, parameters: countParams(params) };
}

function find({ path, arrays }: Weights, name: string, { shape }: HostArray): HostArray {
  const found = arrays.get(name);
  const state = found === undefined ? 'missing' : `[${found.shape}]`;
  if (found === undefined || `${found.shape}` !== `${shape}`) {
    throw new DataError(`${path}: ${name} is ${state}, expected [${shape}]; it is of another model`, path);
  }
  return found;
}
