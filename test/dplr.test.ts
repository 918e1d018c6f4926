import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dplr } from '../reference/dplr.js';
import { type S4Dims, type S4Params, s4Kernel, s4Spectrum } from '../reference/s4.js';
import { denseKernel, s4StepMatrices } from '../reference/s4-dense.js';
import { s4Diagonal } from '../reference/s4-diagonal.js';
import { type S4Init, s4Init } from '../reference/s4-init.js';
import { s4CorrectC, s4DoubleC, s4RecoverC } from '../reference/s4-length.js';
import { s4NextState, s4StateOutput } from '../reference/s4-state.js';
import { denseStep, s4Modes, s4Step } from '../reference/s4-step.js';
import { s4dKernel } from '../reference/s4d.js';
import { ShapeError, UnsupportedError } from '../src/errors.js';
import { type S4Case, cases, title } from './cases/s4.js';
import { describeDevices } from './support/backends.js';
import { expectClose, expectGolden, maxError } from './support/close.js';
import { run } from './support/op.js';
import { Rng, normals } from './support/random.js';
import { s4Inputs } from './support/s4.js';
import { s4dParams } from './support/s4d.js';

/** What f64 leaves of a thousand steps of a stable recurrence and of a solution of equations, with room. */
const DOUBLE = 1e-10;

/** Random parameters near LegS. */
function nearLegs(size: S4Case, seed: number): { params: S4Params; dims: S4Dims } {
  const { H, M, S = 1, C = 1, R = 1 } = size;
  const { invDt, invReA, invImA, B, P, C: rows } = s4Inputs(size, new Rng(seed));
  const [a, b, c, d, e, f] = [invDt, invReA, invImA, B, P, rows].map(({ values }) => Float64Array.from(values));
  return { params: { invDt: a, invReA: b, invImA: c, B: d, P: e, C: f }, dims: { H, S, M, C, R } };
}

/** The model as it is initialised, with steps dt. */
function fresh(init: S4Init, N: number, dt: readonly number[]): { params: S4Params; dims: S4Dims } {
  const { lambda, B, P, R } = s4Init(init, { N, S: 1 });
  const [H, M] = [dt.length, N / 2];
  const stored = (i: number, least: number): Float64Array =>
    Float64Array.from({ length: M }, (_, m) => Math.max(least, -lambda[2 * m + i]));
  return {
    params: {
      invDt: Float64Array.from(dt, Math.log),
      invReA: stored(0, 1e-4).map(Math.log),
      invImA: stored(1, 1e-4),
      B,
      P,
      C: normals(H * N, new Rng(3)),
    },
    dims: { H, S: 1, M, C: 1, R },
  };
}

const kernelOf = (params: S4Params, dims: S4Dims, L: number, options: S4Case): Float64Array =>
  denseKernel(s4StepMatrices(params, dims, options), { H: dims.H, N: 2 * dims.M }, L);

const named = (sizes: readonly S4Case[]): [string, S4Case][] => sizes.map((size) => [title(size), size]);

// A rate applies to the kernel, and a length to the model's own rate: their combinations have no exact kernel.
const exact = cases.filter(({ rate }) => rate === undefined);

describe('length of C', () => {
  test.each(named(exact))('kernels of %s are those of the recurrence', (_, size) => {
    const { params, dims } = nearLegs(size, 5);
    const { L, lKernel = L } = size;
    const C = s4CorrectC(params, dims, lKernel, size);
    expectClose('k', s4Kernel({ ...params, C }, dims, L, lKernel, size), kernelOf(params, dims, L, size), DOUBLE);
    expectClose('C', s4RecoverC({ ...params, C }, dims, lKernel, size), params.C, DOUBLE);
  });

  // The model of 4 states is known from a dense evaluation, to 10 digits.
  test('a correction that is known', () => {
    const { lambda, B, P } = dplr('legs', 4, { clip: Infinity });
    const dims = { H: 1, S: 1, M: 2, C: 1, R: 1 };
    const params = {
      invDt: Float64Array.of(Math.log(0.1)),
      invReA: Float64Array.of(Math.log(-lambda[0]), Math.log(-lambda[2])),
      invImA: Float64Array.of(-lambda[1], -lambda[3]),
      B,
      P,
      C: Float64Array.of(1, 0.5, -0.3, 0.2),
    };
    const C = s4CorrectC(params, dims, 8);
    expectClose('C', C, [1.1886960577, 0.6395125712, -0.063948467, -0.2138105014], 1e-9);
    expectClose('K at half the rate', s4Spectrum({ ...params, C }, dims, 8).slice(-2), [-0.1236255539, 0], 1e-9);
    const k = denseKernel(s4StepMatrices(params, dims), { H: 1, N: 4 }, 8);
    const samples = [
      -0.1035260863, 0.126737014, 0.1899992284, 0.1736836775, 0.1261910444, 0.0727850924, 0.0253766789, -0.0115393647,
    ];
    expectClose('k', k, samples, 1e-9);
  });

  test('doubling is a correction for the doubled length, and leaves the first samples', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 90 }), fc.nat(), (first, length, seed) => {
        const size = { H: 2, M: 3, L: first, C: 2, R: 1 + (seed % 2) };
        const { params, dims } = nearLegs(size, seed);
        const C = s4CorrectC(params, dims, first);
        const doubled = s4DoubleC({ ...params, C }, dims, { lKernel: first, length });
        expect(doubled.lKernel).toBe(first * 2 ** Math.max(0, Math.ceil(Math.log2(length / first))));
        expectClose('C', doubled.C, s4CorrectC(params, dims, doubled.lKernel), DOUBLE);
        const k = s4Kernel({ ...params, C: doubled.C }, dims, first, doubled.lKernel);
        expectClose('k', k, s4Kernel({ ...params, C }, dims, first), DOUBLE);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  test('counts samples of the own rate', () => {
    const { params, dims } = nearLegs({ H: 1, M: 4, L: 9 }, 2);
    expect(s4CorrectC(params, dims, 9, { rate: 2 })).toEqual(s4CorrectC(params, dims, 9));
    expect(s4RecoverC(params, dims, 9, { rate: 2 })).toEqual(s4RecoverC(params, dims, 9));
  });
});

