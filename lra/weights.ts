/** @file Published weights as a run, and a run's weights as published ones. */

import { existsSync } from 'node:fs';
import { namedParams } from '../src/autograd/params.js';
import { DataError } from '../src/errors.js';
import { readSafetensors, writeSafetensors } from '../src/io/safetensors.js';
import { fromPytorch, toPytorch } from '../src/nn/pytorch.js';
import type { PytorchFormat } from '../src/nn/pytorch-names.js';
import type { OpenBackend } from './backend.js';
import { modelOf, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { readData, writeAtomic } from './files.js';
import { classifierOf, openModel, paramsOf } from './model.js';
import { type Settings, createRun, runFiles } from './run.js';
import type { Task } from './tasks/task.js';
import { beginningOf } from './train.js';

/** A run with what it works on. */
export interface RunParts {
  readonly folder: string;
  readonly settings: Settings;
  readonly task: Task;
}

/**
 * Make a run folder that stands before its first step, with weights from a state dict. Training evaluates them first,
 * and keeps them as the best until it finds better ones.
 *
 * @param from - the state dict as a safetensors file.
 * @returns the number of trained values.
 * @throws {@link DataError} if it is not that of the configuration's model.
 */
export async function importWeights(
  { folder, settings, task }: RunParts,
  device: OpenBackend,
  { from, format }: { readonly from: string; readonly format: PytorchFormat },
): Promise<number> {
  if (!existsSync(from)) throw new DataError(`${from} is missing`, from);
  const { tensors } = readSafetensors(readData(from), from);
  const params = fromPytorch(tensors, classifierOf(settings.config, task), { format });
  const arrays = new Map([...namedParams(params)].map(([path, { value }]) => [path, value]));
  const weights = { path: from, arrays };
  const { trainer, parameters } = openModel(device.backend, settings.config, task, settings.seed, weights);
  try {
    const state = await trainer.state();
    const position = { ...beginningOf(settings, task), evaluated: -1 };
    createRun(folder, settings);
    writeCheckpoint(runFiles(folder).checkpoint, state, position);
    writeCheckpoint(runFiles(folder).best, modelOf(state), position);
  } finally {
    trainer.dispose();
  }
  return parameters;
}

/**
 * Write the weights of a run's best model as a state dict.
 *
 * @throws {@link DataError} if there are none yet.
 * @throws UnsupportedError if the format has no such model.
 */
export function exportWeights(
  { folder, settings, task }: RunParts,
  { to, format }: { readonly to: string; readonly format: PytorchFormat },
): void {
  const path = runFiles(folder).best;
  const { arrays } = readCheckpoint(path);
  const classifier = classifierOf(settings.config, task);
  const params = paramsOf(classifier, settings.seed, { path, arrays });
  writeAtomic(to, writeSafetensors(toPytorch(params, classifier, { format }), { format: 'pt' }));
}
