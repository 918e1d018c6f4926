import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { complexProduct, irfft, rfft } from '../src/autograd/fft-ops.js';
import { Tape } from '../src/autograd/tape.js';
import type { Backend } from '../src/backend.js';
import { type RefTensor, reference } from '../src/backends/reference.js';
import type { TensorLike } from '../src/tensor.js';
import { type FftCase, cases, longCases, longestCases, title } from './cases/fft.js';
import { type Subject, describeDevices, describeHardwareKernels, withoutWasm } from './support/backends.js';
import { EPS32, expectClose } from './support/close.js';
import {
  type Host,
  type Op,
  randn,
  run,
  runReference,
  testAgainstReference,
  testGradients,
  testMemory,
  testThreads,
} from './support/op.js';
import { Rng } from './support/random.js';

const oracle = reference();

const half = (n: number): number => Math.floor(n / 2) + 1;

/** Lengths that are no powers of two are convolutions of chirps, two transforms more; the rule holds for them too. */
const bound = (n: number): number => 2 * EPS32 * Math.log2(n);

function rfftOp(size: FftCase): Op {
  const { rows, L, n } = size;
  return {
    name: `rfft ${title(size)}`,
    inputs: (rng) => ({ x: randn([rows, L], rng) }),
    forward: (backend, x) => ({ X: backend.rfft(x['x'], { n }) }),
    vjp: (backend, _, dX) => ({ x: backend.rfftVjp(dX, { n, L }).dx }),
    bounds: () => ({ X: bound(n), x: bound(n) }),
  };
}

function irfftOp(size: FftCase): Op {
  const { rows, L, n } = size;
  return {
    name: `irfft ${title(size)}`,
    inputs: (rng) => ({ X: randn([rows, half(n), 2], rng) }),
    forward: (backend, x) => ({ x: backend.irfft(x['X'], { n, L }) }),
    vjp: (backend, _, dx) => ({ X: backend.irfftVjp(dx, { n }).dX }),
    bounds: () => ({ x: bound(n), X: bound(n) }),
  };
}

function productOp(B: number, C: number, H: number, F: number): Op {
  return {
    name: `complexProduct B=${B} C=${C} H=${H} F=${F}`,
    inputs: (rng) => ({ a: randn([B, H, F, 2], rng), k: randn([C, H, F, 2], rng) }),
    forward: (backend, x) => ({ y: backend.complexProduct(x['a'], x['k']) }),
    vjp: (backend, x, dy) => {
      const { da, dk } = backend.complexProductVjp(x['a'], x['k'], dy);
      return { a: da, k: dk };
    },
    bounds: () => ({ y: 2 * EPS32, a: 2 * EPS32 * Math.sqrt(2 * C), k: 2 * EPS32 * Math.sqrt(2 * B) }),
  };
}

const products = [productOp(1, 1, 1, 1), productOp(3, 2, 2, 5), productOp(2, 1, 3, 33), productOp(5, 3, 2, 1030)];
const ops = [...cases.flatMap((size) => [rfftOp(size), irfftOp(size)]), ...products];
const longOps = longCases.flatMap((size) => [rfftOp(size), irfftOp(size)]);

/** The sums as they are written down. */
function sums({ rows, L, n }: FftCase, x: ArrayLike<number>): Float64Array {
  const X = new Float64Array(rows * half(n) * 2);
  for (let i = 0; i < X.length / 2; i++) {
    const [row, f] = [Math.floor(i / half(n)), i % half(n)];
    for (let t = 0; t < L; t++) {
      const angle = (-2 * Math.PI * ((f * t) % n)) / n;
      X[2 * i] += x[row * L + t] * Math.cos(angle);
      X[2 * i + 1] += x[row * L + t] * Math.sin(angle);
    }
  }
  return X;
}

describe('reference', () => {
  testGradients(ops);

  test.each(cases.map((size) => [title(size), size] as const))('is the sum: %s', (_, size) => {
    const x = randn([size.rows, size.L], new Rng(3));
    const { X, y } = runReference({ x }, ({ x }) => {
      const X = oracle.rfft(x as RefTensor, { n: size.n });
      return { X, y: oracle.irfft(X, { n: size.n, L: size.L }) };
    });
    const F64 = 2 ** -50;
    expectClose('X', X.values, sums(size, x.values), F64 * (1 + Math.log2(size.n)));
    expectClose('irfft(rfft(x))', y.values, x.values, F64 * (1 + Math.log2(size.n)));
  });

  test('refuses bad arguments', () => {
    const x = oracle.zeros([2, 8]);
    const X = oracle.zeros([2, 5, 2]);
    expect(() => oracle.rfft(x, { n: 7 })).toThrow('rfft: n is 7, expected at least the length 8 of x [2,8]');
    expect(() => oracle.rfft(x, { n: 8.5 })).toThrow('rfft: n is 8.5, expected a whole number from 1 to 4194304');
    expect(() => oracle.rfft(x, { n: 2 ** 22 + 1 })).toThrow('rfft: n is 4194305, expected a whole number from 1 to');
    expect(() => oracle.irfft(X, { n: 10 })).toThrow('irfft: X has shape [2,5,2], expected [2,6,2] for n = 10');
    expect(() => oracle.irfft(X, { n: 9, L: 10 })).toThrow('irfft: L is 10, expected a whole number from 1 to n = 9');
    expect(() => oracle.irfft(X, { n: 9, L: 0 })).toThrow('irfft: L is 0, expected a whole number from 1 to n = 9');
    expect(() => oracle.rfftVjp(X, { n: 12, L: 12 })).toThrow('rfftVjp: dX has shape [2,5,2], expected [2,7,2]');
    expect(() => oracle.irfftVjp(x, { n: 4 })).toThrow('irfftVjp: n is 4, expected at least the length 8 of dx');
    expect(() => oracle.complexProduct(x, X)).toThrow('complexProduct: a has shape [2,8], expected [B, H, F, 2]');
    const a = oracle.zeros([2, 3, 4, 2]);
    expect(() => oracle.complexProduct(a, oracle.zeros([1, 3, 5, 2]))).toThrow(
      'complexProduct: k has shape [1,3,5,2], expected [1,3,4,2]',
    );
    expect(() => oracle.complexProductVjp(a, a, oracle.zeros([2, 3, 4, 2]))).toThrow(
      'complexProductVjp: dy has shape [2,3,4,2], expected [2,6,4,2]',
    );
  });
});

