import { describe, expect, test } from 'vitest';
import { dplr } from '../reference/dplr.js';
import type { HippoMeasure } from '../reference/hippo.js';
import { type S4Params, s4Kernel } from '../reference/s4.js';
import { s4CorrectC } from '../reference/s4-length.js';
import { s4Modes, s4Step } from '../reference/s4-step.js';
import type { Backend } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import type { TensorLike } from '../src/tensor.js';
import { type S4Case, cases, longCases, title } from './cases/s4.js';
import { describeDevices, describeHardwareKernels } from './support/backends.js';
import { EPS32, expectClose, expectGolden } from './support/close.js';
import { condition } from './support/condition.js';
import {
  type Host,
  type Op,
  randn,
  run,
  runReference,
  testAgainstReference,
  testGradients,
  testMemory,
  testThreads,
} from './support/op.js';
import { Rng } from './support/random.js';
import { s4Inputs, s4Params } from './support/s4.js';

type Tensors = Readonly<Record<string, TensorLike>>;
type Hosts = Readonly<Record<string, Host>>;

/**
 * Four roundings lie between a parameter and a term of the sums, or of a step; sums over modes add the rest, and the
 * transform of n values.
 */
function bounds(
  inputs: Hosts,
  compute: (backend: Backend<TensorLike>, x: Tensors) => Tensors,
  n: number,
): Record<string, number> {
  const moving = ['invDt', 'invReA', 'invImA', 'B', 'P', 'C', 'dy'];
  const M = inputs['invImA'].shape[1];
  const rest = 2 * EPS32 * (Math.sqrt(M) + Math.log2(n));
  const moved = condition(inputs, compute, moving, ['invDt', 'invReA']);
  return Object.fromEntries(Object.entries(moved).map(([id, bound]) => [id, 4 * bound + rest]));
}

const nodes = ({ L, lKernel = L, rate = 1 }: S4Case): number => Math.round(lKernel / rate);

function kernelOp(size: S4Case): Op {
  const forward: Op['forward'] = (backend, x) => ({ k: backend.s4Kernel(s4Params(x), size) });
  const vjp = (backend: Backend<TensorLike>, x: Tensors, dy: TensorLike): Tensors => {
    const { dInvDt, dInvReA, dInvImA, dB, dP, dC } = backend.s4KernelVjp(s4Params(x), dy, size);
    return { invDt: dInvDt, invReA: dInvReA, invImA: dInvImA, B: dB, P: dP, C: dC };
  };
  return {
    name: `s4Kernel ${title(size)}`,
    inputs: (rng) => s4Inputs(size, rng),
    forward,
    vjp,
    bounds(inputs, dy) {
      const n = nodes(size);
      const gradients = bounds({ ...inputs, dy }, (backend, { dy, ...x }) => vjp(backend, x, dy), n);
      // Of the terms of dInvDt, one for each mode, sum and node, some thousandth is left.
      gradients['invDt'] += 32 * EPS32 * (Math.sqrt(size.M) + Math.log2(n));
      return { ...gradients, ...bounds(inputs, forward, n) };
    },
  };
}

/** What steps take, made once; C has no part in it. */
function modesOp(size: S4Case): Op {
  const forward: Op['forward'] = (backend, x) => ({ modes: backend.s4Modes(s4Params(x), size) });
  return {
    name: `s4Modes ${title(size)}`,
    inputs: (rng) => s4Inputs(size, rng),
    forward,
    bounds: (inputs) => bounds(inputs, forward, 1),
  };
}

const BATCH = 3;

/** Modes, one step and L of them, which have no gradients: training goes through the kernel. */
function stepOps(size: S4Case): Op[] {
  const { H, M, L, C = 1 } = size;
  const make = (name: string, shape: readonly number[], skip: boolean): Op => {
    const forward: Op['forward'] = (backend, x) => {
      using modes = backend.s4Modes(s4Params(x), size);
      return { y: backend.s4Step({ modes, C: x['C'], D: x['D'] }, x['state'], x['u']), state: x['state'] };
    };
    return {
      name: `s4Step ${name} ${title(size)}`,
      inputs: (rng) => ({
        ...s4Inputs(size, rng),
        state: randn([BATCH, H, M, 2], rng),
        u: randn(shape, rng),
        ...(skip ? { D: randn([C, H], rng) } : {}),
      }),
      forward,
      // The state is rounded at every step.
      bounds: (inputs) => {
        const steps = shape[2] ?? 1;
        return Object.fromEntries(
          Object.entries(bounds(inputs, forward, 1)).map(([id, bound]) => [id, bound + 2 * EPS32 * Math.sqrt(steps)]),
        );
      },
    };
  };
  return [modesOp(size), make('once', [BATCH, H], false), make('of a sequence', [BATCH, H, L], true)];
}

