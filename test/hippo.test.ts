import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { dplr } from '../reference/dplr.js';
import { eigenHermitian } from '../reference/eigen.js';
import { type HippoMeasure, type HippoOptions, dtRange, hippo } from '../reference/hippo.js';
import { type S4Init, s4Init } from '../reference/s4-init.js';
import { s4dInit } from '../reference/s4d-init.js';
import { ShapeError } from '../src/errors.js';
import { expectClose } from './support/close.js';
import { Rng } from './support/random.js';

/** Half a unit in the last place of f64, relative. */
const EPS64 = 2 ** -53;

/** Bound of what O(N) roundings per entry leave of a product of matrices of size N; 8 for those of complex numbers. */
const dense = (N: number): number => 8 * N * EPS64;

/** A = V diag(values) V* for complex V [N, K], complex values [K]; [N, N, 2]. */
function compose(V: Float64Array, values: Float64Array, N: number): Float64Array {
  const K = values.length / 2;
  const A = new Float64Array(2 * N * N);
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < N; j++) {
      for (let k = 0; k < K; k++) {
        const [a, b] = V.subarray(2 * (i * K + k), 2 * (i * K + k) + 2);
        const [c, d] = V.subarray(2 * (j * K + k), 2 * (j * K + k) + 2);
        const [re, im] = [a * c + b * d, b * c - a * d];
        A[2 * (i * N + j)] += re * values[2 * k] - im * values[2 * k + 1];
        A[2 * (i * N + j) + 1] += re * values[2 * k + 1] + im * values[2 * k];
      }
    }
  }
  return A;
}

const realParts = (x: Float64Array): Float64Array => x.filter((_, i) => i % 2 === 0);

