import { describe, expect, test } from 'vitest';
import { fft } from '../reference/fft.js';
import { type FactorSize, dftMatrix, monarchDense, monarchProject } from '../reference/index.js';
import type { Backend, ButterflyFactors } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import type { TensorLike } from '../src/tensor.js';
import {
  type ButterflyCase,
  type MonarchCase,
  cases,
  longCases,
  monarchCases,
  monarchTitle,
  title,
} from './cases/butterfly.js';
import { describeBackends } from './support/backends.js';
import { EPS32, expectClose } from './support/close.js';
import { type Host, type Op, randn, run, testAgainstReference, testGradients, testMemory, testThreads } from './support/op.js';
import { Rng } from './support/random.js';

const SIZES = [2, 4, 8, 16] as const;

const pointsOf = ({ L, n }: ButterflyCase): number => n ?? Math.max(2, 2 ** Math.ceil(Math.log2(L)));

/** Those that n points need. */
function sizesOf(n: number): FactorSize[] {
  return SIZES.filter((s) => (s === 16 ? n >= 16 : Number.isInteger(Math.log2(n / s) / 4)));
}

/** Factors near those of the Fourier transform, by name. */
function factorHosts(n: number, sets: number, rng: Rng): Record<string, Host> {
  const near = (s: FactorSize): Host => {
    const { values, shape } = randn([sets, s, s, 2], rng, 0.1);
    const dft = dftMatrix(s);
    return { shape, values: Array.from(values, (v, i) => Math.fround(v + dft[i % dft.length])) };
  };
  return Object.fromEntries(sizesOf(n).map((s) => [`factor${s}`, near(s)]));
}

function factorsOf(tensors: Readonly<Record<string, TensorLike>>): ButterflyFactors<TensorLike> {
  const present = SIZES.filter((s) => tensors[`factor${s}`] !== undefined);
  return Object.fromEntries(present.map((s) => [s, tensors[`factor${s}`]]));
}

function exactFactors(n: number): Record<string, Host> {
  return Object.fromEntries(sizesOf(n).map((s) => [`factor${s}`, { shape: [1, s, s, 2], values: dftMatrix(s) }]));
}

/** Every level adds up to 16 terms in two parts each; its errors pass the other levels. */
const bound = (n: number): number => 2 * EPS32 * Math.sqrt(32) * Math.ceil(Math.log2(n) / 4);

function transformOp(size: ButterflyCase): Op {
  const { B, H, L, perHead = false, real = false } = size;
  const n = pointsOf(size);
  return {
    name: `butterfly ${title(size)}`,
    inputs: (rng) => ({
      x: randn(real ? [B, H, L] : [B, H, L, 2], rng),
      ...factorHosts(n, perHead ? H : 1, rng),
    }),
    forward: (backend, { x, ...rest }) => ({ y: backend.butterfly(x, factorsOf(rest), { n }) }),
    vjp(backend, { x, ...rest }, dy) {
      const { dx, dFactors } = backend.butterflyVjp(x, factorsOf(rest), dy);
      return { x: dx, ...Object.fromEntries(Object.entries(dFactors).map(([s, d]) => [`factor${s}`, d])) };
    },
    bounds(inputs) {
      // The gradient of a factor sums over all rows and columns, its operands having passed the levels.
      const sums = 2 * EPS32 * Math.sqrt((2 * B * H * n) / 2) + bound(n);
      return Object.fromEntries([...Object.keys(inputs).map((id) => [id, id === 'x' ? bound(n) : sums]), ['y', bound(n)]]);
    },
  };
}

function adjointOp(size: ButterflyCase): Op {
  const { B, H, L, perHead = false, real = false } = size;
  const n = pointsOf(size);
  return {
    name: `butterflyAdjoint ${title(size)}`,
    inputs: (rng) => ({ y: randn([B, H, n, 2], rng), ...factorHosts(n, perHead ? H : 1, rng) }),
    forward: (backend, { y, ...rest }) => ({ x: backend.butterflyAdjoint(y, factorsOf(rest), { L, real }) }),
    bounds: () => ({ x: bound(n) }),
  };
}

function monarchOp(size: MonarchCase): Op {
  const { rows, I, O, k, q, l, bias = false } = size;
  const [p, s, r] = [Math.ceil(I / k), Math.ceil(O / l), (k * q) / l];
  const B = rows.reduce((n, d) => n * d, 1);
  return {
    name: `monarch ${monarchTitle(size)}`,
    inputs: (rng) => ({
      x: randn([...rows, I], rng),
      w1: randn([k, q, p], rng),
      w2: randn([l, s, r], rng),
      ...(bias ? { bias: randn([O], rng) } : {}),
    }),
    forward: (backend, { x, w1, w2, bias }) => ({ y: backend.monarch(x, w1, w2, { bias, outputs: O }) }),
    vjp(backend, { x, w1, w2, bias }, dy) {
      const { dx, dw1, dw2, dBias } = backend.monarchVjp(x, w1, w2, dy, { bias });
      return { x: dx, w1: dw1, w2: dw2, ...(dBias === undefined ? {} : { bias: dBias }) };
    },
    bounds() {
      const through = (...terms: number[]): number => terms.reduce((sum, n) => sum + 2 * EPS32 * Math.sqrt(n), 0);
      return { y: through(p, r), x: through(s, q), w1: through(s, r, B), w2: through(p, B), bias: through(B) };
    },
  };
}

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

describeBackends('butterfly', (subject) => {
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
