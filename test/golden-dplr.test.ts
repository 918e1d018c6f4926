import { describe, test } from 'vitest';
import { longconv } from '../reference/longconv.js';
import { denseKernel, s4StepMatrices } from '../reference/s4-dense.js';
import { s4CorrectC, s4DoubleC, s4RecoverC } from '../reference/s4-length.js';
import { s4NextState, s4StateOutput } from '../reference/s4-state.js';
import { denseStep } from '../reference/s4-step.js';
import type { Backend } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import type { TensorLike } from '../src/tensor.js';
import { describeDevices } from './support/backends.js';
import { expectGolden } from './support/close.js';
import { type Golden, golden } from './support/golden.js';
import { S4_DOUBLING, S4_KERNELS, S4_STEPS, goldenS4 } from './support/golden-s4.js';
import { run } from './support/op.js';
import { s4Params } from './support/s4.js';

/** Double precision agrees to at least this; the files were computed with dense powers of Ab. */
const DOUBLE = 1e-12;

const KERNELS = [S4_DOUBLING, ...S4_KERNELS];

/** A mode whose frequency and decay are 1e-4 leaves I - Ab^L nearly singular. */
const recovery = (name: string): number => (name.includes('fout') ? 1e-9 : DOUBLE);

/** A real matrix over Re x and Im x as the complex one over x and conj x, [N, N, 2]. */
function complexMatrix(A: Float64Array, N: number): Float64Array {
  const M = N / 2;
  const X = new Float64Array(2 * N * N);
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < M; j++) {
      const [p, q, r, s] = [0, 1, N, N + 1].map((k) => A[2 * i * N + 2 * j + k]);
      const [own, other] = [
        [(p + s) / 2, (r - q) / 2],
        [(p - s) / 2, (r + q) / 2],
      ];
      X.set(own, 2 * (i * N + j));
      X.set(other, 2 * (i * N + M + j));
      X.set([other[0], -other[1]], 2 * ((M + i) * N + j));
      X.set([own[0], -own[1]], 2 * ((M + i) * N + M + j));
    }
  }
  return X;
}

/** x as x and conj x. */
const withConjugates = (x: Float64Array): number[] => [...x, ...x.map((value, i) => (i % 2 === 0 ? value : -value))];

/** Rows of `size` values, each mapped. */
const rows = (x: Float64Array, size: number, map: (row: Float64Array) => Iterable<number>): number[] =>
  Array.from({ length: x.length / size }, (_, i) => [...map(x.subarray(i * size, (i + 1) * size))]).flat();

describe('length of C', () => {
  test.each([...KERNELS, ...S4_STEPS])('%s', (name) => {
    const { tensors, params, dims, options, lKernel } = goldenS4(name);
    const C = s4CorrectC(params, dims, lKernel, options);
    expectGolden('C tilde', C, (tensors['C_tilde'] ?? tensors['C_tilde_1']).values, DOUBLE);
    expectGolden('C', s4RecoverC({ ...params, C }, dims, lKernel, options), params.C, recovery(name));
  });

  test('doubled', () => {
    const { tensors, params, dims, options, lKernel, args } = goldenS4('s4-kernel-doubling-h3-n8-32to50');
    const length = args['L_second'] as number;
    const doubled = s4DoubleC({ ...params, C: tensors['C_tilde_1'].values }, dims, { lKernel, length }, options);
    expectGolden('C tilde', doubled.C, tensors['C_tilde_2'].values, DOUBLE);
    expectGolden('lKernel', [doubled.lKernel], [args['l_kernel_2'] as number], 0);
  });
});