describe('eigenHermitian', () => {
  const hermitian = (N: number, entry: (i: number, j: number) => [number, number]): Float64Array => {
    const H = new Float64Array(2 * N * N);
    for (let i = 0; i < N; i++) {
      for (let j = 0; j <= i; j++) {
        const [re, im] = entry(i, j);
        H.set([re, i === j ? 0 : im], 2 * (i * N + j));
        H.set([re, i === j ? 0 : -im], 2 * (j * N + i));
      }
    }
    return H;
  };

  const check = (H: Float64Array, N: number): void => {
    const { values, vectors } = eigenHermitian(H, N);
    const complex = Float64Array.from({ length: 2 * N }, (_, i) => (i % 2 === 0 ? values[i >> 1] : 0));
    expectClose('H', compose(vectors, complex, N), H, dense(N));
    const ones = complex.map((_, i) => 1 - (i % 2));
    expectClose('V V*', compose(vectors, ones, N), hermitian(N, (i, j) => [i === j ? 1 : 0, 0]), dense(N));
    expect([...values]).toEqual([...values].sort((a, b) => a - b));
  };

  test('random matrices', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.nat(), (N, seed) => {
        const rng = new Rng(seed);
        check(hermitian(N, () => [rng.normal(), rng.normal()]), N);
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  test('matrices that need no reflections, with eigenvalues that coincide', () => {
    check(hermitian(5, (i, j) => [i === j ? 3 : 0, 0]), 5);
    check(hermitian(6, (i, j) => [i === j ? i % 2 : 0, i - j === 1 ? 2 : 0]), 6);
    check(hermitian(6, (i, j) => [i - j === 3 ? 1 : 0, i - j === 5 ? -1 : 0]), 6);
  });

  test('refuses what is no matrix of finite numbers', () => {
    expect(() => eigenHermitian(new Float64Array(8), 3)).toThrow('eigenHermitian: 8 values, expected 18');
    expect(() => eigenHermitian(Float64Array.of(NaN, 0), 1)).toThrow(ShapeError);
  });
});

/** exp(t A) B by a Taylor series of 1/2^k of the time and k squarings. */
function response({ A, B }: { A: Float64Array; B: Float64Array }, t: number): number[] {
  const N = B.length;
  const X = Matrix.from1DArray(N, N, A).mul(t);
  const k = Math.max(0, Math.ceil(Math.log2(X.norm('frobenius'))) + 3);
  X.mul(2 ** -k);
  let [sum, term] = [Matrix.eye(N), Matrix.eye(N)];
  for (let j = 1; j < 20; j++) {
    term = term.mmul(X).mul(1 / j);
    sum = sum.add(term);
  }
  for (let j = 0; j < k; j++) sum = sum.mmul(sum);
  return sum.mmul(Matrix.columnVector(B)).to1DArray();
}

/** P_n(x) for n < N by recurrence. */
function legendre(N: number, x: number): number[] {
  const P = [1, x];
  for (let n = 1; n + 1 < N; n++) P.push(((2 * n + 1) * x * P[n] - n * P[n - 1]) / (n + 1));
  return P.slice(0, N);
}

/** L_n^(alpha)(x) for n < N by recurrence. */
function laguerre(N: number, alpha: number, x: number): number[] {
  const P = [1, 1 + alpha - x];
  for (let n = 1; n + 1 < N; n++) P.push(((2 * n + 1 + alpha - x) * P[n] - (n + alpha) * P[n - 1]) / (n + 1));
  return P.slice(0, N);
}

describe('measures', () => {
  // Gamma(1/2) and its recurrence give the norms of the polynomials of order 1/2.
  const gammaHalf = Math.sqrt(Math.PI);

  test.each([0.1, 0.7, 2])('the state after an impulse is the basis, t = %d', (t) => {
    const N = 6;
    // The squarings add a few roundings of a matrix whose norm they reach in between.
    const bound = 2 ** -40;
    const warped = legendre(N, 2 * Math.exp(-t) - 1).map((p, n) => Math.sqrt(2 * n + 1) * Math.exp(-t) * p);
    expectClose('legs', response(hippo('legs', N), t), warped, bound);
    const lagt = laguerre(N, 0, t).map((p) => p * Math.exp(-t / 2));
    expectClose('lagt', response(hippo('lagt', N), t), lagt, bound);
    const tilted = laguerre(N, 0, t).map((p) => 0.5 * p * Math.exp(-0.75 * t));
    expectClose('tlagt', response(hippo('tlagt', N, { beta: 0.5 }), t), tilted, bound);
    // |L_n^(1/2)|^2 = Gamma(n + 3/2) / n!.
    let norm = gammaHalf / 2;
    const general = laguerre(N, 0.5, t).map((p, n) => {
      if (n > 0) norm *= (n + 0.5) / n;
      return (p * Math.exp(-0.505 * t) * 0.01 ** 0.25) / Math.sqrt(norm * gammaHalf);
    });
    expectClose('glagt', response(hippo('glagt', N, { alpha: 0.5 }), t), general, bound);
  });

  test('the memory unit is LegT on half the window, in another scale', () => {
    const N = 7;
    const [lmu, legt] = [hippo('lmu', N), hippo('legt', N)];
    const scale = (n: number): number => 2 * Math.sqrt(2 * n + 1) * (-1) ** n;
    const A = legt.A.map((a, i) => (2 * a * scale(Math.floor(i / N))) / scale(i % N));
    expectClose('A', lmu.A, A, dense(1));
    expectClose('B', lmu.B, legt.B.map((b, n) => b * scale(n)), dense(1));
  });

  test.each([
    ['legt', 2],
    ['fout', 2],
    ['fourier2', 1],
    ['lmu', 1],
  ] as const)('%s forgets what is older than %d', (measure, window) => {
    const size = (t: number): number => Math.hypot(...response(hippo(measure, 32), t));
    expect(size(0.5 * window)).toBeGreaterThan(4 * size(1.5 * window));
  });

  test('fourier_decay and fourier_diag are fout and fourier2 with other losses', () => {
    const N = 6;
    const [fout, decay, double, diag] = (['fout', 'fourier_decay', 'fourier2', 'fourier_diag'] as const).map((id) =>
      hippo(id, N),
    );
    expect(hippo('fourier', N)).toEqual(fout);
    const outer = (i: number): number => fout.B[Math.floor(i / N)] * fout.B[i % N];
    expectClose('decay', decay.A, fout.A.map((a, i) => a + outer(i) / 2), dense(1));
    expectClose('half', decay.B, fout.B.map((b) => b / 2), dense(1));
    const identity = (i: number): number => (i % (N + 1) === 0 ? 0.5 : 0);
    expectClose('diag', diag.A, double.A.map((a, i) => a + 2 * outer(i) - identity(i)), dense(1));
    expectClose('B', diag.B, fout.B, dense(1));
  });

  test.each<[() => unknown, string]>([
    [() => hippo('chebt' as HippoMeasure, 4), "hippo: measure is 'chebt', expected one of legs, legsd, legt"],
    [() => hippo('toString' as HippoMeasure, 4), "hippo: measure is 'toString'"],
    [() => hippo('legs', 0), 'hippo: N is 0, expected a whole number of at least 1'],
    [() => hippo('fout', 5), 'hippo: N is 5, expected an even number'],
    [() => hippo('glagt', 4, { alpha: 1 }), 'hippo: alpha is 1, expected -1 < alpha < 1'],
    [() => hippo('lagt', 4, { beta: 0 }), 'hippo: beta is 0, expected a number above 0'],
    [() => dplr('legs', 5), 'dplr: N is 5, expected an even number'],
    [() => dplr('legs', 4, { rank: 3 }), 'dplr: rank is 3, expected 1 to 2 for legs'],
    [() => dplr('legt', 4, { rank: 1 }), 'dplr: rank is 1, expected 2 to 2 for legt'],
    [() => dplr('legs', 4, { clip: -1 }), 'dplr: clip is -1, expected a number of at least 0'],
    [() => dplr('lmu', 4), 'dplr: lmu is not the sum of a normal matrix and one of low rank'],
    [() => dplr('glagt', 4, { alpha: 0.5 }), 'dplr: glagt is not the sum of a normal matrix and one of low rank'],
    [() => s4dInit('lin', 0), 's4dInit: M is 0, expected a whole number of at least 1'],
    [() => s4Init('all', { N: 4, S: 2 }), 's4Init: S is 2, expected a multiple of the 4 of legs, fourier, diag-inv'],
    [() => s4Init('legs', { N: 3, S: 1 }), 's4Init: N is 3, expected an even number of at least 2'],
    [() => dtRange('legs', 10, 1), 'dtRange: shortest is 10 and longest 1, expected 0 < shortest <= longest'],
  ])('refuses %s', (call, message) => {
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(message);
  });
});

describe('diagonal plus low-rank form', () => {
  const measures: readonly [HippoMeasure, HippoOptions][] = [
    ['legs', {}],
    ['legt', {}],
    ['lagt', { beta: 2 }],
    ['tlagt', { beta: 0.25 }],
    ['glagt', {}],
    ['fout', {}],
    ['fourier_decay', {}],
    ['fourier2', {}],
    ['fourier_diag', {}],
    ['legsd', {}],
  ];

  test.each(measures)('%s is what its modes and their conjugates make', (measure, options) => {
    for (const N of [2, 6, 40]) {
      const { A, B } = hippo(measure, N, options);
      const { lambda, B: b, P: p, V } = dplr(measure, N, { ...options, clip: Infinity });
      const R = p.length / N;
      // Real vectors and matrices are twice the real part of what the kept modes make.
      const back = (x: Float64Array): number[] =>
        Array.from({ length: N }, (_, n) =>
          x.reduce((sum, value, i) => sum + 2 * value * V[n * N + i] * (i % 2 === 0 ? 1 : -1), 0),
        );
      expectClose('B', back(b), B, dense(N));
      const low = Array.from({ length: R }, (_, r) => back(p.subarray(r * N, (r + 1) * N)));
      const normal = realParts(compose(V, lambda, N)).map((x) => 2 * x);
      const whole = normal.map((x, i) => low.reduce((sum, v) => sum - v[Math.floor(i / N)] * v[i % N], x));
      expectClose('A', whole, A, dense(N));
      const omega = lambda.filter((_, i) => i % 2 === 1);
      expect(omega.every((w, m) => w <= 0 && (m === 0 || w > omega[m - 1]))).toBe(true);
    }
  });

  test('LegS at sizes 4, 8 and 64 has the spectrum that is known', () => {
    const omega = (N: number): Float64Array => dplr('legs', N).lambda.filter((_, i) => i % 2 === 1);
    expectClose('4', omega(4), [-4.6032930071, -0.5565011151], 1e-10);
    expectClose('8', omega(8), [-19.8574, -5.3542, -1.9578, -0.42749], 1e-5);
    expectClose('64, first', omega(64).slice(0, 4), [-1303.27, -433.03, -258.15, -182.62], 1e-5);
    expectClose('64, last', omega(64).slice(-3), [-1.70297, -0.90586, -0.26386], 1e-5);
  });

  test('B and P of LegS at size 4', () => {
    const { lambda, B, P } = dplr('legs', 4, { clip: Infinity });
    expectClose('re', [lambda[0], lambda[2]], [-0.5, -0.5], dense(4));
    expectClose('P', P, [0.2029536894, 1.8685105984, 0.4569571095, 0.508594282], 1e-9);
    expectClose('B', B, [0.2870198601, 2.6424730297, 0.6462349417, 0.7192609314], 1e-9);
    expectClose('clipped', dplr('legs', 4).B, [B[0], 2, B[2], B[3]], dense(4));
  });

  test('256 states', () => {
    const N = 256;
    const { lambda, B, P } = dplr('legs', N, { clip: Infinity });
    // V is unitary: half of |B|^2 = N^2 and of the square of the skew part lies in the modes that are kept.
    expectClose('|B|^2', [2 * B.reduce((sum, x) => sum + x * x, 0)], [N * N], dense(N));
    const { A } = hippo('legs', N);
    const square = A.reduce((sum, a, i) => sum + (i % (N + 1) === 0 ? 0 : a * a), 0) / 2;
    const omega = lambda.filter((_, i) => i % 2 === 1);
    expectClose('|A|^2', [2 * omega.reduce((sum, x) => sum + x * x, 0)], [square], dense(N));
    expectClose('P', P.map((x) => x * Math.SQRT2), B, dense(N));
  });

  test('a rank above that of the measure adds zeros', () => {
    const [one, two] = [dplr('legs', 6), dplr('legs', 6, { rank: 2 })];
    expect([...two.P]).toEqual([...one.P, 0, 0, 0, 0, 0, 0]);
    expect([...dplr('legsd', 6).P]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('several sets', () => {
  const N = 6;
  const sets: Record<string, S4Init[]> = {
    legs: ['legs', 'legs', 'legs', 'legs'],
    hippo: ['legs', 'legs', 'fourier', 'fourier'],
    diag: ['diag-inv', 'diag-inv', 'diag-lin', 'diag-lin'],
    all: ['legs', 'fourier', 'diag-inv', 'diag-lin'],
  };
  const P = (init: S4Init): number[] =>
    init.startsWith('diag-') ? Array.from({ length: N }, () => 0) : [...dplr(init as HippoMeasure, N).P];

  test.each(Object.keys(sets) as ('legs' | 'hippo' | 'diag' | 'all')[])('%s', (name) => {
    const { lambda, B, P: low, R } = s4Init(name, { N, S: 4 });
    expect(R).toBe(1);
    sets[name].forEach((init, set) => {
      const { lambda: own, B: input } = init.startsWith('diag-')
        ? s4dInit(init.slice(5) as 'inv' | 'lin', N / 2)
        : dplr(init as HippoMeasure, N);
      expect(lambda.slice(set * N, (set + 1) * N)).toEqual(own);
      expect(B.slice(set * N, (set + 1) * N)).toEqual(input);
    });
    expect([...low]).toEqual(sets[name].flatMap(P));
  });

  test('the rank is the largest of all', () => {
    const { P: low, R } = s4Init(['legs', 'legt', 'diag-legs'], { N, S: 3 });
    const legt = [...dplr('legt', N).P];
    const none = Array.from({ length: N }, () => 0);
    expect(R).toBe(2);
    expect([...low]).toEqual([...P('legs'), ...legt.slice(0, N), ...none, ...none, ...legt.slice(N), ...none]);
    expect(s4Init('diag-lin', { N, S: 1 }, { rank: 2 }).R).toBe(2);
  });
});

describe('diagonal initial values', () => {
  const M = 4;

  test.each([
    ['constant', [1, 0, 1, 0, 1, 0, 1, 0]],
    ['alternating', [1, 0, -1, 0, 1, 0, -1, 0]],
    ['unit-cw', [1, 0, Math.SQRT1_2, -Math.SQRT1_2, 0, -1, -Math.SQRT1_2, -Math.SQRT1_2]],
    ['unit-ccw', [1, 0, Math.SQRT1_2, Math.SQRT1_2, 0, 1, -Math.SQRT1_2, Math.SQRT1_2]],
  ] as const)('B %s', (B, values) => {
    expectClose('B', s4dInit('legs', M, { B }).B, values, 8 * EPS64);
  });

  test('scales, random parts, and normal B', () => {
    const plain = s4dInit('inv', M);
    const scaled = s4dInit('inv', M, { realScale: 3, imagScale: 0.5 });
    expectClose('lambda', scaled.lambda, plain.lambda.map((x, i) => (i % 2 === 0 ? 3 * x : x / 2)), EPS64);
    const many = 20_000;
    const { lambda, B } = s4dInit('rand', many, { rng: new Rng(1), realRandom: true, B: 'random' });
    const [re, im] = [0, 1].map((part) => lambda.filter((_, i) => i % 2 === part).map((x) => -x));
    const mean = (x: Float64Array): number => x.reduce((sum, value) => sum + value, 0) / x.length;
    // Five standard deviations of the means of uniform, normal and squared values.
    const near = (x: Float64Array, expected: number, deviation: number): void =>
      expect(Math.abs(mean(x) - expected)).toBeLessThan((5 * deviation) / Math.sqrt(x.length));
    near(re, 1 / 2, Math.sqrt(1 / 12));
    near(im.map(Math.log), 0, 1);
    near(im.map((x) => Math.log(x) ** 2), 1, Math.SQRT2);
    near(B.map((x) => x * x), 1 / 2, Math.SQRT1_2);
    const real = s4dInit('real', many, { rng: new Rng(1), realRandom: true }).lambda;
    near(realParts(real).map((x) => -x / many), 1 / 2, Math.sqrt(1 / 12));
  });

  test('a normalised B gives a steady response of variance 1', () => {
    const { lambda, B } = s4dInit('quad', M, { normalize: true });
    let variance = 0;
    for (let m = 0; m < M; m++) variance += (2 * B[2 * m] ** 2) / (lambda[2 * m] ** 2 + lambda[2 * m + 1] ** 2);
    expectClose('variance', [variance], [1], 8 * EPS64);
  });

  test('random sets differ', () => {
    const { lambda } = s4Init('diag-rand', { N: 2, S: 2 }, { rng: new Rng(2) });
    expect(lambda[1]).not.toBe(lambda[3]);
  });

  test.each<[() => unknown, string]>([
    [() => s4dInit('cubic' as 'lin', M), "s4dInit: init is 'cubic', expected one of lin, inv, inv2, quad, real, rand"],
    [() => s4dInit('lin', M, { B: 'one' as 'random' }), "s4dInit: B is 'one', expected one of constant, alternating"],
    [() => s4dInit('rand', M), 's4dInit: rng is left out, expected one for random values'],
    [() => s4dInit('lin', M, { realScale: 0 }), 's4dInit: realScale is 0 and imagScale 1, expected numbers above 0'],
  ])('refuses %s', (call, message) => {
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(message);
  });
});

test('time steps bracket the dependencies', () => {
  expect(dtRange('legs', 10, 1000)).toEqual([1e-3, 1e-1]);
  expect(dtRange('fout', 20, 1000)).toEqual([2e-3, 1e-1]);
  expect(dtRange('fourier2', 4, 4)).toEqual([0.25, 0.25]);
});
