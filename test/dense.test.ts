import { describe, expect, test } from 'vitest';
import { erf, erfc } from '../reference/erf.js';
import type { Backend } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import type { TensorLike } from '../src/tensor.js';
import { type SequenceCase, sequenceCases } from './cases/dense.js';
import { describeBackends } from './support/backends.js';
import { EPS32, expectClose } from './support/close.js';
import {
  type Host,
  type Op,
  randn,
  run,
  testAgainstReference,
  testGradients,
  testMemory,
  testThreads,
} from './support/op.js';
import { Rng } from './support/random.js';

type Tensors = Readonly<Record<string, TensorLike>>;

/** exp and erf are polynomials of some ten terms, followed by a division. */
const POINTWISE = 4 * EPS32;

const sequence = ({ B, H, L }: SequenceCase): number[] => (L === undefined ? [B, H] : [B, H, L]);

const withBias = (gradients: { dx: TensorLike; dBias?: TensorLike }): Tensors => ({
  x: gradients.dx,
  ...(gradients.dBias === undefined ? {} : { bias: gradients.dBias }),
});

function geluOp(size: SequenceCase, biased: boolean): Op {
  return {
    name: `gelu [${sequence(size)}]${biased ? ' with bias' : ''}`,
    inputs: (rng) => ({ x: randn(sequence(size), rng), ...(biased ? { bias: randn([size.H], rng) } : {}) }),
    forward: (backend, { x, bias }) => ({ y: backend.gelu(x, { bias }) }),
    vjp: (backend, { x, bias }, dy) => withBias(backend.geluVjp(x, dy, { bias })),
    bounds: () => ({ y: POINTWISE, x: POINTWISE, bias: POINTWISE * Math.sqrt(size.B * (size.L ?? 1)) }),
  };
}

function gluOp({ B, H, L }: SequenceCase, residual: boolean): Op {
  return {
    name: `glu [${sequence({ B, H: 2 * H, ...(L === undefined ? {} : { L }) })}]${residual ? ' with residual' : ''}`,
    inputs: (rng) => ({
      x: randn(L === undefined ? [B, 2 * H] : [B, 2 * H, L], rng),
      ...(residual ? { residual: randn(L === undefined ? [B, H] : [B, H, L], rng) } : {}),
    }),
    forward: (backend, { x, residual }) => ({ y: backend.glu(x, { residual }) }),
    vjp: (backend, { x, residual }, dy) => ({
      x: backend.gluVjp(x, dy).dx,
      ...(residual === undefined ? {} : { residual: backend.scale(dy, 1) }),
    }),
    bounds: () => ({ y: POINTWISE, x: POINTWISE, residual: 0 }),
  };
}

function unary(
  name: string,
  size: SequenceCase,
  forward: (backend: Backend<TensorLike>, x: TensorLike) => TensorLike,
  vjp: (backend: Backend<TensorLike>, x: TensorLike, dy: TensorLike) => TensorLike,
  bound: number,
): Op {
  return {
    name: `${name} [${sequence(size)}]`,
    inputs: (rng) => ({ x: randn(sequence(size), rng) }),
    forward: (backend, { x }) => ({ y: forward(backend, x) }),
    vjp: (backend, { x }, dy) => ({ x: vjp(backend, x, dy) }),
    bounds: () => ({ y: bound, x: bound }),
  };
}

function addOp(size: SequenceCase): Op {
  return {
    name: `add [${sequence(size)}]`,
    inputs: (rng) => ({ a: randn(sequence(size), rng), b: randn(sequence(size), rng) }),
    forward: (backend, { a, b }) => ({ y: backend.add(a, b) }),
    vjp: (backend, _, dy) => ({ a: backend.scale(dy, 1), b: backend.scale(dy, 1) }),
    bounds: () => ({ y: EPS32, a: 0, b: 0 }),
  };
}

const words = (shape: number[], rng: Rng, from: number, below: number): Host => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b) }, () => from + rng.integer(below - from)),
  dtype: 'u32',
});

function embeddingOp({ B, H, L = 1 }: SequenceCase, V: number): Op {
  return {
    name: `embedding [${B},${H},${L}] of ${V}`,
    // The last token has no entry in the table.
    inputs: (rng) => ({ tokens: words([B, L], rng, 0, V + 1), table: randn([V, H], rng) }),
    forward: (backend, { tokens, table }) => ({ y: backend.embedding(tokens, table) }),
    vjp: (backend, { tokens }, dy) => ({ table: backend.embeddingVjp(tokens, dy, { V }).dTable }),
    bounds: () => ({ y: 0, table: 2 * EPS32 * Math.sqrt(B * L) }),
  };
}