describe('recurrence', () => {
  // At another rate the corrected C stands for another C than the one in the file.
  const exact = [...KERNELS, ...S4_STEPS].filter((name) => !name.includes('rate'));

  test.each(exact)('full matrices give the kernel of %s', (name) => {
    const { tensors, params, dims, options, L } = goldenS4(name);
    const k = denseKernel(s4StepMatrices(params, dims, options), { H: dims.H, N: 2 * dims.M }, L);
    expectGolden('K', k, (tensors['K'] ?? tensors['K_1']).values, DOUBLE);
  });

  test.each(S4_STEPS)('full matrices of %s, and their steps', (name) => {
    const { tensors, params, dims, options, L } = goldenS4(name);
    const { H, M, C } = dims;
    const N = 2 * M;
    const matrices = s4StepMatrices(params, dims, options);
    expectGolden('dA', rows(matrices.A, N * N, (A) => complexMatrix(A, N)), tensors['dA'].values, DOUBLE);
    expectGolden('dB', rows(matrices.B, N, withConjugates), tensors['dB'].values, DOUBLE);
    expectGolden('dC', rows(params.C, N, withConjugates), tensors['dC'].values, recovery(name));

    const { values: u, shape } = tensors['u'];
    const batch = shape[0];
    const state = new Float64Array(batch * H * N);
    const y = new Float64Array(batch * C * H * L);
    for (let l = 0; l < L; l++) {
      const input = Float64Array.from({ length: batch * H }, (_, i) => u[i * L + l]);
      denseStep(matrices, state, input, { batch, H, N, C }).forEach((value, i) => (y[i * L + l] = value));
    }
    expectGolden('y', y, tensors['y_step_dense'].values, DOUBLE);
    expectGolden('state', rows(state, N, withConjugates), tensors['state_final_dense'].values, DOUBLE);
  });

  test.each(S4_STEPS)('states before and after the chunk of %s', (name) => {
    const { tensors, params, dims, options, L } = goldenS4(name);
    const { state0, u, K } = tensors;
    const all = { ...dims, batch: u.shape[0] };
    const carried = s4StateOutput(params, state0.values, all, L, options);
    const own = longconv(u.values, K.values, { B: all.batch, H: dims.H, L, C: dims.C, K: L, bidirectional: false });
    expectGolden('K_state', carried, tensors['K_state'].values, DOUBLE);
    expectGolden('y', own.map((y, i) => y + carried[i]), tensors['y_conv_state0'].values, DOUBLE);
    const next = s4NextState(params, state0.values, u.values, all, options);
    expectGolden('state', next, tensors['state_next'].values, DOUBLE);
  });
});

const FULL = ['annotated-kernel-n8-l32', 'annotated-kernel-n16-l99'];

const SHAPES = {
  invDt: (): number[] => [1],
  invReA: (M: number): number[] => [1, M],
  invImA: (M: number): number[] => [1, M],
  B: (M: number): number[] => [1, M, 2],
  P: (M: number): number[] => [1, 1, M, 2],
  C: (M: number): number[] => [1, 1, M, 2],
};

/**
 * A model of all N modes, of which mode N - 1 - m is the conjugate of mode m, with rows C of its own for both: the real
 * part of conj(C[m]) x + conj(C[N - 1 - m]) conj(x) is that of 2 (conj(C[m]) + C[N - 1 - m]) / 2 x.
 */
function half({ tensors }: Golden): { M: number; params: Record<keyof typeof SHAPES, Float64Array> } {
  const { Lambda, B, P, C_tilde, step } = tensors;
  const M = Lambda.shape[0] / 2;
  const kept = (x: Float64Array): Float64Array => x.slice(0, 2 * M);
  const lambda = kept(Lambda.values);
  return {
    M,
    params: {
      invDt: step.values.map(Math.log),
      invReA: lambda.filter((_, i) => i % 2 === 0).map((x) => -x),
      invImA: lambda.filter((_, i) => i % 2 === 1).map((x) => -x),
      B: kept(B.values),
      P: kept(P.values),
      C: kept(folded(C_tilde.values)).map((x, i) => (i % 2 === 0 ? x / 2 : -x / 2)),
    },
  };
}

/** x[m] + conj(x[N - 1 - m]) for m < M: what the values of a mode and of its conjugate mean for the mode. */
function folded(x: Float64Array): Float64Array {
  return x.slice(0, x.length / 2).map((value, i) => {
    const other = x[x.length - 2 - (i - (i % 2)) + (i % 2)];
    return value + (i % 2 === 0 ? other : -other);
  });
}

