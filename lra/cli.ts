#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { DataError, OutOfMemoryError, ShapeError, UnsupportedError } from '../src/errors.js';
import { PYTORCH_FORMATS } from '../src/nn/pytorch-names.js';
import { enableRelaxedSimd } from './backend.js';
import {
  type Context,
  type StartFlags,
  type TrainFlags,
  evaluateCommand,
  exportCommand,
  generateListopsCommand,
  importCommand,
  prepareImageCommand,
  scoreCommand,
  trainCommand,
} from './commands.js';
import { InterruptedError, TrainingError, UsageError } from './errors.js';
import { importHelp, trainHelp } from './help.js';
import { MODELS } from './keys.js';
import { version } from './package.js';
import type { Output } from './progress.js';
import { LRA_LISTOPS } from './tasks/listops-data.js';
import { IMAGE_FOLDER } from './tasks/open.js';

/** Exit codes besides 0. */
const FAILED = 1;
const WRONG_USAGE = 2;
const INTERRUPTED = 130;

function whole(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('Expected a whole number.');
  }
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

function program(context: Context & { readonly errors: Output }): Command {
  const root = new Command('longwave-lra')
    .description('Train and score sequence models on the Long Range Arena.')
    .version(version)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.output.write(text),
      writeErr: (text) => void context.errors.write(text),
    })
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ longwave-lra train listops --preset=quick',
        '  $ longwave-lra prepare image --from cifar-10-batches-bin',
        '  $ longwave-lra train image --preset=cpu',
        '  $ longwave-lra score runs/*',
      ].join('\n'),
    );

  root
    .command('train')
    .description('train a model on a task, test it, and print its score beside the published ones')
    .argument('[task]', 'listops or image')
    .option('--model <name>', `${MODELS.join(', ')} (s4d)`)
    .option('--preset <name>', 'configuration to start from; "cpu" means <task>-<model>-cpu')
    .option('--seed <number>', 'of parameters, order of examples and dropout (default: 0)', whole)
    .option('--backend <name>', 'auto, webgpu, wasm or reference; auto takes a hardware GPU if there is one, else wasm')
    .option('--data <folder>', `files of the task (default: listops is generated, image is in ${IMAGE_FOLDER})`)
    .option('--out <folder>', 'run folder to make (default: runs/<preset>-<n>)')
    .option('--resume <folder>', 'continue the run in this folder; the result is that of an uninterrupted run')
    .option('--max-minutes <number>', 'stop training after so much time; short for --maxMinutes', positive)
    .option('--checkpoint-every <seconds>', 'time between two checkpoints', positive, 60)
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText('after', trainHelp)
    .action(
      async (
        task: string | undefined,
        { maxMinutes, ...flags }: TrainFlags & { maxMinutes?: number },
        command: Command,
      ) => {
        const isTask = task !== undefined && !task.startsWith('-');
        const extra = [
          ...command.args.slice(isTask ? 1 : 0),
          ...(maxMinutes === undefined ? [] : [`--maxMinutes=${maxMinutes}`]),
        ];
        await trainCommand(isTask ? task : undefined, flags, extra, context);
      },
    );

  root
    .command('evaluate')
    .description("evaluate a run's best model")
    .argument('<folder>', 'run folder')
    .option('--split <name>', 'test or validation', 'test')
    .option('--backend <name>', 'auto, webgpu, wasm or reference (default: that of the run)')
    .addHelpText('after', '\nExample:\n  $ longwave-lra evaluate runs/listops-s4d-quick-1 --split=validation')
    .action((folder: string, flags: { split: string; backend?: string }) => evaluateCommand(folder, flags, context));

  root
    .command('import')
    .description('make a run folder from published weights, which evaluate and train --resume take')
    .argument('<task>', 'listops or image')
    .argument('<file>', "state dict of the authors' PyTorch code, as safetensors")
    .requiredOption('--format <name>', PYTORCH_FORMATS.join(', '))
    .option('--model <name>', `${MODELS.join(', ')} (s4d)`)
    .option('--preset <name>', 'configuration of the model; "cpu" means <task>-<model>-cpu')
    .option('--seed <number>', 'of order of examples and dropout in further training (default: 0)', whole)
    .option('--backend <name>', 'auto, webgpu, wasm or reference')
    .option('--data <folder>', `files of the task (default: listops is generated, image is in ${IMAGE_FOLDER})`)
    .option('--out <folder>', 'run folder to make (default: runs/<preset>-<n>)')
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText('after', importHelp)
    .action((task: string, file: string, flags: StartFlags & { format: string }, command: Command) =>
      importCommand(task, file, flags, command.args.slice(2), context),
    );

  root
    .command('export')
    .description("write a run's best model as a state dict of the authors' PyTorch code")
    .argument('<folder>', 'run folder')
    .requiredOption('--format <name>', PYTORCH_FORMATS.join(', '))
    .requiredOption('--to <file>', 'safetensors file to write')
    .option('--force', 'write over an existing file')
    .addHelpText(
      'after',
      '\nExample:\n  $ longwave-lra export runs/image-s4-1 --format s4-v4 --to image-s4.safetensors',
    )
    .action((folder: string, flags: Parameters<typeof exportCommand>[1]) => exportCommand(folder, flags, context));

  root
    .command('score')
    .description('print the leaderboard: results beside the published ones, and which rules they keep')
    .argument('[paths...]', 'run folders or result files (default: every finished run under runs/)')
    .option('--json', 'print JSON')
    .option('--markdown', 'print the table in markdown, with sources')
    .addHelpText('after', '\nExamples:\n  $ longwave-lra score\n  $ longwave-lra score runs/a runs/b --markdown')
    .action((paths: string[], flags: { json?: boolean; markdown?: boolean }) => scoreCommand(paths, flags, context));

  root
    .command('prepare')
    .description('convert downloaded data')
    .command('image')
    .description('turn the binary version of CIFAR-10 into grey images (data_batch_1.bin … 5, test_batch.bin)')
    .requiredOption(
      '--from <folder>',
      'unpacked cifar-10-batches-bin, from https://www.cs.toronto.edu/~kriz/cifar.html',
    )
    .option('--to <folder>', 'where to write', IMAGE_FOLDER)
    .option('--no-verify', 'accept images that are not the official ones; sizes and labels are still checked')
    .option('--force', 'write over existing files')
    .addHelpText('after', '\nExample:\n  $ longwave-lra prepare image --from cifar-10-batches-bin')
    .action((flags: Parameters<typeof prepareImageCommand>[0]) => prepareImageCommand(flags, context));

  root
    .command('generate')
    .description('generate data')
    .command('listops')
    .description(
      'draw ListOps expressions by the published rules; writes basic_{train,val,test}.tsv as in the LRA release',
    )
    .option('--train <n>', 'expressions for training', whole, LRA_LISTOPS.train)
    .option('--validation <n>', 'expressions for validation', whole, LRA_LISTOPS.validation)
    .option('--test <n>', 'expressions for the test', whole, LRA_LISTOPS.test)
    .option('--seed <number>', 'seed', whole, 1)
    .option('--min-length <n>', 'symbols of an expression, exclusive', whole, LRA_LISTOPS.minLength)
    .option('--max-length <n>', 'symbols of an expression, exclusive', whole, LRA_LISTOPS.maxLength)
    .option('--max-depth <n>', 'lists within lists', whole, LRA_LISTOPS.maxDepth)
    .option('--max-args <n>', 'most arguments of a list', whole, LRA_LISTOPS.maxArgs)
    .option('--to <folder>', 'where to write', 'data/listops')
    .option('--force', 'write over existing files')
    .addHelpText('after', '\nExample:\n  $ longwave-lra generate listops --train 1000 --to data/listops-small --seed 7')
    .action((flags: Parameters<typeof generateListopsCommand>[0]) => generateListopsCommand(flags, context));

  return root;
}

