import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { measureCeilings } from '../bench/ceilings.js';
import { command } from '../bench/command.js';
import type { BenchCase, Benchmark, Contender, Row } from '../bench/contender.js';
import type { Device } from '../bench/devices.js';
import { type MeasureOptions, measure, relativeError } from '../bench/harness.js';
import { model } from '../bench/peers/onnx.js';
import { quietly } from '../bench/quiet.js';
import { merged, parseReport, table } from '../bench/report.js';
import { duration, interleave, quantile } from '../bench/sampling.js';
import { fftBench } from '../bench/fft.bench.js';
import { butterflyBench } from '../bench/butterfly.bench.js';
import { fusedBench, longconvBench, sparseBench } from '../bench/longconv.bench.js';
import { matmulBench } from '../bench/matmul.bench.js';
import { reference } from '../src/backends/reference.js';
import type { Backend } from '../src/backend.js';
import type { TensorLike } from '../src/tensor.js';

const size: BenchCase = { label: '3', flops: 6e6, bytes: 3e6 };
const bench: Benchmark<BenchCase> = {
  name: 'toy',
  cases: [size],
  contenders: async () => [],
  expected: () => Float64Array.of(1, 2, 3),
  bound: () => 1e-6,
};
const options: MeasureOptions = {
  rounds: 4,
  sampleMs: 1,
  slowMs: 1000,
  ceilings: new Map([['toy', { copy: 1e9, matmul: 2e9 }]]),
};

interface Behaviour {
  readonly values?: readonly number[];
  readonly peer?: boolean;
  /** Called in every run, with the number of runs before. */
  readonly run?: (runs: number) => unknown;
  readonly onDispose?: () => void;
}

/** A contender that takes a millisecond, so that a sample is one run. */
function contender(
  name: string,
  { values = [1, 2, 3], peer = true, run, onDispose }: Behaviour = {},
): Contender<BenchCase> {
  return {
    name,
    device: 'toy',
    peer,
    async prepare() {
      let runs = 0;
      return {
        run() {
          run?.(runs++);
          const end = performance.now() + 2;
          while (performance.now() < end);
        },
        finish: async () => {},
        read: async () => values,
        async [Symbol.asyncDispose]() {
          onDispose?.();
        },
      };
    },
  };
}

const row = (rows: readonly Row[], name: string): Row => rows.find((found) => found.name === name) as Row;

describe('measure', () => {
  test('marks wrong results and failures, and goes on', async () => {
    let disposed = 0;
    const onDispose = (): void => void disposed++;
    const rows = await measure(
      bench,
      size,
      [
        contender('fails late', {
          run: (runs) => {
            if (runs === 4) throw new Error('lost the device\nstack');
          },
          onDispose,
        }),
        contender('wrong', { values: [1, 2, 3.1], onDispose }),
        contender('garbage', { values: [1, NaN, 3], onDispose }),
        contender('short', { values: [1, 2], onDispose }),
        { ...contender('cannot'), prepare: () => Promise.reject(new Error('Cannot find package \'other\' imported')) },
        contender('inexact', { values: [1, 2, 3.00003], onDispose }),
        contender('ours, inexact', { values: [1, 2, 3.00003], peer: false, onDispose }),
        contender('right', { onDispose }),
      ],
      options,
    );
    expect(Object.fromEntries(rows.map(({ name, status, note }) => [name, [status, note]]))).toEqual({
      'fails late': ['failed', 'lost the device'],
      wrong: ['wrong', 'error above 0.0010'],
      garbage: ['wrong', 'not a number'],
      short: ['wrong', '2 values instead of 3'],
      cannot: ['failed', 'not installed (npm install other)'],
      inexact: ['ok', undefined],
      'ours, inexact': ['wrong', 'error above 0.0000010'],
      right: ['ok', undefined],
    });
    expect(disposed).toBe(7);
    expect(row(rows, 'wrong').error).toBeCloseTo(0.1 / Math.sqrt(14));
    expect(row(rows, 'right')).toMatchObject({ samples: 4, error: 0 });
    expect(rows.at(-1)?.status).toBe('failed');
  });

  test('computes rates and shares from the median', async () => {
    const [{ median, p20, p80, gflops, gbs, shareOfPeak, shareOfCopy }] = (await measure(
      bench,
      size,
      [contender('right')],
      options,
    )) as Required<Row>[];
    expect(p20).toBeLessThanOrEqual(median as number);
    expect(median).toBeLessThanOrEqual(p80 as number);
    expect(gflops).toBeCloseTo(6 / (median as number));
    expect(gbs).toBeCloseTo(3 / (median as number));
    expect(shareOfPeak).toBeCloseTo((gflops as number) / 2);
    expect(shareOfCopy).toBeCloseTo(gbs as number);
  });

  test('takes samples in turn, and three of what is slow', async () => {
    const order: string[] = [];
    const logged = (name: string): Contender<BenchCase> => contender(name, { run: () => order.push(name) });
    await measure(bench, size, [logged('a'), logged('b'), logged('c')], options);
    const rounds = order.slice(-12).join('').match(/.../g) as string[];
    expect(rounds).toEqual(['abc', 'bca', 'cab', 'abc']);
    const [slow] = await measure(bench, size, [contender('slow')], { ...options, slowMs: 1 });
    expect(slow.samples).toBe(3);
  });

  test('shows what a wrong peer wrote to the console, and keeps it off the terminal', async () => {
    const run = (runs: number): void => {
      if (runs === 0) console.error('binding too large\nby far');
    };
    const shown: string[] = [];
    const rows = await quietly(shown, () => measure(bench, size, [contender('wrong', { values: [0, 0, 0], run })], options));
    expect(rows[0].note).toBe('error above 0.0010; binding too large');
    expect(shown).toEqual([]);
  });
});

