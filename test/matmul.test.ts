import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference.js';
import { DisposedError } from '../src/errors.js';
import { type LinearCase, type MatmulCase, linearCases, matmulCases } from './cases/dense.js';
import { describeBackends } from './support/backends.js';
import { EPS32, expectClose } from './support/close.js';
import { type Op, randn, run, testAgainstReference, testGradients, testMemory, testThreads } from './support/op.js';
import { Rng } from './support/random.js';

/** A sum of n products. */
const bound = (n: number): number => 2 * EPS32 * Math.sqrt(n);

function matmulOp(size: MatmulCase): Op {
  const { M, K, N, G, batched, transposeA, transposeB } = size;
  const g = G ?? 1;
  const stack = (matrix: [number, number], alone: boolean, transposed?: boolean): number[] => [
    ...(G === undefined || alone ? [] : [G]),
    ...(transposed === true ? matrix.reverse() : matrix),
  ];
  return {
    name: `matmul ${JSON.stringify(size)}`,
    inputs: (rng) => ({
      a: randn(stack([M, K], batched === 'b', transposeA), rng),
      b: randn(stack([K, N], batched === 'a', transposeB), rng),
      ...(size.bias === true ? { bias: randn([N], rng) } : {}),
    }),
    forward: (backend, { a, b, bias }) => ({ y: backend.matmul(a, b, { transposeA, transposeB, bias }) }),
    vjp(backend, { a, b, bias }, dy) {
      const { da, db, dBias } = backend.matmulVjp(a, b, dy, { transposeA, transposeB, bias });
      return { a: da, b: db, ...(dBias === undefined ? {} : { bias: dBias }) };
    },
    bounds: () => ({ y: bound(K), a: bound(N * g), b: bound(M * g), bias: bound(M * g) }),
  };
}

function linearOp(size: LinearCase): Op {
  const { B, I, O, L } = size;
  return {
    name: `linear ${JSON.stringify(size)}`,
    inputs: (rng) => ({
      x: randn(L === undefined ? [B, I] : [B, I, L], rng),
      W: randn([O, I], rng),
      ...(size.bias === true ? { bias: randn([O], rng) } : {}),
    }),
    forward: (backend, { x, W, bias }) => ({ y: backend.linear(x, W, { bias }) }),
    vjp(backend, { x, W, bias }, dy) {
      const { dx, dW, dBias } = backend.linearVjp(x, W, dy, { bias });
      return { x: dx, W: dW, ...(dBias === undefined ? {} : { bias: dBias }) };
    },
    bounds: () => ({ y: bound(I), x: bound(O), W: bound(B * (L ?? 1)), bias: bound(B * (L ?? 1)) }),
  };
}

const transposeOp = (shape: number[]): Op => ({
  name: `transpose [${shape}]`,
  inputs: (rng) => ({ x: randn(shape, rng) }),
  forward: (backend, { x }) => ({ y: backend.transpose(x) }),
  vjp: (backend, _, dy) => ({ x: backend.transpose(dy) }),
  bounds: () => ({ y: 0, x: 0 }),
});

const ops = [
  ...matmulCases.map(matmulOp),
  ...linearCases.map(linearOp),
  ...[
    [1, 1],
    [3, 5],
    [2, 33, 17],
    [1, 64, 130],
  ].map(transposeOp),
];

describe('reference', () => {
  testGradients(ops.filter(({ name }) => !/"K":257|"I":128/.test(name)));
});

testThreads(ops);

describeBackends('matmul', (subject) => {
  testAgainstReference(subject, ops);
  testMemory(subject, ops);

  test('products associate', async () => {
    const backend = subject.backend();
    const size = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(size, size, size, size, fc.nat(), async (M, K, N, P, seed) => {
        const rng = new Rng(seed);
        const inputs = { a: randn([M, K], rng), b: randn([K, N], rng), c: randn([N, P], rng) };
        const { left, right } = await run(backend, inputs, ({ a, b, c }) => {
          using ab = backend.matmul(a, b);
          using bc = backend.matmul(b, c);
          return { left: backend.matmul(ab, c), right: backend.matmul(a, bc) };
        });
        expectClose('(a b) c', left.values, right.values, 2 * bound(K * N));
      }),
      { numRuns: subject.kind === 'webgpu' ? 5 : 20, seed: 1 },
    );
  });

  test('a linear map is the product with the transposed weight', async () => {
    const backend = subject.backend();
    const rng = new Rng(2);
    const inputs = { x: randn([3, 20, 31], rng), W: randn([12, 20], rng) };
    const { y, product } = await run(backend, inputs, ({ x, W }) => ({
      y: backend.linear(x, W),
      product: backend.matmul(W, x),
    }));
    expect(product.shape).toEqual([3, 12, 31]);
    expectClose('y', y.values, product.values, bound(20));
  });

  test('NaN in one row stays in it', async () => {
    const backend = subject.backend();
    const a = randn([4, 6], new Rng(3));
    const inputs = {
      a: { ...a, values: Array.from(a.values, (v, i) => (i === 7 ? NaN : v)) },
      b: randn([6, 5], new Rng(4)),
    };
    const { y } = await run(backend, inputs, ({ a, b }) => ({ y: backend.matmul(a, b) }));
    expect(Array.from(y.values, Number.isNaN)).toEqual(Array.from(y.values, (_, i) => Math.floor(i / 5) === 1));
  });

  test('refuses arguments that do not fit', () => {
    const backend = subject.backend();
    using a = backend.zeros([2, 3]);
    using b = backend.zeros([2, 4]);
    using vector = backend.zeros([3]);
    using stack = backend.zeros([2, 3, 4]);
    using more = backend.zeros([3, 2, 3]);
    using words = backend.zeros([3, 2], 'u32');
    using elsewhere = reference().zeros([3, 2]);
    expect(() => backend.matmul(a, b)).toThrow('matmul: a [2,3] and b [2,4] disagree on the inner size: 3 and 2');
    expect(() => backend.matmul(a, vector)).toThrow(
      'matmul: b has shape [3], expected a matrix or a batch of matrices',
    );
    expect(() => backend.matmul(more, stack)).toThrow('matmul: b has 2 matrices, expected 3 to match a [3,2,3]');
    expect(() => backend.matmul(a, words)).toThrow('matmul: b has dtype u32, expected f32');
    expect(() => backend.matmul(a, elsewhere)).toThrow('matmul: b and a live on different devices, expected one');
    expect(() => backend.matmul(a, stack, { bias: vector })).toThrow(
      'matmul: bias has shape [3], expected [4] to match b [2,3,4]',
    );
    expect(() => backend.matmulVjp(a, stack, a)).toThrow(
      'matmulVjp: dy has shape [2,3], expected [2,2,4] to match a [2,3] and b [2,3,4]',
    );
    expect(() => backend.linear(stack, b)).toThrow('linear: W has shape [2,4], expected [O, 3] to match x [2,3,4]');
    expect(() => backend.linear(vector, a)).toThrow('linear: x has shape [3], expected [B, H, L] or [B, H]');
    expect(() => backend.transpose(vector)).toThrow('transpose: x has shape [3], expected at least two axes');
    a.dispose();
    expect(() => backend.matmul(a, b)).toThrow(DisposedError);
  });
});
