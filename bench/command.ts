import { readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { BenchCase, BenchOptions, Benchmark, Row } from './contender.js';
import { type Report, ceilingLines, ceilingsOf, merged, parseReport, table } from './report.js';

const NAMES = ['butterfly', 'fft', 'fused', 'kernel', 'longconv', 'matmul', 'sparse', 'stream', 'train'] as const;
const SLOW_MS = 1000;

interface Flags {
  readonly backend: 'wasm' | 'webgpu' | 'all';
  readonly threads: readonly number[];
  readonly simd: 'best' | 'baseline';
  readonly case?: string;
  readonly rounds: number;
  readonly sampleMs: number;
  readonly peers: boolean;
  readonly json?: string;
}

const HELP = `
Examples:
  longwave-bench longconv --backend wasm --case 4096
  longwave-bench matmul train --no-peers --json laptop.json
  longwave-bench report laptop.json phone.json

Other libraries are timed where they are installed. The exit code is 1 if a result of longwave itself is wrong or fails.`;

/** The command line of longwave-bench. @param version - of this package; it is written into reports. */
export function command(version: string): Command {
  const program = new Command('longwave-bench')
    .description('Time operations of longwave beside other libraries, interleaved, after checking their results.')
    .version(version)
    .argument('[benchmarks...]', `which to run: ${NAMES.join(', ')}; all where none is named`)
    .addOption(new Option('--backend <name>', 'device to time').choices(['wasm', 'webgpu', 'all']).default('all'))
    .addOption(
      new Option('--threads <list>', 'numbers of CPU threads, each timed')
        .argParser(wholeNumbers)
        .default([1, 2], '1,2'),
    )
    .addOption(
      new Option('--simd <build>', 'relaxed SIMD where the engine has it, or without')
        .choices(['best', 'baseline'])
        .default('best'),
    )
    .option('--case <text>', 'only sizes whose label holds this text')
    .option('--rounds <n>', 'samples of each contender; 3 for those that take over a second', wholeNumber, 20)
    .option('--sample-ms <n>', 'shortest sample; faster operations are repeated', wholeNumber, 10)
    .option('--no-peers', 'only longwave itself')
    .option('--json <file>', 'write the results to a file')
    .showHelpAfterError('(see longwave-bench --help)')
    .addHelpText('after', HELP)
    .action((names: string[], flags: Flags) => run(program, version, names, flags));

  program
    .command('report')
    .description('show results of earlier runs, machine by machine')
    .argument('<files...>', 'files written by --json')
    .action((files: string[]) => console.log(merged(files.map(readReport))));
  return program;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('expected a whole number of at least 1');
  }
  return value;
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber);
}

function readReport(file: string): Report {
  try {
    return parseReport(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

async function run(program: Command, version: string, names: readonly string[], flags: Flags): Promise<void> {
  const unknown = names.find((name) => !(NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) program.error(`error: no benchmark '${unknown}'; there are ${NAMES.join(', ')}`);
  const options: BenchOptions = {
    backends: flags.backend === 'all' ? ['wasm', 'webgpu'] : [flags.backend],
    threads: flags.threads,
    simd: flags.simd,
    peers: flags.peers,
  };
  // Imported here, so that --help starts at once.
  const { measureCeilings } = await import('./ceilings.js');
  const { openDevices } = await import('./devices.js');
  const { measure } = await import('./harness.js');
  const { machine, machineLine } = await import('./machine.js');
  const { butterflyBench } = await import('./butterfly.bench.js');
  const { fftBench } = await import('./fft.bench.js');
  const { kernelBench } = await import('./kernel.bench.js');
  const { fusedBench, longconvBench, sparseBench } = await import('./longconv.bench.js');
  const { matmulBench } = await import('./matmul.bench.js');
  const { streamBench } = await import('./stream.bench.js');
  const { trainBench } = await import('./train.bench.js');

  const all = {
    butterfly: butterflyBench,
    fft: fftBench,
    fused: fusedBench,
    kernel: kernelBench,
    longconv: longconvBench,
    sparse: sparseBench,
    matmul: matmulBench,
    stream: streamBench,
    train: trainBench,
  };
  const chosen = (names.length > 0 ? (names as (keyof typeof all)[]) : NAMES).map((name) => {
    const bench = all[name] as Benchmark<BenchCase>;
    return { bench, sizes: bench.cases.filter(({ label }) => label.includes(flags.case ?? '')) };
  });
  if (chosen.every(({ sizes }) => sizes.length === 0)) {
    const labels = chosen.flatMap(({ bench }) => bench.cases.map(({ label }) => `  ${bench.name} ${label}`));
    program.error(`error: no size holds '${flags.case}'; there are\n${labels.join('\n')}`);
  }

  const { devices, noGpu } = await openDevices(options);
  if (devices.length === 0) throw new Error(noGpu);
  const here = machine(devices[0].relaxed, devices.at(-1)?.gpu);
  console.log(machineLine(here));
  if (noGpu !== undefined) console.log(`going on without WebGPU: ${noGpu}`);
  showProgress('measuring what the devices reach at best');
  const ceilings = await measureCeilings(devices);
  showProgress('');
  console.log(`${ceilingLines(ceilingsOf(ceilings))}\n`);

  const backends = options.backends.filter((name) => name !== 'webgpu' || noGpu === undefined);
  const rows: Row[] = [];
  for (const { bench, sizes } of chosen) {
    const contenders = await bench.contenders(devices, { ...options, backends });
    for (const size of sizes) {
      const found = await measure(bench, size, contenders, {
        rounds: flags.rounds,
        sampleMs: flags.sampleMs,
        slowMs: SLOW_MS,
        ceilings,
        onProgress: showProgress,
      });
      showProgress('');
      console.log(`${table(found)}\n`);
      rows.push(...found);
    }
  }
  for (const device of devices) device[Symbol.dispose]();
  if (rows.some(({ peer, status }) => !peer && status !== 'ok')) process.exitCode = 1;
  if (flags.json !== undefined) {
    const date = new Date().toISOString();
    const report: Report = { version, date, machine: here, ceilings: ceilingsOf(ceilings), rows };
    writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`written to ${flags.json}`);
  }
}

/** One line that is overwritten, on a terminal only. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