test('a sample repeats what is fast and divides by the repeats', async () => {
  let [runs, finished] = [0, 0];
  const timed = {
    run: () => void runs++,
    finish: async () => void finished++,
    repeats: 50,
    most: 3,
    samples: [] as number[],
  };
  await interleave([timed]);
  expect([runs, finished, timed.samples.length]).toEqual([150, 3, 3]);
  expect(await duration(timed, 10)).toBeGreaterThan(0);
});

test('rounds sample at as many depths of the stack', async () => {
  const depths = new Set<number>();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  const run = (): unknown => depths.add((new Error().stack as string).split('at deeper').length);
  await interleave([{ run, finish: async () => {}, repeats: 2, most: 64, samples: [] }]);
  Error.stackTraceLimit = limit;
  expect(depths.size).toBe(64);
});

test('quantiles lie between the samples', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([5, 1, 3, 2, 4], 0.5)).toBe(3);
  expect(quantile([5, 1, 3, 2, 4, 6], 0.2)).toBe(2);
  expect(quantile([5, 1, 3, 2, 4, 6], 0.8)).toBe(5);
  expect(quantile([7], 0.2)).toBe(7);
});

test('the error is that of the whole, and none for missing values', () => {
  expect(relativeError([3, 4, 1], Float64Array.of(3, 4, 0))).toBeCloseTo(1 / 5);
  expect(relativeError([3, 4], Float64Array.of(3, 4, 0))).toBeNaN();
});

test('ceilings give every result back unread', async () => {
  const live = new Set<object>();
  let made = 0;
  const make = (): TensorLike => {
    const tensor = {
      dispose: () => void live.delete(tensor),
      read: () => Promise.reject(new Error('read in a measurement')),
    };
    made++;
    live.add(tensor);
    return tensor as unknown as TensorLike;
  };
  const backend = { tensor: make, scale: make, matmul: make } as unknown as Backend<TensorLike>;
  const finish = async (): Promise<void> => {
    const end = performance.now() + 5;
    while (performance.now() < end);
  };
  const device: Device = { name: 'toy', backend, finish, [Symbol.dispose]: () => {} };
  const ceiling = (await measureCeilings([device])).get('toy');
  expect(live.size).toBe(0);
  expect(made).toBeGreaterThanOrEqual(3 + 2 * (2 + 9));
  expect(ceiling?.copy).toBeGreaterThan(0);
  expect(ceiling?.matmul).toBeGreaterThan(0);
});

test.each([
  ['fft', fftBench, { label: '3x40', rows: 3, n: 40, flops: 1, bytes: 1 }],
  ['butterfly', butterflyBench, { kind: 'transform', label: '2x32', rows: 2, n: 32, flops: 1, bytes: 1 }],
  ['butterfly', butterflyBench, { kind: 'monarch', label: '3x16', rows: 3, features: 16, flops: 1, bytes: 1 }],
  ['longconv', longconvBench, { label: '2x2x16', B: 2, H: 2, L: 16, flops: 1, bytes: 1 }],
  ['fused', fusedBench, { label: '2x2x16', B: 2, H: 2, L: 16, flops: 1, bytes: 1 }],
  ['sparse', sparseBench, { label: '2x2x16', kind: 'gated', B: 2, H: 2, L: 16, flops: 1, bytes: 1 }],
  ['matmul', matmulBench, { label: '4x8x4', M: 4, K: 8, N: 4, flops: 1, bytes: 1 }],
] as const)('%s: our contender computes what is expected', async (_, benchmark, small) => {
  const backend = reference() as unknown as Backend<TensorLike>;
  const device: Device = { name: 'reference', backend, finish: async () => {}, [Symbol.dispose]: () => {} };
  const any = benchmark as unknown as Benchmark<BenchCase>;
  const contenders = await any.contenders([device], { backends: [], threads: [1], simd: 'best', peers: false });
  for (const found of await measure(any, small, contenders, options)) {
    expect(found).toMatchObject({ device: 'reference', status: 'ok' });
    expect(found.name).toMatch(/^longwave reference/);
  }
});