testThreads([...ops, ...longOps]);

function testShort(subject: Subject): void {
  testAgainstReference(subject, ops);
  testMemory(subject, ops);

  test('imaginary parts that count for nothing may hold anything', async () => {
    const backend = subject.backend();
    for (const n of [1, 6, 7, 64, 66]) {
      const X = randn([2, half(n), 2], new Rng(5));
      const values = Float64Array.from(X.values, (v, i) => {
        const f = Math.floor(i / 2) % half(n);
        return i % 2 === 1 && (f === 0 || 2 * f === n) ? NaN : v;
      });
      const got = await run(backend, { X: { ...X, values } }, ({ X }) => ({ x: backend.irfft(X, { n }) }));
      const want = runReference({ X }, ({ X }) => ({ x: oracle.irfft(X as RefTensor, { n }) }));
      expectClose(`n = ${n}`, got['x'].values, want['x'].values, bound(n));
    }
  });

  test('refuses what the reference refuses, in its words', () => {
    const backend = subject.backend();
    using x = backend.zeros([2, 8]);
    expect(() => backend.rfft(x, { n: 7 })).toThrow('rfft: n is 7, expected at least the length 8 of x [2,8]');
    expect(() => backend.irfft(x, { n: 8 })).toThrow('irfft: X has shape [2,8], expected [5,2] for n = 8');
    expect(() => backend.irfft(x, { n: 0 })).toThrow('irfft: n is 0, expected a whole number from 1 to 4194304');
    expect(() => backend.complexProduct(x, x)).toThrow('complexProduct: a has shape [2,8], expected [B, H, F, 2]');
  });
}

/** Convolution by the convolution theorem, and its gradients, from a tape. */
async function byTransforms(backend: Backend<TensorLike>, inputs: Record<'u' | 'k' | 'dy', Host>): Promise<Host[]> {
  const [u, k, dy] = [inputs.u, inputs.k, inputs.dy].map(({ values, shape }) => backend.tensor(values, shape));
  const L = u.shape[2];
  const n = 2 * L;
  using tape = new Tape(backend);
  const params = tape.params({ u: { value: u }, k: { value: k } });
  const y = irfft(complexProduct(rfft(params.u, { n }), rfft(params.k, { n })), { n, L });
  const hosts: Host[] = [{ values: await y.value.read(), shape: y.shape }];
  const gradients = tape.gradients(y, dy);
  for (const id of ['u', 'k']) {
    const gradient = gradients.get(id) as TensorLike;
    hosts.push({ values: await gradient.read(), shape: gradient.shape });
  }
  for (const tensor of [u, k, dy]) tensor.dispose();
  return hosts;
}

describeDevices('fft', (subject) => {
  test('transforms, a product and an inverse on a tape convolve', async () => {
    const rng = new Rng(2);
    const inputs = { u: randn([3, 2, 50], rng), k: randn([2, 2, 50], rng), dy: randn([3, 4, 50], rng) };
    const { y, u, k } = runReference(inputs, ({ u, k, dy }) => {
      const { du, dk } = oracle.longconvVjp(u as RefTensor, k as RefTensor, dy as RefTensor);
      return { y: oracle.longconv(u as RefTensor, k as RefTensor), u: du, k: dk };
    });
    const got = await byTransforms(subject.backend(), inputs);
    [y, u, k].forEach((want, i) => {
      expect(got[i].shape).toEqual(want.shape);
      expectClose(['y', 'du', 'dk'][i], got[i].values, want.values, 3 * bound(100));
    });
  });

  testShort(subject);
  testAgainstReference(subject, longOps);
  // Its gradient is the inverse.
  testAgainstReference(subject, longestCases.map(rfftOp));

  test('any length, there and back', async () => {
    const backend = subject.backend();
    const sizes = fc.record({
      n: fc.integer({ min: 1, max: 3000 }),
      rows: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ n, rows, seed }) => {
        const rng = new Rng(seed);
        const L = 1 + (seed % n);
        const x = randn([rows, L], rng);
        const { y } = await run(backend, { x }, ({ x }) => {
          using X = backend.rfft(x, { n });
          return { y: backend.irfft(X, { n, L }) };
        });
        expectClose(`n = ${n}, L = ${L}`, y.values, x.values, 2 * bound(n) + EPS32);
      }),
      { numRuns: subject.kind === 'webgpu' ? 8 : 40, seed: 1 },
    );
  });
});

/** The transforms in workgroup memory are unrolled, which lavapipe compiles in seconds and SwiftShader in minutes. */
if (withoutWasm) {
  describeHardwareKernels('fft', (subject) => {
    testShort(subject);
    testAgainstReference(subject, longOps);
  });
}