function poolOp(kind: 'mean' | 'last', { B, H, L = 1 }: SequenceCase, masked: boolean): Op {
  return {
    name: `${kind}Pool [${B},${H},${L}]${masked ? ' with lengths' : ''}`,
    inputs: (rng) => ({ x: randn([B, H, L], rng), ...(masked ? { lengths: words([B], rng, 1, L + 1) } : {}) }),
    forward: (backend, { x, lengths }) => ({ y: backend[`${kind}Pool`](x, { lengths }) }),
    vjp: (backend, { lengths }, dy) => ({ x: backend[`${kind}PoolVjp`](dy, { L, lengths }).dx }),
    bounds: () => ({ y: kind === 'last' ? 0 : 2 * EPS32 * Math.sqrt(L), x: kind === 'last' ? 0 : 2 * EPS32 }),
  };
}

function maskOp({ B, H, L = 1 }: SequenceCase): Op {
  return {
    name: `maskLength [${B},${H},${L}]`,
    inputs: (rng) => ({ x: randn([B, H, L], rng), lengths: words([B], rng, 1, L + 1) }),
    forward: (backend, { x, lengths }) => ({ y: backend.maskLength(x, lengths) }),
    vjp: (backend, { lengths }, dy) => ({ x: backend.maskLength(dy, lengths) }),
    bounds: () => ({ y: 0, x: 0 }),
  };
}

function crossEntropyOp(B: number, K: number): Op {
  return {
    name: `crossEntropy [${B},${K}]`,
    inputs: (rng) => ({ logits: randn([B, K], rng, 3), labels: words([B], rng, 0, K) }),
    forward: (backend, { logits, labels }) => ({ loss: backend.crossEntropy(logits, labels) }),
    vjp: (backend, { logits, labels }, dy) => ({ logits: backend.crossEntropyVjp(logits, labels, dy).dLogits }),
    // exp of a difference of logits some ten in size.
    bounds: () => ({ loss: 4 * EPS32 * Math.sqrt(B * K), logits: 10 * POINTWISE }),
  };
}

const ops = sequenceCases.flatMap((size) => [
  geluOp(size, false),
  geluOp(size, true),
  gluOp(size, false),
  gluOp(size, true),
  unary(
    'sigmoid',
    size,
    (b, x) => b.sigmoid(x),
    (b, x, dy) => b.sigmoidVjp(x, dy).dx,
    POINTWISE,
  ),
  unary(
    'relu',
    size,
    (b, x) => b.relu(x),
    (b, x, dy) => b.reluVjp(x, dy).dx,
    0,
  ),
  unary(
    'scale',
    size,
    (b, x) => b.scale(x, -1.5),
    (b, _, dy) => b.scale(dy, -1.5),
    EPS32,
  ),
  addOp(size),
  embeddingOp(size, 11),
]);
const lengthOps = sequenceCases
  .filter(({ L }) => L !== undefined)
  .flatMap((size) => [
    poolOp('mean', size, false),
    poolOp('mean', size, true),
    poolOp('last', size, false),
    poolOp('last', size, true),
    maskOp(size),
  ]);
const lossOps = [crossEntropyOp(1, 1), crossEntropyOp(3, 2), crossEntropyOp(5, 10), crossEntropyOp(33, 257)];

describe('reference', () => {
  testGradients([...ops, ...lengthOps, ...lossOps].filter(({ name }) => !name.includes('1025')));

  /** erf(p / q) in units of 1e-60, by its Taylor series in whole numbers. */
  function exactErf(p: bigint, q: bigint): bigint {
    const unit = 10n ** 60n;
    const sqrtPi = 1772453850905516027298167483341145182797549456122387128213807n;
    let [sum, term] = [0n, (unit * p) / q];
    for (let n = 0n; term !== 0n; n++) {
      sum += term / (2n * n + 1n);
      term = (-term * p * p) / (q * q * (n + 1n));
    }
    return (2n * sum * unit) / sqrtPi;
  }

  test('erf and erfc agree with their Taylor series to a few units in the last place', () => {
    for (let i = 1n; i <= 95n; i++) {
      const x = Number(i) / 16;
      const [exact, complement] = [exactErf(i, 16n), 10n ** 60n - exactErf(i, 16n)];
      expectClose(`erf(${x})`, [erf(x), erf(-x)], [Number(exact) / 1e60, -Number(exact) / 1e60], 8 * 2 ** -53);
      // Below 2 erfc is 1 - erf; above, the rounding of x^2 moves exp(-x^2) by x^2 times as much.
      const tail = Number(complement) / 1e60;
      expectClose(`erfc(${x})`, [erfc(x)], [tail], (x < 2 ? 8 / tail : 8 + 2 * x * x) * 2 ** -53);
      expectClose(`erfc(-${x})`, [erfc(-x)], [1 + Number(exact) / 1e60], 8 * 2 ** -53);
    }
    expect([erf(0), erf(Infinity), erf(-Infinity), erfc(40)]).toEqual([0, 1, -1, 0]);
    expect([erf(NaN), erfc(NaN)]).toEqual([NaN, NaN]);
  });
});