test.each([longconvBench, fusedBench])('$name: u, k and y are counted once', ({ cases }) => {
  for (const { B, H, L, bytes } of cases) expect(bytes).toBe(4 * (2 * B * H * L + H * L));
});

const rows: Row[] = [
  { bench: 'toy', case: '3', name: 'right', device: 'toy', peer: false, status: 'ok', median: 0.012345, p20: 0.01, p80: 1234.5, error: 1.5e-7, gflops: 20, shareOfPeak: 0.5 },
  { bench: 'toy', case: '3', name: 'not right', device: 'toy', peer: true, status: 'wrong', note: 'error above 0.0010', median: 1, error: 3 },
  { bench: 'toy', case: '3', name: 'absent', device: 'toy', peer: true, status: 'failed', note: 'not installed' },
];

test('a table lines up, leaves empty columns out and says what went wrong', () => {
  expect(table(rows)).toBe(`### toy 3

|           | median ms |    p20 |  p80 |  error | GFLOP/s | of matmul |                                  |
|-----------|----------:|-------:|-----:|-------:|--------:|----------:|----------------------------------|
| right     |    0.0123 | 0.0100 | 1235 | 1.5e-7 |    20.0 |      50 % |                                  |
| not right |      1.00 |        |      | 3.0e+0 |         |           | WRONG RESULT: error above 0.0010 |
| absent    |           |        |      |        |         |           | failed: not installed            |`);
});

test('reports come back from their files', () => {
  const machine = { cpu: 'Z80', cores: 1, memoryGiB: 1, os: 'CP/M', runtime: 'Node', relaxedSimd: false, load: 0 };
  const report = { version: '0.1.0', date: '2000-01-01', machine, ceilings: { toy: { copyGbs: 1, matmulGflops: 2 } }, rows };
  const text = merged([parseReport(JSON.stringify(report))]);
  expect(text).toContain('## 1 x Z80, 1 GiB, CP/M');
  expect(text).toContain('toy: copy 1.00 GB/s, matmul 2.00 GFLOP/s');
  expect(text).toContain(table(rows));
  expect(() => parseReport('{"rows": []}')).toThrow('not a file written by longwave-bench --json');
  expect(() => parseReport('nonsense')).toThrow('not a file written by longwave-bench --json');
});

test('an ONNX file holds its fields', () => {
  const bytes = model({
    inputs: { a: [300] },
    outputs: { y: [300] },
    nodes: [{ op: 'Relu', inputs: ['a'], outputs: ['y'] }],
  });
  // IR version 8, then the graph; 300 is the varint ac 02.
  expect([...bytes.subarray(0, 3)]).toEqual([0x08, 8, 0x3a]);
  expect(Buffer.from(bytes).includes(Buffer.from([0x08, 0xac, 0x02]))).toBe(true);
  expect(Buffer.from(bytes).includes('Relu')).toBe(true);
});

describe('the command line', () => {
  /** What it prints and the message of what it throws. */
  async function bench(...args: string[]): Promise<string> {
    const said: string[] = [];
    const write = (text: string): void => void said.push(text);
    const program = command('1.2.3').exitOverride().configureOutput({ writeOut: write, writeErr: write });
    const run = (): Promise<unknown> => program.parseAsync(args, { from: 'user' }).catch((error: Error) => write(error.message));
    await quietly(said, run);
    return said.join('\n');
  }

  test('explains itself', async () => {
    expect(await bench('--help')).toContain('longwave-bench longconv --backend wasm --case 4096');
    expect(await bench('--version')).toContain('1.2.3');
  });

  test.each([
    [['fourier'], "no benchmark 'fourier'; there are butterfly, fft, "],
    [['--case', 'nope'], "no size holds 'nope'; there are\n  butterfly transform 64x1024"],
    [['--rounds', '0'], 'expected a whole number of at least 1'],
    [['--threads', '1,x'], 'expected a whole number of at least 1'],
    [['--backend', 'gpu'], 'Allowed choices are wasm, webgpu, all'],
    [['--frobnicate'], "unknown option '--frobnicate'"],
    [['report', '/nowhere/at/all.json'], '/nowhere/at/all.json: ENOENT'],
    [['report', 'package.json'], 'package.json: not a file written by longwave-bench --json'],
  ])('%j is answered', async (args, answer) => {
    expect(await bench(...args)).toContain(answer);
  });

  test('times our own product and writes a report', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'longwave-bench-'));
    const file = path.join(folder, 'out.json');
    const args = ['matmul', '--no-peers', '--backend', 'wasm', '--threads', '1', '--case', '256x', '--rounds', '2'];
    await bench(...args, '--json', file);
    const { version, rows, ceilings } = parseReport(await readFile(file, 'utf8'));
    await rm(folder, { recursive: true });
    expect(version).toBe('1.2.3');
    expect(rows).toMatchObject([{ name: 'longwave wasm, 1 thread', status: 'ok', samples: 2 }]);
    expect(Object.keys(ceilings)).toEqual(['wasm, 1 thread']);
  });
});