describe('recurrence', () => {
  test.each(named(cases))('full matrices step %s as the linear form', (_, size) => {
    const { params, dims } = nearLegs(size, 6);
    const { H, M, C } = dims;
    const [batch, L] = [2, 12];
    const rng = new Rng(7);
    const u = normals(batch * H * L, rng);
    const state = normals(batch * H * M * 2, rng);
    const D = normals(C * H, rng);
    const matrices = s4StepMatrices(params, dims, size);
    const [linear, dense] = [state.slice(), state.slice()];
    const modes = s4Modes(params, dims, size);
    const want = s4Step({ modes, C: params.C, D }, linear, u, { ...dims, batch, L });
    const got = want.map(() => NaN);
    for (let l = 0; l < L; l++) {
      const input = Float64Array.from({ length: batch * H }, (_, i) => u[i * L + l]);
      const y = denseStep({ ...matrices, D }, dense, input, { batch, H, N: 2 * M, C });
      y.forEach((value, i) => (got[i * L + l] = value));
    }
    expectClose('y', got, want, DOUBLE);
    expectClose('state', dense, linear, DOUBLE);
  });

  test('a chunk that starts from a state, in two parts', () => {
    const { params, dims } = nearLegs({ H: 3, M: 4, L: 20, S: 3, C: 2, R: 2 }, 8);
    const { H, M } = dims;
    const all = { ...dims, batch: 2 };
    const rng = new Rng(9);
    const u = normals(2 * H * 20, rng);
    const state = normals(2 * H * M * 2, rng);
    const end = state.slice();
    const model = { modes: s4Modes(params, dims), C: params.C };
    const y = s4Step(model, end, u, { ...all, L: 20 });
    const fromZero = s4Step(model, state.map(() => 0), u, { ...all, L: 20 });
    expectClose('y', s4StateOutput(params, state, all, 20).map((x, i) => x + fromZero[i]), y, DOUBLE);
    const part = (from: number, to: number): Float64Array => u.filter((_, i) => i % 20 >= from && i % 20 < to);
    const half = s4NextState(params, state, part(0, 7), all);
    expectClose('state', s4NextState(params, half, part(7, 20), all), end, DOUBLE);
  });

  test('refuses a kernel that does not fit its matrices', () => {
    const matrices = { A: new Float64Array(8), B: new Float64Array(4), C: new Float64Array(4) };
    expect(() => denseKernel(matrices, { H: 2, N: 2 }, 0)).toThrow('denseKernel: L is 0, expected a whole number');
    expect(() => denseKernel(matrices, { H: 1, N: 2 }, 4)).toThrow(ShapeError);
  });
});

