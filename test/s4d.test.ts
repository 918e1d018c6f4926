import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transform, transformSlope } from '../reference/ssm.js';
import type { Backend, Transform } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import type { TensorLike } from '../src/tensor.js';
import { type S4dCase, cases, dssCases, longCases, longStateCases, optionCases, title } from './cases/s4d.js';
import { describeDevices } from './support/backends.js';
import { EPS32, expectClose, relativeError } from './support/close.js';
import {
  type Host,
  type Op,
  oracle,
  randn,
  run,
  runReference,
  testAgainstReference,
  testGradients,
  testMemory,
  testThreads,
} from './support/op.js';
import { Rng } from './support/random.js';
import { s4dInputs, s4dParams } from './support/s4d.js';

type Tensors = Readonly<Record<string, TensorLike>>;
type Hosts = Readonly<Record<string, Host>>;

/** One draw of roundings can cancel by chance. */
const DRAWS = 2;

/** How far a stored number moves when what it stands for moves by one part. */
function stride(kind: Transform, x: number): number {
  const slope = transformSlope(kind, x);
  return slope === 0 ? 0 : transform(kind, x) / slope;
}

/**
 * How far results move when each input moves by one rounding: a kernel that rounds exp(invDt), dt A or a power of
 * Ab can do no better, as l dt Im A runs into thousands of radians, and sums over modes cancel. Stored numbers are
 * rounded as what they stand for. Four roundings lie between the parameters and a power of Ab; sums over M modes
 * add the rest.
 */
function conditionBounds(
  { dtTransform = 'exp', realTransform = 'exp', imagTransform = 'none' }: S4dCase,
  inputs: Hosts,
  compute: (backend: Backend<TensorLike>, inputs: Tensors) => Tensors,
): Record<string, number> {
  const results = (moved: Hosts): Record<string, Host> => runReference(moved, (x) => compute(oracle, x));
  const base = results(inputs);
  const M = inputs['invImA'].shape[1];
  const squares = Object.fromEntries(Object.keys(base).map((id) => [id, 0]));
  const rng = new Rng(11);
  const kinds: Record<string, Transform> = { invDt: dtTransform, invReA: realTransform, invImA: imagTransform };
  for (const moving of ['invDt', 'invReA', 'invImA', 'C', 'dy'].filter((id) => id in inputs)) {
    const { values, shape } = inputs[moving];
    const size = (v: number): number => stride(kinds[moving] ?? 'none', v);
    for (let draw = 0; draw < DRAWS; draw++) {
      const step = (v: number): number => (rng.uniform() < 0.5 ? -EPS32 : EPS32) * size(v);
      const moved = results({ ...inputs, [moving]: { shape, values: Array.from(values, (v) => v + step(v)) } });
      for (const id in base) squares[id] += relativeError(moved[id].values, base[id].values) ** 2 / DRAWS;
    }
  }
  return Object.fromEntries(
    Object.entries(squares).map(([id, square]) => [id, 4 * Math.sqrt(square) + 2 * EPS32 * Math.sqrt(M)]),
  );
}

/** An operation on the parameters, with bounds from {@link conditionBounds}. */
function s4dOp(
  size: S4dCase,
  {
    name,
    extra = () => ({}),
    forward,
    vjp,
    terms,
  }: {
    name: string;
    extra?: (rng: Rng) => Record<string, Host>;
    forward: Op['forward'];
    vjp?: Op['vjp'];
    /** In a sum that makes a result. */
    terms: number;
  },
): Op {
  const raised = (bounds: Record<string, number>, n: number): [string, number][] =>
    Object.entries(bounds).map(([id, bound]) => [id, bound + 2 * EPS32 * Math.sqrt(n)]);
  return {
    name: `${name} ${title(size)}`,
    inputs: (rng) => ({ ...s4dInputs(size, rng), ...extra(rng) }),
    forward,
    vjp,
    bounds(inputs, dy) {
      const results = raised(conditionBounds(size, inputs, forward), terms);
      if (vjp === undefined) return Object.fromEntries(results);
      const gradients = conditionBounds(size, { ...inputs, dy }, (backend, { dy, ...x }) => vjp(backend, x, dy));
      // Gradients sum L products, and H / S features share a set.
      return { ...Object.fromEntries(raised(gradients, size.L * size.H)), ...Object.fromEntries(results) };
    },
  };
}

