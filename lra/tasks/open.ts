import type { RunConfig } from '../config.js';
import { openImage } from './image.js';
import { openListops } from './listops.js';
import type { Task } from './task.js';

/** Where Image's files are looked for without --data: what `prepare image` writes without --to. */
export const IMAGE_FOLDER = 'data/image';

/**
 * Open the task of a configuration.
 *
 * @param folder - of the data; where left out, ListOps is generated and Image read from {@link IMAGE_FOLDER}.
 */
export async function openTask(config: RunConfig, folder: string | undefined): Promise<Task> {
  return config.task === 'listops'
    ? openListops({ ...config, seed: config.dataSeed }, folder)
    : openImage(config, folder ?? IMAGE_FOLDER);
}
