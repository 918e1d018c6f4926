import { describe, expect, test } from 'vitest';
import { adamw } from '../reference/optim.js';
import { reference } from '../src/backends/reference.js';
import { describeBackends } from './support/backends.js';
import { EPS32, expectClose } from './support/close.js';
import { type Op, randn, run, testAgainstReference, testMemory, testThreads } from './support/op.js';
import { Rng } from './support/random.js';

const options = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.05 };

function adamwOp(shape: number[], clipped: boolean): Op {
  return {
    name: `adamw [${shape}]${clipped ? ' with clipped gradients' : ''}`,
    inputs(rng) {
      const v = randn(shape, rng);
      return {
        param: randn(shape, rng),
        grad: randn(shape, rng),
        m: randn(shape, rng),
        v: { shape, values: Array.from(v.values, (x) => Math.fround(x * x)) },
        // Values of step 10 of a schedule.
        hyper: { shape: [3], values: [0.75, 1 / (1 - 0.9 ** 10), 1 / (1 - 0.999 ** 10)].map(Math.fround) },
      };
    },
    forward(backend, { param, grad, m, v, hyper }) {
      using gradScale = clipped ? backend.clipScale([grad], 0.5) : undefined;
      backend.adamw(param, grad, m, v, hyper, options, gradScale);
      return { param, m, v };
    },
    bounds() {
      // v and m are sums of two products; with clipping g carries the rounding of a norm of n terms.
      const n = clipped ? shape.reduce((a, b) => a * b, 1) : 1;
      const moments = 2 * EPS32 * (1 + Math.sqrt(n));
      return { param: 2 * EPS32, m: moments, v: 2 * moments };
    },
  };
}

/** Gradients of unequal sizes, as a model has them. */
function clipOp(shapes: number[][], maxNorm: number): Op {
  const n = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return {
    name: `clipScale of ${shapes.map((shape) => `[${shape}]`).join(', ')} to ${maxNorm}`,
    inputs: (rng) => Object.fromEntries(shapes.map((shape, i) => [`g${i}`, randn(shape, rng)])),
    forward: (backend, grads) => ({ scale: backend.clipScale(Object.values(grads), maxNorm) }),
    bounds: () => ({ scale: 2 * EPS32 * Math.sqrt(n) }),
  };
}

const ops = [
  adamwOp([1], false),
  adamwOp([3, 5], false),
  adamwOp([65, 33], false),
  adamwOp([65, 33], true),
  clipOp([[1]], 0.1),
  clipOp([[3], [5, 7], [2, 2, 2]], 1),
  clipOp([[3], [5, 7]], 1000),
  clipOp([[1000, 130], [1]], 1),
];

describe('reference', () => {
  test('with constant gradients every step moves a parameter by the learning rate', () => {
    const [param, m, v] = [Float64Array.of(1), new Float64Array(1), new Float64Array(1)];
    for (let t = 1; t <= 20; t++) {
      const before = param[0];
      const hyper = [1, 1 / (1 - 0.9 ** t), 1 / (1 - 0.999 ** t)];
      adamw(param, Float64Array.of(-3), m, v, hyper, { ...options, weightDecay: 0 });
      expect(param[0] - before).toBeCloseTo(0.01, 9);
    }
  });
});

testThreads(ops);

describeBackends('optim', (subject) => {
  testAgainstReference(subject, ops);
  testMemory(subject, ops);

  test('a rate of zero changes no parameter, and a gradient of zero only decays it', async () => {
    const backend = subject.backend();
    const shape = [7];
    const zero = { shape, values: new Float64Array(7) };
    const param = randn(shape, new Rng(1));
    const inputs = {
      a: param,
      b: param,
      grad: randn(shape, new Rng(2)),
      zero,
      m: zero,
      v: zero,
      m2: zero,
      v2: zero,
      still: { shape: [3], values: [0, 10, 1000] },
      first: { shape: [3], values: [1, 10, 1000] },
    };
    const { a, b } = await run(backend, inputs, ({ a, b, grad, zero, m, v, m2, v2, still, first }) => {
      backend.adamw(a, grad, m, v, still, options);
      backend.adamw(b, zero, m2, v2, first, options);
      return { a, b };
    });
    expect(Array.from(a.values)).toEqual(Array.from(param.values));
    expectClose(
      'b',
      b.values,
      Array.from(param.values, (p) => p * (1 - 0.01 * 0.05)),
      2 * EPS32,
    );
  });

  test('the norm of gradients with NaN is NaN', async () => {
    const backend = subject.backend();
    const inputs = { g: { values: [1, NaN, 2], shape: [3] }, h: { values: [1], shape: [1] } };
    const { scale } = await run(backend, inputs, ({ g, h }) => ({ scale: backend.clipScale([g, h], 1) }));
    expect(Number.isNaN(scale.values[1])).toBe(true);
  });

  test('refuses arguments that do not fit', () => {
    const backend = subject.backend();
    using p = backend.zeros([2, 3]);
    using q = backend.zeros([3, 2]);
    using hyper = backend.zeros([3]);
    using scale = backend.zeros([2]);
    using elsewhere = reference().zeros([2, 3]);
    expect(() => backend.adamw(p, q, p, p, hyper, options)).toThrow(
      "adamw: grad has shape [3,2], expected [2,3] = param's shape",
    );
    expect(() => backend.adamw(p, p, p, p, scale, options)).toThrow('adamw: hyper has shape [2], expected [3]');
    expect(() => backend.adamw(p, p, p, p, hyper, options, hyper)).toThrow(
      'adamw: gradScale has shape [3], expected [2]',
    );
    expect(() => backend.adamw(p, elsewhere, p, p, hyper, options)).toThrow(
      'adamw: grad and param live on different devices, expected one',
    );
    expect(() => backend.clipScale([], 1)).toThrow('clipScale: grads is empty, expected at least one gradient');
    expect(() => backend.clipScale([p, elsewhere], 1)).toThrow(
      'clipScale: grads[1] and grads[0] live on different devices, expected one',
    );
  });
});