function denseOp(H: number, N: number, C: number, skip: boolean): Op {
  return {
    name: `denseStep H=${H} N=${N} C=${C} ${skip ? 'with' : 'without'} D`,
    inputs: (rng) => ({
      A: randn([H, N, N], rng, 1 / Math.sqrt(N)),
      B: randn([H, N], rng),
      C: randn([C, H, N], rng),
      state: randn([BATCH, H, N / 2, 2], rng),
      u: randn([BATCH, H], rng),
      ...(skip ? { D: randn([C, H], rng) } : {}),
    }),
    forward: (backend, { A, B, C, D, state, u }) => {
      const params = { A, B, C, ...(skip ? { D } : {}) };
      return { y: backend.denseStep(params, state, u), state };
    },
    // Two sums of N terms, one after the other.
    bounds: () => ({ y: 4 * EPS32 * Math.sqrt(N), state: 2 * EPS32 * Math.sqrt(N) }),
  };
}

describe('reference', () => {
  testGradients(cases.map(kernelOp));

  // The model of 4 states and its kernel are known from a dense evaluation, to 10 digits.
  const dims = { H: 1, S: 1, M: 2, C: 1, R: 1 };
  const P = Float64Array.of(0.2029536894, 1.8685105984, 0.4569571095, 0.508594282);
  const known = {
    invDt: Float64Array.of(Math.log(0.1)),
    invReA: Float64Array.of(Math.log(0.5), Math.log(0.5)),
    invImA: Float64Array.of(4.6032930071, 0.5565011151),
    P,
    B: P.map((value) => value * Math.SQRT2),
  };
  const samples = [
    -0.1035260863, 0.126737014, 0.1899992284, 0.1736836775, 0.1261910444, 0.0727850924, 0.0253766789, -0.0115393647,
  ];

  test('a kernel that is known', () => {
    const C = Float64Array.of(1.1886960577, 0.6395125712, -0.063948467, -0.2138105014);
    expectClose('k', s4Kernel({ ...known, C }, dims, 8), samples, 1e-9);
  });

  test('a recurrence that is known', () => {
    const C = Float64Array.of(1, 0.5, -0.3, 0.2);
    const u = Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0);
    const state = new Float64Array(4);
    const modes = s4Modes({ ...known, C }, dims);
    expectClose('y', s4Step({ modes, C }, state, u, { ...dims, batch: 1, L: 8 }), samples, 1e-9);
    expect(Math.hypot(...state)).toBeGreaterThan(0.01);
  });
});

const ops = [
  ...cases.map(kernelOp),
  ...cases.flatMap(stepOps),
  denseOp(1, 2, 1, false),
  denseOp(3, 14, 2, true),
  denseOp(2, 64, 1, true),
];
const longOps = [...longCases.map(kernelOp), ...longCases.slice(0, 1).flatMap(stepOps)];

testThreads([...ops, ...longOps]);

/**
 * Initial parameters of a HiPPO measure, a step for each feature, with C corrected for `length`; C itself is `plain`.
 */
function initialInputs(
  measure: HippoMeasure,
  steps: readonly number[],
  length: number,
): { inputs: Record<string, Host>; plain: Host } {
  const M = 32;
  const H = steps.length;
  const { lambda, B, P } = dplr(measure, 2 * M);
  const R = P.length / (2 * M);
  const host = (values: ArrayLike<number>, shape: readonly number[]): Host => ({
    values: Array.from(values, Math.fround),
    shape,
  });
  const stored = (part: 0 | 1, f: (y: number) => number): Host =>
    host(Array.from({ length: M }, (_, m) => f(Math.max(1e-4, -lambda[2 * m + part]))), [1, M]);
  const inputs = {
    invDt: host(steps.map(Math.log), [H]),
    invReA: stored(0, Math.log),
    invImA: stored(1, (y) => y),
    B: host(B, [1, M, 2]),
    P: host(P, [R, 1, M, 2]),
  };
  const plain = randn([1, H, M, 2], new Rng(5), Math.SQRT1_2);
  const arrays = Object.fromEntries(
    Object.entries({ ...inputs, C: plain }).map(([id, { values }]) => [id, Float64Array.from(values)]),
  );
  const corrected = s4CorrectC(arrays as unknown as S4Params, { H, S: 1, M, C: 1, R }, length);
  return { inputs: { ...inputs, C: host(corrected, plain.shape) }, plain };
}

