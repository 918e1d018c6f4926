import { describe, test } from 'vitest';
import { s4StepMatrices } from '../reference/s4-dense.js';
import { s4RecoverC } from '../reference/s4-length.js';
import type { Backend } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import type { TensorLike } from '../src/tensor.js';
import { describeDevices } from './support/backends.js';
import { expectGolden } from './support/close.js';
import { type GoldenS4, S4_DOUBLING, S4_KERNELS, S4_STEPS, goldenS4 } from './support/golden-s4.js';
import { type Host, run } from './support/op.js';
import { s4Params } from './support/s4.js';

type AnyBackend = Backend<TensorLike>;

/** What published code and this library compute alike, by the name of the golden tensor. */
type Check = (backend: AnyBackend, file: GoldenS4) => Promise<Record<string, Host>>;

/** The parameters with their shapes, and C as given. */
function inputs({ params, dims }: GoldenS4, C: ArrayLike<number>): Record<string, Host> {
  const { H, S, M, R } = dims;
  return {
    invDt: { values: params.invDt, shape: [H] },
    invReA: { values: params.invReA, shape: [S, M] },
    invImA: { values: params.invImA, shape: [S, M] },
    B: { values: params.B, shape: [S, M, 2] },
    P: { values: params.P, shape: [R, S, M, 2] },
    C: { values: C, shape: [dims.C, H, M, 2] },
  };
}

/** Gradients of a kernel by their names in the file. @param C - the name of what is stored for C. */
const named = ({ dInvDt, dInvReA, dInvImA, dB, dP, dC }: Record<string, Host>, C: string): Record<string, Host> => ({
  grad_inv_dt: dInvDt,
  grad_A_real: dInvReA,
  grad_A_imag: dInvImA,
  grad_B: dB,
  grad_P: dP,
  [`grad_${C}`]: dC,
});

const kernel: Check = async (backend, file) => {
  const { tensors, options, lKernel, L } = file;
  const { G, C_tilde } = tensors;
  const results = await run(backend, { ...inputs(file, C_tilde.values), G }, ({ G, ...x }) => ({
    K: backend.s4Kernel(s4Params(x), { ...options, L, lKernel }),
    ...backend.s4KernelVjp(s4Params(x), G, { ...options, L, lKernel }),
  }));
  return { K: results['K'], ...named(results, 'C_tilde') };
};

/** A kernel before and after the length that C is corrected for has been doubled. */
const doubling: Check = async (backend, file) => {
  const { tensors, options, lKernel, L, args } = file;
  const { G, C_tilde_1, C_tilde_2 } = tensors;
  const longer = { ...options, L: args['L_second'] as number, lKernel: args['l_kernel_2'] as number };
  const first = await run(backend, inputs(file, C_tilde_1.values), (x) => ({
    K: backend.s4Kernel(s4Params(x), { ...options, L, lKernel }),
  }));
  const second = await run(backend, { ...inputs(file, C_tilde_2.values), G }, ({ G, ...x }) => ({
    K: backend.s4Kernel(s4Params(x), longer),
    ...backend.s4KernelVjp(s4Params(x), G, longer),
  }));
  return { K_1: first['K'], K_2: second['K'], ...named(second, 'C_tilde_2') };
};

/** Sample l of every row. */
const sample = ({ values, shape }: Host, l: number): Host => {
  const L = shape.at(-1) as number;
  return { shape: shape.slice(0, -1), values: Array.from({ length: values.length / L }, (_, i) => values[i * L + l]) };
};

/** Convolution, recurrence by steps and by chunks, a chunk that starts from a state, and full matrices. */
const steps: Check = async (backend, file) => {
  const { tensors, params, dims, options, lKernel, L } = file;
  const { u, state0, C_tilde } = tensors;
  const batch = u.shape[0];
  const { H, M } = dims;
  const N = 2 * M;
  const C = s4RecoverC({ ...params, C: C_tilde.values }, dims, lKernel, options);
  const dense = s4StepMatrices({ ...params, C }, dims, options);
  const samples = Object.fromEntries(Array.from({ length: L }, (_, l) => [`u${l}`, sample(u, l)]));
  const zero = { shape: [batch, H, M, 2], values: new Float64Array(batch * H * N) };
  const { K, y_conv } = await run(backend, { ...inputs(file, C_tilde.values), u }, ({ u, ...x }) => {
    const K = backend.s4Kernel(s4Params(x), { ...options, L, lKernel });
    return { K, y_conv: backend.longconv(u, K) };
  });
  const hosts = { ...inputs(file, C), ...samples, u, zero, state0 };
  const stepped = await run(backend, hosts, ({ u, zero, state0, ...x }) => {
    using modes = backend.s4Modes(s4Params(x), options);
    const carried = backend.s4Step({ modes, C: x['C'] }, state0, u);
    const ys = Object.keys(samples).map((id) => [id, backend.s4Step({ modes, C: x['C'] }, zero, x[id])] as const);
    return { ...Object.fromEntries(ys), y_conv_state0: carried, state_next: state0, state_final_linear: zero };
  });
  const matrices = {
    A: { values: dense.A, shape: [H, N, N] },
    B: { values: dense.B, shape: [H, N] },
    C: { values: dense.C, shape: [dims.C, H, N] },
  };
  const full = await run(backend, { ...matrices, ...samples, zero }, ({ A, B, C, zero, ...x }) =>
    Object.fromEntries(Object.keys(samples).map((id) => [id, backend.denseStep({ A, B, C }, zero, x[id])])),
  );
  const join = (ys: Record<string, Host>): Host => ({
    ...y_conv,
    values: Array.from(y_conv.values, (_, i) => ys[`u${i % L}`].values[Math.floor(i / L)]),
  });
  const { y_conv_state0, state_next, state_final_linear } = stepped;
  return {
    K,
    y_conv,
    y_conv_state0,
    state_next,
    state_final_linear,
    y_step_linear: join(stepped),
    y_step_dense: join(full),
  };
};

const CHECKS: readonly [string, Check][] = [
  ...S4_KERNELS.map((name): [string, Check] => [name, kernel]),
  [S4_DOUBLING, doubling],
  ...S4_STEPS.map((name): [string, Check] => [name, steps]),
];

/** Names of tensors whose bounds stand under other names. */
const BOUNDS: Readonly<Record<string, string>> = {
  y_step_linear: 'y_step',
  y_step_dense: 'y_step',
  state_final_linear: 'state_next',
};

/** null where single precision cannot tell. */
function bound({ bounds }: GoldenS4, id: string): number | null {
  const own = bounds[BOUNDS[id] ?? id];
  return own === undefined ? (bounds['grad'] as number) : own;
}

/**
 * Double precision agrees to this; the files were computed with other sums in another order. The mode of frequency 0 of
 * the Fourier basis, whose decay is 1e-4, costs four digits.
 */
const double = (name: string): number => (name.includes('fout') ? 1e-8 : 1e-10);

describe('reference', () => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = goldenS4(name);
    const results = await check(reference(), file);
    for (const id in results) expectGolden(id, results[id].values, file.tensors[id].values, double(name));
  });
});

describeDevices('golden', (subject) => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = goldenS4(name);
    const results = await check(subject.backend(), file);
    for (const id in results) {
      const limit = bound(file, id);
      if (limit !== null) expectGolden(id, results[id].values, file.tensors[id].values, limit);
    }
  });
});
