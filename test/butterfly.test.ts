import { describe, expect, test } from 'vitest';
import { fft } from '../reference/fft.js';
import { monarchDense, monarchProject } from '../reference/index.js';
import type { Backend } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import type { TensorLike } from '../src/tensor.js';
import { cases, longCases, monarchCases } from './cases/butterfly.js';
import { describeDevices } from './support/backends.js';
import { adjointOp, exactFactors, factorsOf, monarchOp, transformOp } from './support/butterfly.js';
import { expectClose } from './support/close.js';
import { randn, run, testAgainstReference, testGradients, testMemory, testThreads } from './support/op.js';
import { Rng } from './support/random.js';

const ops = [...cases.map(transformOp), ...cases.map(adjointOp), ...monarchCases.map(monarchOp)];
const longOps = longCases.map(transformOp);

describe('reference', () => {
  testGradients([...cases.slice(0, 9).map(transformOp), ...monarchCases.map(monarchOp)]);

  test.each([2, 8, 16, 32, 128, 4096])('with exact factors it is the Fourier transform of %i points', async (n) => {
    const backend: Backend<TensorLike> = reference();
    const x = randn([1, 1, n, 2], new Rng(n));
    const { y, back } = await run(backend, { x, ...exactFactors(n) }, ({ x, ...rest }) => {
      const y = backend.butterfly(x, factorsOf(rest));
      return { y, back: backend.butterflyAdjoint(y, factorsOf(rest)) };
    });
    const part = (offset: number): Float64Array => Float64Array.from({ length: n }, (_, t) => x.values[2 * t + offset]);
    const [re, im] = [part(0), part(1)];
    fft(re, im);
    expectClose('y', y.values, Array.from(re).flatMap((v, f) => [v, im[f]]), 2 ** -44);
    expectClose('inverse', back.values, Array.from(x.values, (v) => n * v), 2 ** -44);
  });

  test('a Monarch matrix is its own projection, of any rank', () => {
    const rng = new Rng(3);
    const dims = { k: 3, p: 4, q: 4, l: 2, s: 5, r: 6 };
    const [w1, w2] = [randn([3, 4, 4], rng), randn([2, 5, 6], rng)].map(({ values }) => Float64Array.from(values));
    const M = monarchDense(w1, w2, dims);
    const projected = monarchProject(M, { rows: 10, columns: 12, k: 3, l: 2, rank: 2 });
    expectClose('M', monarchDense(projected.w1, projected.w2, projected.dims), M, 2 ** -44);
    expect(() => monarchProject(M, { rows: 10, columns: 12, k: 5, l: 2 })).toThrow(RangeError);
    expect(() => monarchProject(M, { rows: 10, columns: 12, k: 3, l: 2, rank: 5 })).toThrow('rank is 5, expected 1 to 4');
  });

  test('the projection of full rank is the matrix itself, and each rank is nearer', () => {
    const M = Float64Array.from(randn([12, 12], new Rng(5)).values);
    const errors = [1, 2, 3].map((rank) => {
      const { w1, w2, dims } = monarchProject(M, { rows: 12, columns: 12, k: 4, l: 4, rank });
      return monarchDense(w1, w2, dims).reduce((sum, v, i) => sum + (v - M[i]) ** 2, 0);
    });
    expect(errors[0]).toBeGreaterThan(errors[1]);
    expect(errors[1]).toBeGreaterThan(0.01);
    expect(errors[2]).toBeLessThan(2 ** -80);
  });
});

testThreads([...ops, ...longOps]);

describeDevices('butterfly', (subject) => {
  testAgainstReference(subject, ops);
  testMemory(subject, ops);
  testAgainstReference(subject, longOps);

  test('refuses arguments that do not fit', () => {
    const backend = subject.backend();
    using x = backend.zeros([2, 3, 20, 2]);
    using flat = backend.zeros([6, 20]);
    using f2 = backend.zeros([1, 2, 2, 2]);
    using f16 = backend.zeros([1, 16, 16, 2]);
    using two = backend.zeros([2, 16, 16, 2]);
    using elsewhere = reference().zeros([1, 2, 2, 2]);
    const factors = { 2: f2, 16: f16 };
    expect(() => backend.butterfly(flat, factors)).toThrow('butterfly: x has shape [6,20], expected [B, H, L, 2]');
    expect(() => backend.butterfly(x, { 16: f16 })).toThrow('butterfly: factor 2 is missing, expected it for n = 32');
    expect(() => backend.butterfly(x, { 2: f2, 16: two })).toThrow(
      'butterfly: factor 16 has shape [2,16,16,2], expected 1 or H = 3 sets',
    );
    expect(() => backend.butterfly(x, { 2: f16, 16: f16 })).toThrow('butterfly: factor 2 has shape [1,16,16,2]');
    expect(() => backend.butterfly(x, { 2: elsewhere, 16: f16 })).toThrow('live on different devices');
    for (const n of [16, 33, 24, -2]) {
      expect(() => backend.butterfly(x, factors, { n })).toThrow(
        `butterfly: n is ${n}, expected a power of two of at least 20 for x [2,3,20,2]`,
      );
    }
    expect(() => backend.butterflyVjp(x, factors, x)).toThrow('butterflyVjp: dy has shape [2,3,20,2]');
    expect(() => backend.butterflyAdjoint(x, factors)).toThrow('butterflyAdjoint: y has shape [2,3,20,2]');
    using y = backend.zeros([2, 3, 32, 2]);
    expect(() => backend.butterflyAdjoint(y, factors, { L: 33 })).toThrow(
      'butterflyAdjoint: L is 33, expected a whole number from 1 to n = 32',
    );
    using w = backend.zeros([4, 5, 5]);
    using w2 = backend.zeros([4, 5, 4]);
    using bias = backend.zeros([19]);
    expect(() => backend.monarch(flat, w, w2)).toThrow('monarch: w2 has shape [4,5,4], expected l r = k q = 20');
    expect(() => backend.monarch(bias, w, flat)).toThrow('monarch: w2 has shape [6,20], expected [l, s, r]');
    expect(() => backend.monarch(f2, w, w)).toThrow('monarch: x has shape [1,2,2,2], expected [.., I]');
    expect(() => backend.monarch(flat, w, w, { bias })).toThrow('monarch: bias has shape [19], expected [20]');
    expect(() => backend.monarch(flat, w, w, { outputs: 15 })).toThrow('monarch: 15 outputs, expected s = ceil');
    expect(() => backend.monarchVjp(flat, w, w, bias)).toThrow('monarchVjp: dy has shape [19], expected [6,19]');
  });
});