function kernelOp(size: S4dCase): Op {
  return s4dOp(size, {
    name: 's4dKernel',
    forward: (backend, x) => ({ k: backend.s4dKernel(s4dParams(x), size) }),
    vjp(backend, x, dy) {
      const { dInvDt, dInvReA, dInvImA, dB, dC } = backend.s4dKernelVjp(s4dParams(x), dy, size);
      return { invDt: dInvDt, invReA: dInvReA, invImA: dInvImA, B: dB, C: dC };
    },
    terms: 0,
  });
}

const BATCH = 3;

function modesOp(size: S4dCase): Op {
  return s4dOp(size, {
    name: 's4dModes',
    forward: (backend, x) => ({ modes: backend.s4dModes(s4dParams(x), size) }),
    terms: 0,
  });
}

/** Steps, with D and without. */
function stepOps(size: S4dCase): Op[] {
  const { H, M, C = 1 } = size;
  return [false, true].map((skip) =>
    s4dOp(size, {
      name: skip ? 's4dStep with D' : 's4dStep',
      extra: (rng) => ({
        state: randn([BATCH, H, M, 2], rng),
        u: randn([BATCH, H], rng),
        ...(skip ? { D: randn([C, H], rng) } : {}),
      }),
      forward(backend, x) {
        using modes = backend.s4dModes(s4dParams(x), size);
        return { y: backend.s4dStep({ modes, C: x['C'], D: x['D'] }, x['state'], x['u']), state: x['state'] };
      },
      terms: M,
    }),
  );
}

/** What a chunk adds and leaves. B has no part in the output of a state, nor C in the next state. */
function stateOps(size: S4dCase): Op[] {
  const { H, M, L } = size;
  const state = (rng: Rng): Record<string, Host> => ({ state: randn([BATCH, H, M, 2], rng) });
  return [
    s4dOp(size, {
      name: 's4dStateOutput',
      extra: state,
      forward: (backend, x) => ({ y: backend.s4dStateOutput(s4dParams(x), x['state'], size) }),
      vjp(backend, x, dy) {
        const grads = backend.s4dStateOutputVjp(s4dParams(x), x['state'], dy, size);
        return {
          invDt: grads.dInvDt,
          invReA: grads.dInvReA,
          invImA: grads.dInvImA,
          B: backend.zeros(x['B'].shape),
          C: grads.dC,
          state: grads.dState,
        };
      },
      terms: M,
    }),
    s4dOp(size, {
      name: 's4dNextState',
      extra: (rng) => ({ ...state(rng), u: randn([BATCH, H, L], rng) }),
      forward: (backend, x) => ({ next: backend.s4dNextState(s4dParams(x), x['state'], x['u'], size) }),
      vjp(backend, x, dNext) {
        const grads = backend.s4dNextStateVjp(s4dParams(x), x['state'], x['u'], dNext, size);
        return {
          invDt: grads.dInvDt,
          invReA: grads.dInvReA,
          invImA: grads.dInvImA,
          B: grads.dB,
          C: backend.zeros(x['C'].shape),
          state: grads.dState,
          u: grads.du,
        };
      },
      terms: L,
    }),
  ];
}

const kernelCases = [...cases, ...optionCases, ...dssCases];
const stateCases = [...cases, ...optionCases.slice(0, 1)];

describe('reference', () => {
  testGradients([...kernelCases.map(kernelOp), ...stateCases.flatMap(stateOps)]);
});

const ops = [
  ...kernelCases.map(kernelOp),
  ...[...cases, ...optionCases].map(modesOp),
  ...stateCases.flatMap(stepOps),
  ...stateCases.flatMap(stateOps),
];
const longOps = [...longCases.map(kernelOp), ...longStateCases.flatMap(stateOps)];

testThreads([...ops, ...longOps]);

