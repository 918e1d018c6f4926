import { describe, expect, test } from 'vitest';
import { s4Kernel } from '../reference/s4.js';
import { s4Step } from '../reference/s4-step.js';
import type { Backend } from '../src/backend.js';
import type { TensorLike } from '../src/tensor.js';
import { type S4Case, cases, longCases, title } from './cases/s4.js';
import { describeDevices } from './support/backends.js';
import { EPS32, expectClose } from './support/close.js';
import { condition } from './support/condition.js';
import { type Host, type Op, randn, testAgainstReference, testGradients, testMemory, testThreads } from './support/op.js';
import { s4Inputs, s4Params } from './support/s4.js';

type Tensors = Readonly<Record<string, TensorLike>>;
type Hosts = Readonly<Record<string, Host>>;

/**
 * Four roundings lie between a parameter and a term of the sums, or of a step; sums over modes add the rest, and the
 * transform of n values.
 */
function bounds(inputs: Hosts, compute: (backend: Backend<TensorLike>, x: Tensors) => Tensors, n: number): Record<string, number> {
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

const BATCH = 3;

/** One step and L of them, which have no gradients: training goes through the kernel. */
function stepOps(size: S4Case): Op[] {
  const { H, M, L, C = 1 } = size;
  const make = (name: string, shape: readonly number[], skip: boolean): Op => {
    const forward: Op['forward'] = (backend, x) => {
      const y = backend.s4Step(s4Params(x), x['state'], x['u'], skip ? { ...size, D: x['D'] } : size);
      return { y, state: x['state'] };
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
  return [make('once', [BATCH, H], false), make('of a sequence', [BATCH, H, L], true)];
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
    expectClose('y', s4Step({ ...known, C }, state, u, { ...dims, batch: 1, L: 8 }), samples, 1e-9);
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

describeDevices('s4', (subject) => {
  testAgainstReference(subject, ops);
  testMemory(subject, ops);
  testAgainstReference(subject, longOps);
});