describe('diagonal recurrence', () => {
  const dt = [1e-3, 1e-2, 1e-1];

  test.each<[S4Init, number]>([
    ['fout', 4],
    ['fout', 64],
    ['fourier_diag', 32],
    ['diag-lin', 16],
    ['legs', 2],
    ['legs', 4],
    ['legt', 4],
  ])('%s of size %i has the kernel of the model', (init, N) => {
    const { params, dims } = fresh(init, N, dt);
    const { params: diagonal, dims: sizes, options } = s4Diagonal(params, dims, { steps: 200 });
    expect(sizes.M).toBeLessThanOrEqual(N);
    // The eigenvectors' condition is below 1e5 at these sizes.
    expectClose('k', s4dKernel(diagonal, sizes, 200, options), kernelOf(params, dims, 200, { ...dims, L: 200 }), 1e-9);
  });

  test('of trained models, with two sets of unlike numbers of modes', () => {
    const size = { H: 4, M: 3, L: 50, S: 2, C: 2, R: 2, dtTransform: 'softplus', rate: 2 } as const;
    const { params, dims } = nearLegs(size, 1);
    params.P.fill(0, 0, 6);
    params.P.fill(0, 12, 18);
    const { params: diagonal, dims: sizes, options } = s4Diagonal(params, dims, { ...size, steps: 50 });
    expectClose('k', s4dKernel(diagonal, sizes, 50, options), kernelOf(params, dims, 50, size), 1e-9);
  });

  test.each([
    ['legs', 16],
    ['legs', 64],
    ['legt', 64],
    ['lagt', 8],
  ] as const)('%s of size %i is refused', (init, N) => {
    const { params, dims } = fresh(init, N, dt);
    let error: unknown;
    try {
      s4Diagonal(params, dims, { steps: 100 });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(UnsupportedError);
    const { message, needs, has } = error as UnsupportedError;
    expect(message).toMatch(/^s4Diagonal: the mode 'diagonal' errs by .* expected at most 0.001/);
    expect(needs).toBe('error <= 0.001');
    expect(Number(has)).toBeGreaterThan(1e-3);
  });

  test('what is let through keeps the bound in single precision', () => {
    const { params, dims } = fresh('fout', 64, dt);
    const { params: diagonal, dims: sizes, options } = s4Diagonal(params, dims, { steps: 500 });
    const single = Object.fromEntries(
      Object.entries(diagonal).map(([id, x]) => [id, (x as Float64Array).map(Math.fround)]),
    ) as unknown as typeof diagonal;
    const k = kernelOf(params, dims, 500, { ...dims, L: 500 });
    expect(maxError(s4dKernel(single, sizes, 500, options), k)).toBeLessThan(1e-3);
  });
});

describe('refuses', () => {
  const { params, dims } = nearLegs({ H: 2, M: 2, L: 8 }, 1);
  const stopped = { ...params, invDt: Float64Array.of(-1, -800) };

  test.each<[string, () => unknown, string]>([
    ['no length', () => s4CorrectC(params, dims, 0), 's4CorrectC: length is 0, expected a whole number of at least 1'],
    ['half a sample', () => s4CorrectC(params, dims, 1.5), 's4CorrectC: length is 1.5'],
    [
      'a recurrence of a model without a length',
      () => s4RecoverC(params, dims, 0),
      's4RecoverC: lKernel is 0, expected the length that C was corrected for, at least 1',
    ],
    ['to double no length', () => s4DoubleC(params, dims, { lKernel: 0, length: 8 }), 's4DoubleC: lKernel is 0'],
    ['to double to no length', () => s4DoubleC(params, dims, { lKernel: 8, length: 0 }), 's4DoubleC: length is 0'],
    ['rank 3', () => s4CorrectC(params, { ...dims, R: 3 }, 8), 's4: P has rank 3, expected 1 or 2'],
    ['dt = 0', () => s4StepMatrices(stopped, dims), 's4: dt of head 1 is 0, expected a number above 0'],
    ['rate -1', () => s4StepMatrices(params, dims, { rate: -1 }), 's4: dt of head 0 is -'],
    ['no steps', () => s4Diagonal(params, dims, { steps: 0 }), 's4Diagonal: steps is 0, expected a whole number'],
    [
      'eigenvalues that are not finite',
      () => s4Diagonal({ ...params, invImA: Float64Array.of(NaN, 1) }, dims, { steps: 1 }),
      's4Diagonal: A has entries that are not finite',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(message);
  });
});

describeDevices('diagonal recurrence', (subject) => {
  test('steps of S4D give the kernel of S4', async () => {
    const steps = 24;
    const { params, dims } = fresh('fout', 16, [1e-3, 1e-2, 1e-1]);
    const { params: diagonal, dims: sizes, options } = s4Diagonal(params, dims, { steps });
    const { H, M, C } = sizes;
    const shapes = { invDt: [H], invReA: [1, M], invImA: [1, M], B: [1, M, 2], C: [C, H, M, 2] };
    const inputs = Object.fromEntries(
      Object.entries(shapes).map(([id, shape]) => [id, { shape, values: diagonal[id as keyof typeof shapes] }]),
    );
    const others = {
      state: { shape: [1, H, M, 2], values: new Float64Array(2 * H * M) },
      one: { shape: [1, H], values: new Float64Array(H).fill(1) },
      zero: { shape: [1, H], values: new Float64Array(H) },
    };
    const backend = subject.backend();
    const y = await run(backend, { ...inputs, ...others }, ({ state, one, zero, ...x }) => {
      using modes = backend.s4dModes(s4dParams(x), options);
      return Object.fromEntries(
        Array.from({ length: steps }, (_, l) => [
          `y${l}`,
          backend.s4dStep({ modes, C: x['C'] }, state, l === 0 ? one : zero),
        ]),
      );
    });
    const k = kernelOf(params, dims, steps, { ...dims, L: steps });
    const got = k.map((_, i) => y[`y${i % steps}`].values[Math.floor(i / steps)]);
    // The bound that s4Diagonal promises.
    expectGolden('k', got, k, 1e-3);
  });
});
