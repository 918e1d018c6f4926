import { mapParams } from '../src/autograd/params.js';
import type { Backend } from '../src/backend.js';
import { initClassifier } from '../src/nn/classifier.js';
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

/**
 * A model on a device, with its optimiser.
 *
 * @param weights - parameters and running statistics by path; freshly drawn from the seed where left out.
 * @returns the trainer, which the caller disposes, and the number of trained values.
 * @throws {@link DataError} if `weights` are those of another model.
 */
export function openModel(
  backend: Backend<TensorLike>,
  config: RunConfig,
  task: Pick<Task, 'vocab' | 'classes' | 'length'>,
  seed: number,
  weights?: { readonly path: string; readonly arrays: ReadonlyMap<string, HostArray> },
): { trainer: Trainer<TensorLike>; parameters: number } {
  const classifier = classifierOf(config, task);
  const rng = new Rng(seed);
  const fresh = initClassifier(rng.split('init'), classifier);
  const params =
    weights === undefined
      ? fresh
      : (mapParams(fresh, (param, path) => ({ ...param, value: find(weights, path, param.value) })) as typeof fresh);
  const { lr, weightDecay, warmup, steps, maxNorm } = config;
  const optim = { lr, weightDecay, warmup, total: steps, maxNorm };
  const trainer = createTrainer({ backend, config: classifier, params, optim, seed });
  return { trainer, parameters: countParams(fresh) };
}

function find(
  { path, arrays }: { readonly path: string; readonly arrays: ReadonlyMap<string, HostArray> },
  name: string,
  { shape }: HostArray,
): HostArray {
  const found = arrays.get(name);
  const state = found === undefined ? 'missing' : `[${found.shape}]`;
  if (found === undefined || `${found.shape}` !== `${shape}`) {
    throw new DataError(`${path}: ${name} is ${state}, expected [${shape}]; it is of another model`, path);
  }
  return found;
}
