/** @file What the subcommands do. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PYTORCH_FORMATS, type PytorchFormat } from '../src/nn/pytorch-names.js';
import { BACKENDS, type OpenBackend, openBackend } from './backend.js';
import { parseConfig } from './config.js';
import { UsageError, unknownName } from './errors.js';
import { loadPreset, parseOverrides } from './presets.js';
import { type Output, duration, percent } from './progress.js';
import {
  type Settings,
  checkFresh,
  checkSame,
  createRun,
  freshFolder,
  openRun,
  removePartial,
  runFiles,
} from './run.js';
import { collectResults, formatMarkdown, formatRun, formatTable, leaderboard, toJson, toRows } from './score.js';
import { HALVES, checkOfficial, readBatches, writeImages } from './tasks/cifar10.js';
import { type GeneratorOptions, countOf, generateListops } from './tasks/listops-data.js';
import { writeFolder } from './tasks/listops-files.js';
import { IMAGE_FOLDER, openTask } from './tasks/open.js';
import { SPLITS, type Task } from './tasks/task.js';
import { scoreBest, train } from './train.js';
import { exportWeights, importWeights } from './weights.js';

/** What a command needs of the process that it runs in. */
export interface Context {
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What a new run begins from. */
export interface StartFlags {
  readonly model?: string;
  readonly preset?: string;
  readonly seed?: number;
  readonly backend?: string;
  readonly data?: string;
  readonly out?: string;
}

export interface TrainFlags extends StartFlags {
  readonly resume?: string;
  readonly checkpointEvery: number;
}

/** `train`: start a run or go on with one, test it, and print its score. */
export async function trainCommand(
  task: string | undefined,
  flags: TrainFlags,
  extra: readonly string[],
  { output, signal }: Context,
): Promise<void> {
  const overrides = parseOverrides(extra);
  const run = flags.resume === undefined ? await start(task, flags, overrides) : await resume(task, flags, overrides);
  const { folder, settings, device } = run;
  try {
    output.write(`backend: ${device.description}${device.reason === undefined ? '' : ` (${device.reason})`}\n`);
    const data = await openData(settings, output);
    if (run.fresh) createRun(folder, settings);
    output.write(`run folder: ${folder}\n`);
    const result = await train({
      folder,
      settings,
      task: data,
      device,
      output,
      signal,
      checkpointEvery: flags.checkpointEvery,
    });
    const files = runFiles(folder);
    output.write(
      `\ntrained ${result.steps} steps in ${duration(result.seconds)}; best model at step ${result.bestStep}\n` +
        `result ${files.result}, log ${files.log}, model ${files.best}\n\n`,
    );
    printScore([{ path: folder, result }], {}, output);
  } finally {
    await device.close();
  }
}

interface Run {
  readonly folder: string;
  readonly settings: Settings;
  readonly device: OpenBackend;
  readonly fresh: boolean;
}

async function start(task: string | undefined, flags: StartFlags, overrides: Record<string, unknown>): Promise<Run> {
  if (task === undefined) throw new UsageError('train needs a task, or --resume RUNDIR; see longwave-lra train --help');
  const { name, values } = loadPreset(task, flags.model, flags.preset);
  const config = parseConfig({ ...values, ...overrides }, `preset ${name}`);
  const folder = flags.out ?? freshFolder(name);
  checkFresh(folder);
  const device = await openBackend(flags.backend ?? 'auto');
  const settings = {
    preset: name,
    overrides,
    seed: flags.seed ?? 0,
    data: flags.data ?? null,
    backend: device.backend.name,
    config,
  };
  return { folder, settings, device, fresh: true };
}

async function resume(task: string | undefined, flags: TrainFlags, overrides: Record<string, unknown>): Promise<Run> {
  const folder = flags.resume as string;
  const settings = openRun(folder);
  const { backend, data, seed, preset, model, out } = flags;
  if (out !== undefined && resolve(out) !== resolve(folder)) {
    throw new UsageError('--out and --resume name different folders');
  }
  if (backend !== undefined && !(BACKENDS as readonly string[]).includes(backend)) {
    throw unknownName('backend', backend, BACKENDS);
  }
  checkSame(folder, settings, {
    ...(task !== undefined && { task }),
    ...(model !== undefined && { model }),
    ...(preset !== undefined && { preset: loadPreset(settings.config.task, settings.config.model, preset).name }),
    ...(seed !== undefined && { seed }),
    ...(data !== undefined && { data }),
    ...(backend !== undefined && backend !== 'auto' && { backend }),
    ...overrides,
  });
  removePartial(folder);
  return { folder, settings, device: await openBackend(settings.backend), fresh: false };
}

async function openData({ config, data }: Settings, output: Output): Promise<Task> {
  const from = performance.now();
  output.write(`${config.task}: ${config.task === 'listops' && data === null ? 'drawing' : 'reading'} examples\n`);
  const task = await openTask(config, data ?? undefined);
  const { count, source, differences } = task.data;
  const counts = SPLITS.map((split) => `${count[split]} ${split}`).join(', ');
  output.write(`data: ${counts} examples, ${source} (${duration((performance.now() - from) / 1000)})\n`);
  if (differences.length > 0) output.write(`not LRA's sizes: ${differences.join('; ')}\n`);
  return task;
}

/** `evaluate`: the accuracy of a run's best model. */
export async function evaluateCommand(
  folder: string,
  { split, backend }: { readonly split: string; readonly backend?: string },
  { output, signal }: Context,
): Promise<void> {
  if (split !== 'validation' && split !== 'test') throw unknownName('split', split, ['validation', 'test']);
  const settings = openRun(folder);
  const device = await openBackend(backend ?? settings.backend);
  try {
    output.write(`backend: ${device.description}\n`);
    const task = await openData(settings, output);
    const { accuracy, loss } = await scoreBest({ folder, settings, task, device, signal }, split);
    output.write(`${split} accuracy ${percent(accuracy, 2)}, loss ${loss.toFixed(4)}\n`);
  } finally {
    await device.close();
  }
}

function checkFormat(format: string): PytorchFormat {
  const known: readonly string[] = PYTORCH_FORMATS;
  if (!known.includes(format)) throw unknownName('format', format, known);
  return format as PytorchFormat;
}

/** `import`: a run folder from published weights. */
export async function importCommand(
  task: string,
  file: string,
  { format, ...flags }: StartFlags & { readonly format: string },
  extra: readonly string[],
  { output }: Context,
): Promise<void> {
  const known = checkFormat(format);
  const { folder, settings, device } = await start(task, flags, parseOverrides(extra));
  try {
    const data = await openData(settings, output);
    const parameters = await importWeights({ folder, settings, task: data }, device, { from: file, format: known });
    output.write(`run folder: ${folder}, ${parameters} parameters from ${file}\n`);
    output.write(`next: longwave-lra evaluate ${folder}, or longwave-lra train --resume ${folder}\n`);
  } finally {
    await device.close();
  }
}

/** `export`: the weights of a run's best model as the authors' code names them. */
export async function exportCommand(
  folder: string,
  { format, to, force = false }: { readonly format: string; readonly to: string; readonly force?: boolean },
  { output }: Context,
): Promise<void> {
  const known = checkFormat(format);
  const settings = openRun(folder);
  if (!force && existsSync(to)) throw new UsageError(`${to} exists; --force writes over it`);
  exportWeights({ folder, settings, task: await openData(settings, output) }, { to, format: known });
  output.write(`weights of ${folder} in ${to}, as ${format}\n`);
}

/** `score`: results beside the published ones. */
export function scoreCommand(
  paths: readonly string[],
  format: { readonly json?: boolean; readonly markdown?: boolean },
  { output }: Context,
): void {
  printScore(collectResults(paths), format, output);
}

function printScore(
  results: ReturnType<typeof collectResults>,
  { json, markdown }: { readonly json?: boolean; readonly markdown?: boolean },
  output: Output,
): void {
  if (json === true) {
    output.write(`${JSON.stringify(toJson(results), undefined, 2)}\n`);
    return;
  }
  const rows = leaderboard(toRows(results));
  output.write(`${markdown === true ? formatMarkdown(rows) : formatTable(rows)}\n\n`);
  output.write(`${results.map(formatRun).join('\n\n')}\n`);
}

/** `prepare image`: from the official binary batches to the files that `train image` reads. */
export function prepareImageCommand(
  { from, to = IMAGE_FOLDER, verify, force = false }: { from: string; to?: string; verify: boolean; force?: boolean },
  { output }: Context,
): void {
  const halves = HALVES.map((half) => ({ half, images: readBatches(from, half, verify) }));
  if (verify) for (const { half, images } of halves) checkOfficial(images, half, { pixels: from, labels: from });
  for (const { half, images } of halves) {
    writeImages(to, half, images, force);
    output.write(`${half}: ${images.labels.length} grey images in ${to}\n`);
  }
  if (verify) output.write('checksums are those of the official CIFAR-10\n');
  output.write(`next: longwave-lra train image --preset=cpu --data ${to}\n`);
}

/** `generate listops`: the three files of the release, drawn by its rules. */
export function generateListopsCommand(
  { to = 'data/listops', force = false, ...options }: GeneratorOptions & { to?: string; force?: boolean },
  { output }: Context,
): void {
  if (options.minLength + 1 >= options.maxLength) {
    throw new UsageError(`no length lies between ${options.minLength} and ${options.maxLength}, both exclusive`);
  }
  const sets = generateListops(options);
  writeFolder(to, sets, options, force);
  output.write(
    `${SPLITS.map((split) => `${countOf(sets[split])} ${split}`).join(', ')} expressions ` +
      `in ${join(to, 'basic_*.tsv')}\n`,
  );
  output.write(`next: longwave-lra train listops --preset=cpu --data ${to}\n`);
}