describeDevices('s4d', (subject) => {
  const gpu = subject.kind === 'webgpu';
  testAgainstReference(subject, ops);
  testMemory(subject, ops);
  testAgainstReference(subject, longOps);

  const runs = { numRuns: gpu ? 3 : 10, seed: 1 };
  const sizes = fc.record({
    H: fc.integer({ min: 1, max: 4 }),
    M: fc.integer({ min: 1, max: 9 }),
    L: fc.integer({ min: 2, max: 40 }),
    C: fc.integer({ min: 1, max: 2 }),
    discretisation: fc.constantFrom('zoh' as const, 'bilinear' as const),
  });
  /** Both roads round a few times per step; their difference is measured against the whole output. */
  const bound = ({ L, M }: S4dCase): number => 4 * EPS32 * Math.sqrt(L * M);

  test('steps of the recurrence give the convolution with the kernel', async () => {
    const backend = subject.backend();
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async (size, seed) => {
        const { H, M, L, C } = size;
        const rng = new Rng(seed);
        const u = randn([2, H, L], rng);
        const params = s4dInputs(size, rng);
        const { y } = await run(backend, { ...params, u }, ({ u, ...x }) => {
          using k = backend.s4dKernel(s4dParams(x), size);
          return { y: backend.longconv(u, k) };
        });
        const inputs: Record<string, Host> = {
          ...params,
          state: { shape: [2, H, M, 2], values: new Float64Array(4 * H * M) },
        };
        for (let l = 0; l < L; l++) {
          inputs[`u${l}`] = { shape: [2, H], values: Array.from({ length: 2 * H }, (_, i) => u.values[i * L + l]) };
        }
        const steps = await run(backend, inputs, ({ C: output, state, ...x }) => {
          using modes = backend.s4dModes(s4dParams({ ...x, C: output }), size);
          return Object.fromEntries(
            Array.from({ length: L }, (_, l) => [l, backend.s4dStep({ modes, C: output }, state, x[`u${l}`])]),
          );
        });
        const stepped = Array.from(y.values, (_, i) => steps[i % L].values[Math.floor(i / L)]);
        expect(steps[0].shape).toEqual([2, C * H]);
        expectClose('y', stepped, y.values, bound(size));
      }),
      runs,
    );
  });

  test('slow modes keep their digits over thousands of steps', async () => {
    const backend = subject.backend();
    const steps = 4096;
    // Ab = exp(-5e-4 (1 + 2 pi i m)) near 1: rounded to f32 itself, it would be off by steps 2^-25 in the end.
    const [H, M] = [1, 4];
    const inputs: Record<string, Host> = {
      invDt: { shape: [H], values: [Math.log(1e-3)] },
      invReA: { shape: [1, M], values: new Float64Array(M).fill(Math.log(0.5)) },
      invImA: { shape: [1, M], values: Float64Array.from({ length: M }, (_, m) => Math.PI * m) },
      B: randn([1, M, 2], new Rng(3)),
      C: randn([1, H, M, 2], new Rng(4)),
      state: { shape: [1, H, M, 2], values: new Float64Array(2 * H * M) },
      u: { shape: [1, H], values: [1] },
    };
    const stepped = (any: Backend<TensorLike>): Promise<Record<string, Host>> =>
      run(any, inputs, ({ state, u, ...x }) => {
        using modes = any.s4dModes(s4dParams(x));
        for (let l = 1; l < steps; l++) any.s4dStep({ modes, C: x['C'] }, state, u).dispose();
        return { y: any.s4dStep({ modes, C: x['C'] }, state, u), state };
      });
    const [got, want] = [await stepped(backend), await stepped(oracle)];
    expectClose('state', got['state'].values, want['state'].values, 2 * EPS32 * Math.sqrt(steps));
  });

  test('a sequence in two chunks gives what it gives whole', async () => {
    const backend = subject.backend();
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async (size, seed) => {
        const { H, M, L } = size;
        const rng = new Rng(seed);
        const first = 1 + (seed % (L - 1));
        const u = randn([2, H, L], rng);
        const part = (from: number, to: number): Host => ({
          shape: [2, H, to - from],
          values: Array.from({ length: 2 * H * (to - from) }, (_, i) => {
            const row = Math.floor(i / (to - from));
            return u.values[row * L + from + (i % (to - from))];
          }),
        });
        const inputs = {
          ...s4dInputs(size, rng),
          u,
          u0: part(0, first),
          u1: part(first, L),
          zero: { shape: [2, H, M, 2], values: new Float64Array(4 * H * M) },
        };
        const results = await run(backend, inputs, ({ u, u0, u1, zero, ...x }) => {
          const params = s4dParams(x);
          using k = backend.s4dKernel(params, size);
          using k1 = backend.s4dKernel(params, { ...size, L: L - first });
          using state = backend.s4dNextState(params, zero, u0, size);
          using fresh = backend.longconv(u1, k1);
          using carried = backend.s4dStateOutput(params, state, { ...size, L: L - first });
          return {
            whole: backend.longconv(u, k),
            second: backend.add(fresh, carried),
            end: backend.s4dNextState(params, zero, u, size),
            chunked: backend.s4dNextState(params, state, u1, size),
          };
        });
        const { whole, second, end, chunked } = results;
        const tail = Array.from(second.values, (_, i) => {
          const row = Math.floor(i / (L - first));
          return whole.values[row * L + first + (i % (L - first))];
        });
        expectClose('y', second.values, tail, bound(size));
        expectClose('state', chunked.values, end.values, bound(size));
      }),
      runs,
    );
  });

  test('the kernel at a shorter length is the beginning of the longer one', async () => {
    const backend = subject.backend();
    const size = { H: 2, M: 4, L: 50 };
    const { long, short } = await run(backend, s4dInputs(size, new Rng(2)), (x) => ({
      long: backend.s4dKernel(s4dParams(x), size),
      short: backend.s4dKernel(s4dParams(x), { ...size, L: 20 }),
    }));
    const start = Array.from(short.values, (_, i) => long.values[Math.floor(i / 20) * 50 + (i % 20)]);
    expectClose('k', short.values, start, bound(size));
  });

  test('refuses arguments that do not fit', () => {
    const backend = subject.backend();
    const size = { H: 4, M: 3, L: 8 };
    const tensors = Object.entries(s4dInputs(size, new Rng(1))).map(
      ([id, { values, shape }]) => [id, backend.tensor(values, shape)] as const,
    );
    const params = s4dParams(Object.fromEntries(tensors));
    using sets = backend.zeros([3, 3]);
    using state = backend.zeros([2, 4, 3, 2]);
    using wrong = backend.zeros([2, 3]);
    using u = backend.zeros([2, 4]);
    using chunk = backend.zeros([2, 4, 8]);
    using elsewhere = reference().zeros([1, 3]);
    expect(() => backend.s4dKernel({ ...params, invReA: sets }, size)).toThrow(
      's4dKernel: invReA has 3 sets, expected a divisor of H = 4',
    );
    expect(() => backend.s4dKernel({ ...params, invImA: sets }, size)).toThrow(
      's4dKernel: invImA has shape [3,3], expected [1,3] to match invReA [1,3]',
    );
    expect(() => backend.s4dKernel({ ...params, invImA: elsewhere }, size)).toThrow(
      's4dKernel: invImA and invDt live on different devices, expected one',
    );
    expect(() => backend.s4dKernel(params, { L: 0 })).toThrow(
      's4dKernel: L is 0, expected a whole number of at least 1',
    );
    expect(() => backend.s4dKernelVjp(params, wrong)).toThrow('s4dKernelVjp: dk has shape [2,3]');
    const { C } = params;
    using modes = backend.s4dModes(params);
    expect(() => backend.s4dStep({ modes: wrong, C }, state, u)).toThrow(
      's4dStep: modes has shape [2,3], expected [2,3,2,2] = [H, M, 2, 2]',
    );
    expect(() => backend.s4dStep({ modes, C: wrong }, state, u)).toThrow(
      's4dStep: C has shape [2,3], expected [2,4,3,2] to match modes [4,3,2,2]',
    );
    expect(() => backend.s4dStep({ modes, C }, wrong, wrong)).toThrow('s4dStep: state has shape [2,3]');
    expect(() => backend.s4dStep({ modes, C }, state, wrong)).toThrow(
      's4dStep: u has shape [2,3], expected [2,4] to match state [2,4,3,2]',
    );
    expect(() => backend.s4dStep({ modes, C, D: wrong }, state, u)).toThrow(
      's4dStep: D has shape [2,3], expected [1,4] to match C [1,4,3,2]',
    );
    expect(() => backend.s4dModes(params, { discretisation: 'dss' })).toThrow(
      's4dModes: discretisation is dss, which has a kernel only, expected zoh or bilinear',
    );
    expect(() => backend.s4dKernel(params, { ...size, bandlimit: 0 })).toThrow(
      's4dKernel: bandlimit is 0, expected a positive number',
    );
    expect(() => backend.s4dKernel(params, { ...size, rate: -1 })).toThrow(
      's4dKernel: rate is -1, expected a positive number',
    );
    expect(() => backend.s4dKernel(params, { ...size, realTransform: 'tanh' as Transform })).toThrow(
      's4dKernel: realTransform is tanh, expected one of none, exp, relu, sigmoid, softplus',
    );
    expect(() => backend.s4dStateOutputVjp(params, state, wrong)).toThrow('s4dStateOutputVjp: dy has shape [2,3]');
    expect(() => backend.s4dNextStateVjp(params, state, chunk, wrong)).toThrow(
      's4dNextStateVjp: dNext has shape [2,3], expected [2,4,3,2] to match state',
    );
    expect(() => backend.s4dNextState(params, state, wrong)).toThrow('s4dNextState: u has shape [2,3]');
    for (const [, tensor] of tensors) tensor.dispose();
    expect(() => backend.s4dKernel(params, size)).toThrow('s4dKernel: invDt [4] has been disposed');
  });
});
