import { describe, test } from 'vitest';
import type { Backend, S4dOptions } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import type { TensorLike } from '../src/tensor.js';
import { describeDevices } from './support/backends.js';
import { expectGolden } from './support/close.js';
import { type Golden, golden } from './support/golden.js';
import { type Host, run } from './support/op.js';
import { s4dParams } from './support/s4d.js';

type AnyBackend = Backend<TensorLike>;

/** What published code and this library compute alike, by the name of the golden tensor. */
type Check = (backend: AnyBackend, file: Golden) => Promise<Record<string, Host>>;

const KERNELS = [
  's4d-kernel-bandlimit-h3-n32-l64',
  's4d-kernel-inv-bilinear-h2-n16-l65',
  's4d-kernel-inv-zoh-h2-n16-l65-ch2',
  's4d-kernel-inv-zoh-h4-n64-l1024',
  's4d-kernel-legs-bilinear-h2-n64-l256',
  's4d-kernel-legs-zoh-h4-n16-l64-s2',
  's4d-kernel-lin-bilinear-h3-n8-l20',
  's4d-kernel-lin-zoh-h3-n8-l20',
  's4d-kernel-lin-zoh-h4-n64-l1024',
  's4d-kernel-minimal-h3-n8-l24',
];

const STEPS = ['step-s4d-bilinear-h2-n64-l256', 'step-s4d-zoh-h3-n8-l64-ch2'];

const negate = ({ values, shape }: Host): Host => ({ values: Array.from(values, (v) => -v), shape });

/** Parameters in this library's shapes and signs, with the options they mean. The minimal form has +Im A, and B = 1. */
function s4d({ tensors, args }: Golden): { inputs: Record<string, Host>; options: S4dOptions & { L: number } } {
  const arg = args as Record<string, never>;
  const options = {
    L: arg['L'],
    dtTransform: arg['dt_transform'],
    realTransform: arg['real_transform'],
    imagTransform: arg['imag_transform'],
    rate: arg['rate'],
    discretisation: arg['disc'],
    bandlimit: args['bandlimit'] === null ? undefined : arg['bandlimit'],
  };
  if (tensors['log_dt'] !== undefined) {
    const { log_dt: invDt, log_A_real: invReA, A_imag, C } = tensors;
    const [H, M] = invReA.shape;
    const B = { shape: [H, M, 2], values: Array.from({ length: 2 * H * M }, (_, i) => 1 - (i % 2)) };
    const inputs = { invDt, invReA, invImA: negate(A_imag), B, C: { ...C, shape: [1, ...C.shape] } };
    return { inputs, options };
  }
  const { inv_dt: invDt, A_real: invReA, A_imag: invImA, B, C } = tensors;
  const inputs = {
    invDt: { ...invDt, shape: invDt.shape.slice(0, 1) },
    invReA,
    invImA,
    B: { ...B, shape: B.shape.slice(1) },
    C,
  };
  return { inputs, options };
}

const kernel: Check = async (backend, file) => {
  const { inputs, options } = s4d(file);
  const { G } = file.tensors;
  const dk: Host = { values: G.values, shape: [inputs['C'].shape[0], inputs['C'].shape[1], options.L] };
  const { K, dInvDt, dInvReA, dInvImA, dB, dC } = await run(backend, { ...inputs, dk }, ({ dk, ...x }) => ({
    K: backend.s4dKernel(s4dParams(x), options),
    ...backend.s4dKernelVjp(s4dParams(x), dk, options),
  }));
  return file.tensors['log_dt'] === undefined
    ? { K, grad_inv_dt: dInvDt, grad_A_real: dInvReA, grad_A_imag: dInvImA, grad_B: dB, grad_C: dC }
    : { K, grad_log_dt: dInvDt, grad_log_A_real: dInvReA, grad_A_imag: negate(dInvImA), grad_C: dC };
};

/** Convolution, recurrence, and a chunk that starts from a state. */
const steps: Check = async (backend, file) => {
  const { inputs, options } = s4d(file);
  const { u, state0 } = file.tensors;
  const [batch, H, L] = u.shape;
  const samples = Array.from({ length: L }, (_, l): [string, Host] => [
    `u${l}`,
    { shape: [batch, H], values: Array.from({ length: batch * H }, (_, i) => u.values[i * L + l]) },
  ]);
  const zero = { ...state0, values: new Float64Array(state0.values.length) };
  const all = { ...inputs, u, state0, zero, ...Object.fromEntries(samples) };
  const results = await run(backend, all, ({ u, state0, zero, ...x }) => {
    const params = s4dParams(x);
    const K = backend.s4dKernel(params, options);
    using modes = backend.s4dModes(params, options);
    const yConv = backend.longconv(u, K);
    const carried = backend.s4dStateOutput(params, state0, options);
    return {
      K,
      y_conv: yConv,
      y_conv_state0: backend.add(yConv, carried),
      K_state: carried,
      state_next: backend.s4dNextState(params, state0, u, options),
      ...Object.fromEntries(samples.map(([id]) => [id, backend.s4dStep({ modes, C: params.C }, zero, x[id])])),
      state_final: zero,
    };
  });
  const { K, y_conv, y_conv_state0, K_state, state_next, state_final } = results;
  const y_step = {
    ...y_conv,
    values: Array.from(y_conv.values, (_, i) => results[`u${i % L}`].values[Math.floor(i / L)]),
  };
  return { K, y_conv, y_conv_state0, K_state, state_next, state_final, y_step };
};

const CHECKS: readonly [string, Check][] = [
  ...KERNELS.map((name): [string, Check] => [name, kernel]),
  ...STEPS.map((name): [string, Check] => [name, steps]),
];

/** States and what they add to the output are bounded by the file's bound of a chunk that starts from one. */
const LIKE: Readonly<Record<string, string>> = { K_state: 'y_conv_state0', state_final: 'state_next' };

function bound({ bounds }: Golden, id: string): number {
  return (bounds[id] ?? bounds[LIKE[id] ?? ''] ?? bounds[id.startsWith('grad') ? 'grad' : '']) as number;
}

/** Double precision agrees to at least this; the files were computed with other sums in another order. */
const DOUBLE = 1e-11;

describe('reference', () => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = golden(name);
    const results = await check(reference(), file);
    for (const id in results) expectGolden(id, results[id].values, file.tensors[id].values, DOUBLE);
  });
});

describeDevices('golden S4D', (subject) => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = golden(name);
    const results = await check(subject.backend(), file);
    for (const id in results) expectGolden(id, results[id].values, file.tensors[id].values, bound(file, id));
  });
});