describeDevices('s4', (subject) => {
  testAgainstReference(subject, ops);
  testMemory(subject, ops);
  testAgainstReference(subject, longOps);

  test('a kernel of 16,384 samples from the smallest to the largest step', async () => {
    const L = 16384;
    const { inputs } = initialInputs('legs', [1e-3, 1e-2, 1e-1], L);
    const kernel = (backend: Backend<TensorLike>) => (x: Tensors) => ({ k: backend.s4Kernel(s4Params(x), { L }) });
    const { k } = await run(subject.backend(), inputs, kernel(subject.backend()));
    const want = runReference(inputs, kernel(reference()))['k'];
    for (let h = 0; h < 3; h++) {
      const row = ({ values }: Host): number[] => Array.from(values).slice(h * L, (h + 1) * L);
      // Ten times what rounding the nodes, the modes and 14 passes of a transform leaves.
      expectGolden(`k of feature ${h}`, row(k), row(want), 5e-6);
    }
  });

  // LegT and the Fourier basis have Re A = -1e-4, and the latter a mode of frequency 1e-4.
  const lasting = [['fout', 1024], ['legt', 999]] as const;
  test.each(lasting)('%s, whose modes hardly decay over %i samples', async (measure, L) => {
    const { inputs } = initialInputs(measure, [1e-3, 1e-2, 1e-1], L);
    const dk = randn([1, 3, L], new Rng(7));
    const compute = (backend: Backend<TensorLike>) => ({ dk, ...x }: Tensors) => ({
      k: backend.s4Kernel(s4Params(x), { L }),
      ...backend.s4KernelVjp(s4Params(x), dk, { L }),
    });
    const got = await run(subject.backend(), { ...inputs, dk }, compute(subject.backend()));
    const want = runReference({ ...inputs, dk }, compute(reference()));
    expectGolden('k', got['k'].values, want['k'].values, 5e-6);
    // Next to a mode's own frequency the Woodbury identity still leaves a hundredth of its terms.
    for (const id in want) expectGolden(id, got[id].values, want[id].values, 1e-4);
  });

  test('steps and chunks of the recurrence give the convolution with the kernel', async () => {
    const L = 1024;
    const backend = subject.backend();
    const { inputs, plain } = initialInputs('legs', [1e-3, 1e-2, 1e-1], L);
    const u = randn([2, 3, L], new Rng(6));
    const part = (from: number, to: number): Host => ({
      shape: [2, 3, to - from],
      values: Array.from({ length: 6 }, (_, row) => Array.from(u.values).slice(row * L + from, row * L + to)).flat(),
    });
    const state = { shape: [2, 3, 32, 2], values: new Float64Array(2 * 3 * 64) };
    const { y } = await run(backend, { ...inputs, u }, ({ u, ...x }) => {
      using k = backend.s4Kernel(s4Params(x), { L });
      return { y: backend.longconv(u, k) };
    });
    const one = { shape: [2, 3], values: Array.from({ length: 6 }, (_, row) => u.values[row * L]) };
    const chunks = { one, u1: part(1, 300), u2: part(300, L) };
    const stepped = await run(backend, { ...inputs, C: plain, state, ...chunks }, ({ state, one, u1, u2, ...x }) => {
      using modes = backend.s4Modes(s4Params(x));
      const [y0, y1, y2] = [one, u1, u2].map((u) => backend.s4Step({ modes, C: x['C'] }, state, u));
      return { y0, y1, y2 };
    });
    const joined = Array.from({ length: 6 }, (_, row) =>
      Object.values(stepped).flatMap(({ values, shape }) => {
        const length = shape[2] ?? 1;
        return Array.from(values).slice(row * length, (row + 1) * length);
      }),
    ).flat();
    expectGolden('y', joined, y.values, 1e-4);
  });

  test('one sample at one node', async () => {
    const backend = subject.backend();
    const inputs = s4Inputs({ H: 2, M: 3, L: 1 }, new Rng(3));
    const kernel = (backend: Backend<TensorLike>) => (x: Tensors) => ({ k: backend.s4Kernel(s4Params(x), { L: 1 }) });
    const { k } = await run(backend, inputs, kernel(backend));
    expectClose('k', k.values, runReference(inputs, kernel(reference()))['k'].values, 8 * EPS32 * Math.sqrt(3));
  });

  test('refuses arguments that do not fit', () => {
    const backend = subject.backend();
    const size = { H: 4, M: 3, L: 8 };
    const tensors = Object.entries(s4Inputs(size, new Rng(1))).map(
      ([id, { values, shape }]) => [id, backend.tensor(values, shape)] as const,
    );
    const params = s4Params(Object.fromEntries(tensors));
    using sets = backend.zeros([3, 3]);
    using rank = backend.zeros([3, 1, 3, 2]);
    using flat = backend.zeros([1, 3, 2]);
    using wrong = backend.zeros([2, 3]);
    using state = backend.zeros([2, 4, 3, 2]);
    using u = backend.zeros([2, 4]);
    using A = backend.zeros([4, 3, 3]);
    using modes = backend.s4Modes(params);
    using elsewhere = reference().zeros([1, 3]);
    const refusals: [() => unknown, string][] = [
      [
        () => backend.s4Kernel({ ...params, invReA: sets }, size),
        's4Kernel: invReA has 3 sets, expected a divisor of H = 4',
      ],
      [() => backend.s4Kernel({ ...params, P: rank }, size), 's4Kernel: P has rank 3, expected 1 or 2'],
      [() => backend.s4Kernel({ ...params, P: flat }, size), 's4Kernel: P has shape [1,3,2], expected [R, S, M, 2]'],
      [
        () => backend.s4Kernel({ ...params, invImA: sets }, size),
        's4Kernel: invImA has shape [3,3], expected [1,3] to match invReA [1,3]',
      ],
      [
        () => backend.s4Kernel({ ...params, invImA: elsewhere }, size),
        's4Kernel: invImA and invDt live on different devices, expected one',
      ],
      [() => backend.s4Kernel(params, { L: 0 }), 's4Kernel: L is 0, expected a whole number of at least 1'],
      [
        () => backend.s4Kernel(params, { L: 8, lKernel: 7.5 }),
        's4Kernel: lKernel is 7.5, expected a whole number of at least 1',
      ],
      [
        () => backend.s4Kernel(params, { L: 8, rate: 2 }),
        's4Kernel: L is 8, expected at most round(lKernel / rate) = 4 with lKernel = 8 and rate = 2',
      ],
      [
        () => backend.s4Kernel(params, { L: 8, lKernel: 2 ** 23 }),
        's4Kernel: round(lKernel / rate) is 8388608, expected at most 4194304',
      ],
      [() => backend.s4Kernel(params, { L: 8, rate: 0 }), 's4Kernel: rate is 0, expected a positive number'],
      [
        () => backend.s4KernelVjp(params, wrong, size),
        's4KernelVjp: dk has shape [2,3], expected [1,4,8] = [C, H, L] to match the parameters',
      ],
      [() => backend.s4Modes({ ...params, P: rank }), 's4Modes: P has rank 3, expected 1 or 2'],
      [() => backend.s4Modes(params, { rate: 0 }), 's4Modes: rate is 0, expected a positive number'],
      [
        () => backend.s4Step({ modes: rank, C: params.C }, state, u),
        's4Step: modes has shape [3,1,3,2], expected [3,1,6,2] = [H, M, 2 + 2 R, 2]',
      ],
      [
        () => backend.s4Step({ modes, C: wrong }, state, u),
        's4Step: C has shape [2,3], expected [2,4,3,2] to match modes [4,3,4,2]',
      ],
      [() => backend.s4Step({ modes, C: params.C }, wrong, u), 's4Step: state has shape [2,3]'],
      [
        () => backend.s4Step({ modes, C: params.C }, state, wrong),
        's4Step: u has shape [2,3], expected [2,4] to match state [2,4,3,2]',
      ],
      [
        () => backend.s4Step({ modes, C: params.C, D: wrong }, state, u),
        's4Step: D has shape [2,3], expected [1,4]',
      ],
      [
        () => backend.denseStep({ A, B: u, C: rank }, state, u),
        'denseStep: A has shape [4,3,3], expected [H, N, N] with N even',
      ],
    ];
    for (const [call, message] of refusals) {
      expect(call).toThrow(message);
    }
    for (const [, tensor] of tensors) tensor.dispose();
    expect(() => backend.s4Kernel(params, size)).toThrow('s4Kernel: invDt [4] has been disposed');
  });
});

// They share work out in other portions.
describeHardwareKernels('s4', (subject) => {
  const some = cases.filter(({ R, M }) => R === 2 || M > 8);
  testAgainstReference(subject, [...some.map(kernelOp), ...some.flatMap(stepOps), denseOp(3, 40, 2, true)]);
});
