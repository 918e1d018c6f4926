#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs';
import v8 from 'node:v8';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { BenchCase, BenchOptions, Benchmark, Row } from './contender.js';
import { type Report, ceilingLines, ceilingsOf, merged, table } from './report.js';

// Node 20 has relaxed SIMD behind a flag; it must be on before a module is compiled.
if (process.versions.node.startsWith('20.')) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');

const NAMES = ['longconv', 'matmul', 'train'] as const;
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

interface Flags {
  readonly backend: 'wasm' | 'webgpu' | 'all';
  readonly threads: readonly number[];
  readonly case?: string;
  readonly rounds: number;
  readonly sampleMs: number;
  readonly peers: boolean;
  readonly json?: string;
}

const program = new Command('longwave-bench')
  .description('Time operations of longwave beside other libraries, interleaved, after checking their results.')
  .version(version)
  .argument('[benchmarks...]', `which to run: ${NAMES.join(', ')}; all where none is named`)
  .addOption(new Option('--backend <name>', 'device to time').choices(['wasm', 'webgpu', 'all']).default('all'))
  .option('--threads <list>', 'numbers of CPU threads, each timed', wholeNumbers, [1, 2])
  .option('--case <text>', 'only sizes whose label holds this text')
  .option('--rounds <n>', 'samples of each contender', wholeNumber, 20)
  .option('--sample-ms <n>', 'shortest sample; faster operations are repeated', wholeNumber, 10)
  .option('--no-peers', 'only longwave itself')
  .option('--json <file>', 'write the results to a file')
  .addHelpText(
    'after',
    `
Examples:
  longwave-bench longconv --backend wasm --case 4096
  longwave-bench matmul train --no-peers --json laptop.json
  longwave-bench report laptop.json phone.json`,
  )
  .action((names: string[], flags: Flags) => run(names, flags));

program
  .command('report')
  .description('show results of earlier runs, machine by machine')
  .argument('<files...>', 'files written by --json')
  .action((files: string[]) => {
    console.log(merged(files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report)));
  });

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number of at least 1');
  return value;
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber);
}

async function run(names: readonly string[], flags: Flags): Promise<void> {
  const unknown = names.find((name) => !(NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) program.error(`error: no benchmark ${unknown}; there are ${NAMES.join(', ')}`);
  const options: BenchOptions = {
    backends: flags.backend === 'all' ? ['wasm', 'webgpu'] : [flags.backend],
    threads: flags.threads,
    peers: flags.peers,
  };
  // Imported here, so that the flag above is set before any module is compiled and --help starts at once.
  const { measureCeilings, openDevices } = await import('./devices.js');
  const { measure } = await import('./harness.js');
  const { machine, machineLine } = await import('./machine.js');
  const { longconvBench } = await import('./longconv.bench.js');
  const { matmulBench } = await import('./matmul.bench.js');
  const { trainBench } = await import('./train.bench.js');

  const devices = await openDevices(options);
  const here = machine(devices.some(({ relaxed }) => relaxed === true), devices.find(({ gpu }) => gpu !== undefined)?.gpu);
  console.log(machineLine(here));
  const ceilings = await measureCeilings(devices);
  console.log(`${ceilingLines(ceilingsOf(ceilings))}\n`);

  const all = { longconv: longconvBench, matmul: matmulBench, train: trainBench };
  const rows: Row[] = [];
  for (const name of names.length > 0 ? (names as (keyof typeof all)[]) : NAMES) {
    const bench = all[name](devices) as Benchmark<BenchCase>;
    const contenders = await bench.contenders(options);
    for (const size of bench.cases.filter(({ label }) => label.includes(flags.case ?? ''))) {
      const found = await measure(bench, size, contenders, {
        ...options,
        rounds: flags.rounds,
        sampleMs: flags.sampleMs,
        slowMs: 1000,
        ceilings,
        onProgress: showProgress,
      });
      showProgress('');
      console.log(`${table(found)}\n`);
      rows.push(...found);
    }
  }
  for (const device of devices) device[Symbol.dispose]();
  if (flags.json !== undefined) {
    const report: Report = { version, date: new Date().toISOString(), machine: here, ceilings: ceilingsOf(ceilings), rows };
    writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`written to ${flags.json}`);
  }
}

/** One line that is overwritten, on a terminal only. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

await program.parseAsync();
// Dawn and the workers of some peers keep Node alive.
process.exit(process.exitCode ?? 0);