testThreads([...ops, ...lengthOps, ...lossOps]);

describeBackends('dense', (subject) => {
  testAgainstReference(subject, ops);
  testMemory(subject, ops);
  testAgainstReference(subject, lengthOps);
  testAgainstReference(subject, lossOps);

  const row = (values: number[]): Host => ({ values, shape: [1, values.length, 1] });

  test('activations hold at the ends of the range', async () => {
    const backend = subject.backend();
    const inputs = { x: row([-3e38, -100, -20, 0, 20, 100, 3e38].map(Math.fround)) };
    const { gelu, sigmoid, relu } = await run(backend, inputs, ({ x }) => ({
      gelu: backend.gelu(x),
      sigmoid: backend.sigmoid(x),
      relu: backend.relu(x),
    }));
    const largest = Math.fround(3e38);
    expect(Array.from(gelu.values).slice(3)).toEqual([0, 20, 100, largest]);
    expect(
      Array.from(gelu.values)
        .slice(0, 3)
        .every((v) => Math.abs(v) < 1e-30),
    ).toBe(true);
    expectClose('sigmoid', Array.from(sigmoid.values).slice(2), [1 / (1 + Math.exp(20)), 0.5, 1, 1, 1], POINTWISE);
    expect(
      Array.from(sigmoid.values)
        .slice(0, 2)
        .every((v) => v >= 0 && v < 1e-30),
    ).toBe(true);
    expect(Array.from(relu.values)).toEqual([0, 0, 0, 0, 20, 100, largest]);
  });

  test('small activations keep their digits', async () => {
    const backend = subject.backend();
    const inputs = { x: row([-4, -3, -1e-3, 1e-6]) };
    const want = inputs.x.values as number[];
    const { y } = await run(backend, inputs, ({ x }) => ({ y: backend.gelu(x) }));
    // An absolute error of one rounding in erf, near 1, is what single precision allows in the tail.
    want.forEach((x, i) => {
      const exact = (Math.fround(x) * erfc(-Math.fround(x) / Math.SQRT2)) / 2;
      expect(Math.abs(y.values[i] - exact)).toBeLessThanOrEqual(POINTWISE * Math.abs(x));
    });
  });

  test('the loss of huge logits is finite', async () => {
    const backend = subject.backend();
    const inputs = {
      logits: { values: [1e4, 0, -1e4, -1e4, 1e4, 0], shape: [2, 3] },
      labels: { values: [0, 0], shape: [2], dtype: 'u32' as const },
    };
    const { loss } = await run(backend, inputs, ({ logits, labels }) => ({
      loss: backend.crossEntropy(logits, labels),
    }));
    expectClose('loss', loss.values, [1e4], POINTWISE);
  });

  test('NaN stays where it is', async () => {
    const backend = subject.backend();
    const results = await run(backend, { x: row([1, NaN, 3, 4]), a: row([0, 1, 0, 0]) }, ({ x, a }) => ({
      gelu: backend.gelu(x),
      sigmoid: backend.sigmoid(x),
      relu: backend.relu(x),
      add: backend.add(x, a),
      scale: backend.scale(x, 2),
    }));
    for (const id in results) {
      const nan = Array.from(results[id].values, Number.isNaN);
      // WGSL lets a device assume that there is no NaN, and SwiftShader's exp makes a number of it.
      if (subject.kind === 'webgpu') nan[1] = true;
      expect(nan, id).toEqual([false, true, false, false]);
    }
  });

  test('lengths beyond L count as L, and 0 as 1', async () => {
    const backend = subject.backend();
    const inputs = {
      x: { values: [1, 2, 3, 4, 5, 6], shape: [2, 1, 3] },
      lengths: { values: [0, 9], shape: [2], dtype: 'u32' as const },
    };
    const results = await run(backend, inputs, ({ x, lengths }) => ({
      mean: backend.meanPool(x, { lengths }),
      last: backend.lastPool(x, { lengths }),
      mask: backend.maskLength(x, lengths),
    }));
    expect(Array.from(results['mean'].values)).toEqual([1, 5]);
    expect(Array.from(results['last'].values)).toEqual([1, 6]);
    expect(Array.from(results['mask'].values)).toEqual([1, 0, 0, 4, 5, 6]);
  });

  test('a captured step repeats on what its inputs hold now', async () => {
    const backend = subject.backend();
    using x = backend.tensor([1, 2, 3], [3]);
    using param = backend.tensor([1], [1]);
    using grad = backend.zeros([1]);
    using m = backend.zeros([1]);
    using v = backend.zeros([1]);
    using hyper = backend.tensor([1, 1, 1], [3]);
    using step = backend.capture(() => {
      using doubled = backend.scale(x, 2);
      // Halves the parameter.
      backend.adamw(param, grad, m, v, hyper, { lr: 0.5, beta1: 0.9, beta2: 0.9, eps: 1, weightDecay: 1 });
      return { y: backend.add(doubled, x), nested: [backend.scale(doubled, 10)], param };
    });
    const { y, nested } = step.result;
    expect(Array.from(await y.read())).toEqual([3, 6, 9]);
    backend.write(x, [10, 20, 30]);
    step.replay();
    expect(Array.from(await y.read())).toEqual([30, 60, 90]);
    expect(Array.from(await (nested[0] as TensorLike).read())).toEqual([200, 400, 600]);
    expect(step.result.param).toBe(param);
    expect(Array.from(await param.read())).toEqual([0.25]);
    backend.write(x, [0, 0, 1]);
    step.replay();
    step.replay();
    expect(Array.from(await y.read())).toEqual([0, 0, 3]);
    expect(Array.from(await param.read())).toEqual([0.0625]);
    for (const tensor of [y, ...nested]) tensor.dispose();
  });

  test('refuses arguments that do not fit', () => {
    const backend = subject.backend();
    using x = backend.zeros([2, 4, 3]);
    using vector = backend.zeros([3]);
    using odd = backend.zeros([2, 3, 3]);
    using tokens = backend.zeros([2, 3], 'u32');
    using lengths = backend.zeros([3], 'u32');
    using logits = backend.zeros([2, 5]);
    using elsewhere = reference().zeros([2, 4, 3]);
    expect(() => backend.gelu(vector)).toThrow('gelu: x has shape [3], expected [B, H, L] or [B, H]');
    expect(() => backend.gelu(x, { bias: vector })).toThrow(
      'gelu: bias has shape [3], expected [4] to match x [2,4,3]',
    );
    expect(() => backend.geluVjp(x, odd)).toThrow("geluVjp: dy has shape [2,3,3], expected [2,4,3] = x's shape");
    expect(() => backend.glu(odd)).toThrow('glu: x has shape [2,3,3], expected an even number of features');
    expect(() => backend.glu(x, { residual: x })).toThrow('glu: residual has shape [2,4,3], expected [2,2,3]');
    expect(() => backend.add(x, odd)).toThrow("add: b has shape [2,3,3], expected [2,4,3] = a's shape");
    expect(() => backend.add(x, elsewhere)).toThrow('add: b and a live on different devices, expected one');
    expect(() => backend.relu(tokens)).toThrow('relu: x has dtype u32, expected f32');
    expect(() => backend.embedding(logits, logits)).toThrow('embedding: tokens has dtype f32, expected u32');
    expect(() => backend.embeddingVjp(tokens, x, { V: 0 })).toThrow(
      'embeddingVjp: V is 0, expected a whole number of at least 1',
    );
    expect(() => backend.meanPool(x, { lengths })).toThrow(
      'meanPool: lengths has shape [3], expected [2] to match x [2,4,3]',
    );
    expect(() => backend.lastPool(logits)).toThrow('lastPool: x has shape [2,5], expected [B, H, L]');
    expect(() => backend.meanPoolVjp(logits, { L: 0 })).toThrow(
      'meanPoolVjp: L is 0, expected a whole number of at least 1',
    );
    expect(() => backend.maskLength(x, lengths)).toThrow('maskLength: lengths has shape [3], expected [2]');
    expect(() => backend.crossEntropy(logits, lengths)).toThrow(
      'crossEntropy: labels has shape [3], expected [2] to match logits [2,5]',
    );
    expect(() => backend.crossEntropyVjp(logits, tokens, vector)).toThrow('crossEntropyVjp: labels has shape [2,3]');
    expect(() => backend.tensor([1, 2], [3])).toThrow('tensor: 2 values, expected 3 for shape [3]');
    expect(() => backend.write(vector, [1])).toThrow('write: 1 values, expected 3 for shape [3]');
    x.dispose();
    expect(() => backend.sigmoid(x)).toThrow('sigmoid: x [2,4,3] has been disposed');
  });
});
