import { describe, expect, test } from 'vitest';
import { s4Kernel } from '../reference/s4.js';
import { s4Step } from '../reference/s4-step.js';
import type { Backend } from '../src/backend.js';
import type { TensorLike } from '../src/tensor.js';
import { type S4Case, cases, title } from './cases/s4.js';
import { EPS32, expectClose } from './support/close.js';
import { type Host, type Op, testGradients } from './support/op.js';
import { s4Inputs, s4Params } from './support/s4.js';

type Tensors = Readonly<Record<string, TensorLike>>;

function kernelOp(size: S4Case): Op {
  return {
    name: `s4Kernel ${title(size)}`,
    inputs: (rng) => s4Inputs(size, rng),
    forward: (backend, x) => ({ k: backend.s4Kernel(s4Params(x), size) }),
    vjp(backend: Backend<TensorLike>, x: Tensors, dy: TensorLike): Tensors {
      const { dInvDt, dInvReA, dInvImA, dB, dP, dC } = backend.s4KernelVjp(s4Params(x), dy, size);
      return { invDt: dInvDt, invReA: dInvReA, invImA: dInvImA, B: dB, P: dP, C: dC };
    },
    bounds: (inputs: Readonly<Record<string, Host>>) =>
      Object.fromEntries([...Object.keys(inputs), 'k'].map((id) => [id, EPS32])),
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