/** Results by the names of the file's tensors, both sides folded; gradients of both rows C from that of their mean. */
async function full(
  backend: Backend<TensorLike>,
  file: Golden,
): Promise<Record<string, [got: ArrayLike<number>, want: Float64Array]>> {
  const { tensors } = file;
  const { M, params } = half(file);
  const L = tensors['K'].values.length;
  const options = { L, realTransform: 'none' } as const;
  const inputs = Object.fromEntries(
    Object.entries(params).map(([id, values]) => [id, { values, shape: SHAPES[id as keyof typeof SHAPES](M) }]),
  );
  const dk = { values: tensors['G'].values, shape: [1, 1, L] };
  const { K, dInvDt, dInvReA, dInvImA, dB, dP, dC } = await run(backend, { ...inputs, dk }, ({ dk, ...x }) => ({
    K: backend.s4Kernel(s4Params(x), options),
    ...backend.s4KernelVjp(s4Params(x), dk, options),
  }));
  const lambda = Array.from({ length: 2 * M }, (_, i) => -(i % 2 === 0 ? dInvReA : dInvImA).values[i >> 1]);
  const dRows = Float64Array.from({ length: 4 * M }, (_, i) => {
    if (i < 2 * M) return (dC.values[i] * (i % 2 === 0 ? 1 : -1)) / 2;
    const m = 2 * M - 1 - (i >> 1);
    return dC.values[2 * m + (i % 2)] / 2;
  });
  return {
    K: [K.values, tensors['K'].values],
    grad_step: [[dInvDt.values[0] / tensors['step'].values[0]], tensors['grad_step'].values],
    grad_Lambda: [lambda, folded(tensors['grad_Lambda'].values)],
    grad_B: [dB.values, folded(tensors['grad_B'].values)],
    grad_P: [dP.values, folded(tensors['grad_P'].values)],
    grad_C_tilde: [dRows, tensors['grad_C_tilde'].values],
  };
}

describe('all modes, reference', () => {
  test.each(FULL)('%s', async (name) => {
    const results = await full(reference(), golden(name));
    for (const id in results) expectGolden(id, ...results[id], DOUBLE);
  });

  test.each(FULL)('full matrices of %s', (name) => {
    const file = golden(name);
    const { tensors } = file;
    const { M, params } = half(file);
    const N = 2 * M;
    const dims = { H: 1, S: 1, M, C: 1, R: 1 };
    const options = { realTransform: 'none' } as const;
    const { A, B } = s4StepMatrices(params, dims, options);
    // The file has the modes in ascending order of their frequencies: conjugates stand backwards.
    const place = (n: number): number => (n < M ? n : N + M - 1 - n);
    const reordered = (x: ArrayLike<number>): number[] =>
      Array.from({ length: 2 * N }, (_, i) => x[2 * place(i >> 1) + (i % 2)]);
    const pairs = rows(complexMatrix(A, N), 2 * N, reordered);
    const matrix = Array.from({ length: N }, (_, i) => pairs.slice(2 * N * place(i), 2 * N * (place(i) + 1))).flat();
    expectGolden('A_bar', matrix, tensors['A_bar'].values, DOUBLE);
    expectGolden('B_bar', reordered(withConjugates(B)), tensors['B_bar'].values, DOUBLE);
    const C = s4RecoverC(params, dims, tensors['K'].values.length, options);
    expectGolden('C_bar', C.map((x) => 2 * x), folded(tensors['C_bar'].values), DOUBLE);
  });
});

describeDevices('all modes', (subject) => {
  test.each(FULL)('%s', async (name) => {
    const file = golden(name);
    const results = await full(subject.backend(), file);
    for (const id in results) expectGolden(id, ...results[id], file.bounds[id === 'K' ? 'K' : 'grad'] as number);
  });
});