/**
 * Run the program.
 *
 * @param argv - arguments without node and script.
 * @param context - where text and progress go, where complaints go, and the signal that Ctrl-C aborts.
 * @returns the exit code: 0, 1 for a failure, 2 for wrong usage, 130 after an interruption.
 */
export async function main(argv: readonly string[], context: Context & { readonly errors: Output }): Promise<number> {
  const { errors, signal } = context;
  try {
    await program(context).parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    if (error instanceof InterruptedError || (signal.aborted && error === signal.reason)) {
      errors.write(`${(error as Error).message}\n`);
      return INTERRUPTED;
    }
    const expected = [UsageError, DataError, TrainingError, UnsupportedError, OutOfMemoryError, ShapeError];
    if (!expected.some((type) => error instanceof type)) throw error;
    errors.write(`error: ${(error as Error).message}\n`);
    return error instanceof UsageError ? WRONG_USAGE : FAILED;
  }
}

/** Whether this file is the script that node was started with. */
function isScript(): boolean {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
}

if (isScript()) {
  enableRelaxedSimd();
  const interrupt = new AbortController();
  // Once each: a second Ctrl-C finds no listener and ends the process at once.
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => interrupt.abort(new InterruptedError('interrupted')));
  }
  const { stdout: output, stderr: errors } = process;
  // A reader that has seen enough, such as head, does not end a run.
  for (const stream of [output, errors]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  process.exitCode = await main(process.argv.slice(2), { output, errors, signal: interrupt.signal });
}
