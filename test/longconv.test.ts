import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { longconv, longconvVjp } from '../reference/longconv.js';
import { longconvFft, longconvFftVjp } from '../reference/longconv-fft.js';
import { reference } from '../src/backends/reference.js';
import { DisposedError, ShapeError } from '../src/errors.js';
import { cases, gatedCases, longCases, longestCases, shortCases, title } from './cases/longconv.js';
import { describeDevices } from './support/backends.js';
import { expectClose } from './support/close.js';
import { randn, run, testAgainstReference, testGradients, testMemory, testThreads } from './support/op.js';
import { longconvBound, longconvOp } from './support/longconv.js';
import { Rng, normals } from './support/random.js';

// At L = 2^20 the reference transforms 2^21 values eight times.
vi.setConfig({ testTimeout: 180_000 });

describe('reference', () => {
  testGradients([...cases, ...gatedCases].filter(({ L }) => L <= 200).map(longconvOp));

  test.each(cases.filter(({ L }) => L <= 200).map((size) => ({ size, name: title(size) })))(
    'by FFT as by definition: $name',
    ({ size: { B, H, L, K = L, C = 1, bidirectional = false } }) => {
      const rng = new Rng(3);
      const dims = { B, H, L, K, C, bidirectional };
      const [u, k] = [normals(B * H * L, rng), normals((bidirectional ? 2 : 1) * C * H * K, rng)];
      const [D, dy] = [normals(C * H, rng), normals(B * C * H * L, rng)];
      const close = 2 * 2 ** -53 * Math.log2(4 * L + 4);
      expectClose('y', longconvFft(u, k, dims, D), longconv(u, k, dims, D), close);
      const [got, want] = [longconvFftVjp(u, k, dy, dims, D), longconvVjp(u, k, dy, dims, D)];
      expectClose('du', got.du, want.du, close);
      expectClose('dk', got.dk, want.dk, close);
      expectClose('dD', got.dD as Float64Array, want.dD as Float64Array, close);
    },
  );
});

const ops = [...cases, ...gatedCases, ...shortCases].map(longconvOp);
const longOps = longCases.map(longconvOp);
const longestOps = longestCases.map(longconvOp);

testThreads([...ops, ...longOps]);

describeDevices('longconv', (subject) => {
  const gpu = subject.kind === 'webgpu';
  testAgainstReference(subject, ops);
  testMemory(subject, ops);
  testAgainstReference(subject, longOps);
  testAgainstReference(subject, gpu ? longestOps.slice(0, 1) : longestOps);

  const runs = { numRuns: gpu ? 5 : 20, seed: 1 };
  const length = fc.integer({ min: 2, max: 70 });

  test('causal: y before time t does not see u from t on', async () => {
    const backend = subject.backend();
    await fc.assert(
      fc.asyncProperty(length, fc.nat(), async (L, seed) => {
        const [rng, t] = [new Rng(seed), seed % L];
        const a = normals(L, rng);
        const b = a.map((v, i) => (i >= t ? v + 1 : v));
        const inputs = { u: { values: [...a, ...b], shape: [2, 1, L] }, k: randn([1, L], rng) };
        const { y } = await run(backend, inputs, ({ u, k }) => ({ y: backend.longconv(u, k) }));
        const [first, second] = [0, L].map((at) => Array.from({ length: t }, (_, i) => y.values[at + i]));
        // The error of an FFT is relative to the whole row, the size of which is the floor.
        expectClose('y before t', second, first, 2 * longconvBound(L), Math.sqrt(L));
      }),
      runs,
    );
  });

  test('linear in u and in k', async () => {
    const backend = subject.backend();
    await fc.assert(
      fc.asyncProperty(length, fc.boolean(), fc.nat(), async (L, bidirectional, seed) => {
        const rng = new Rng(seed);
        const [u, v] = [normals(L, rng), normals(L, rng)];
        const inputs = {
          // Rows u, v and u + 2 v, which f32 holds but for one rounding.
          u: { values: [...u, ...v, ...u.map((x, i) => x + 2 * v[i])], shape: [3, 1, L] },
          k: randn([2, 1, L], rng),
        };
        const { y } = await run(backend, inputs, ({ u, k }) => ({ y: backend.longconv(u, k, { bidirectional }) }));
        const row = y.values.length / 3;
        const sum = Array.from({ length: row }, (_, i) => y.values[i] + 2 * y.values[row + i]);
        expectClose('y', Array.from(y.values).slice(2 * row), sum, 4 * longconvBound(L));
      }),
      runs,
    );
  });

  test('rows of the batch do not see each other', async () => {
    const backend = subject.backend();
    const [B, H, L] = [3, 2, 40];
    const rng = new Rng(5);
    const [u, k] = [randn([B, H, L], rng), randn([H, L], rng)];
    const conv = async (values: ArrayLike<number>): Promise<ArrayLike<number>> => {
      const inputs = { u: { values, shape: [B, H, L] }, k };
      return (await run(backend, inputs, ({ u, k }) => ({ y: backend.longconv(u, k) }))).y.values;
    };
    const before = Array.from(await conv(u.values));
    const after = Array.from(await conv(Array.from(u.values, (v, i) => (i < H * L ? 0 : v))));
    expectClose('rows 1 and 2', after.slice(H * L), before.slice(H * L), longconvBound(L));
    expect(Math.max(...after.slice(0, H * L).map(Math.abs))).toBeLessThan(longconvBound(L) * Math.sqrt(L));
  });

  test('a shifted unit kernel delays', async () => {
    const backend = subject.backend();
    const L = 33;
    const inputs = {
      u: randn([1, 1, L], new Rng(6)),
      k: { values: Array.from({ length: L }, (_, s) => (s === 4 ? 1 : 0)), shape: [1, L] },
    };
    const { y } = await run(backend, inputs, ({ u, k }) => ({ y: backend.longconv(u, k) }));
    expectClose('y', y.values, [0, 0, 0, 0, ...Array.from(inputs.u.values).slice(0, L - 4)], longconvBound(L));
  });

  test('the longest kernel there is', async () => {
    const backend = subject.backend();
    const L = 2 ** 22;
    const taps = [[0, 1], [1, -0.5], [1_234_567, 0.75], [L - 3, 2]];
    const k = new Float32Array(L);
    for (const [s, tap] of taps) k[s] = tap;
    const inputs = { u: randn([1, 1, L], new Rng(4)), k: { values: k, shape: [1, L] } };
    const { y, du } = await run(backend, inputs, ({ u, k }) => {
      const { du, dk } = backend.longconvVjp(u, k, u);
      dk.dispose();
      return { y: backend.longconv(u, k), du };
    });
    const [past, future] = [new Float64Array(L), new Float64Array(L)];
    for (const [s, tap] of taps) {
      for (let t = s; t < L; t++) {
        past[t] += tap * inputs.u.values[t - s];
        future[t - s] += tap * inputs.u.values[t];
      }
    }
    expectClose('y', y.values, past, longconvBound(L));
    expectClose('du', du.values, future, longconvBound(L));
  });

  test('NaN in the input does not reach other features', async () => {
    const backend = subject.backend();
    const L = 16;
    const u = randn([2, 2, L], new Rng(8));
    const inputs = {
      u: { ...u, values: Array.from(u.values, (v, i) => (i === 5 ? NaN : v)) },
      k: randn([2, L], new Rng(9)),
    };
    const { y } = await run(backend, inputs, ({ u, k }) => ({ y: backend.longconv(u, k) }));
    expect(Number.isNaN(y.values[5])).toBe(true);
    expect(
      Array.from(y.values)
        .slice(L, 2 * L)
        .some(Number.isNaN),
      'the other feature',
    ).toBe(false);
  });

  test('refuses arguments that do not fit', () => {
    const backend = subject.backend();
    using u = backend.zeros([1, 2, 4]);
    using k = backend.zeros([2, 4]);
    using transposed = backend.zeros([4, 2]);
    using long = backend.zeros([2, 5]);
    using odd = backend.zeros([3, 2, 4]);
    using words = backend.zeros([2, 4], 'u32');
    using elsewhere = reference().zeros([2, 4]);
    expect(() => backend.longconv(k, k)).toThrow('longconv: u has shape [2,4], expected [B, H, L]');
    expect(() => backend.longconv(u, transposed)).toThrow(
      'longconv: k has shape [4,2], expected 2 features to match u [1,2,4]',
    );
    expect(() => backend.longconv(u, long)).toThrow(
      'longconv: k has 5 taps, expected at most the length 4 of u [1,2,4]',
    );
    expect(() => backend.longconv(u, odd, { bidirectional: true })).toThrow(
      'longconv: k has 3 channels, expected an even number because bidirectional is set',
    );
    expect(() => backend.longconv(u, k, { D: k })).toThrow(
      'longconv: D has shape [2,4], expected [2] to match k [2,4]',
    );
    expect(() => backend.longconv(u, k, { pregate: k })).toThrow(
      'longconv: pregate has shape [2,4], expected [1,2,4] to match u',
    );
    expect(() => backend.longconv(u, k, { postgate: k })).toThrow(
      'longconv: postgate has shape [2,4], expected [1,2,4] to match u [1,2,4] and k [2,4]',
    );
    expect(() => backend.longconv(u, k, { bins: 6 })).toThrow(
      'longconv: bins is 6, expected a whole number from 1 to 5',
    );
    expect(() => backend.longconvVjp(u, k, k)).toThrow(
      'longconvVjp: dy has shape [2,4], expected [1,2,4] to match u [1,2,4] and k [2,4]',
    );
    expect(() => backend.longconv(u, long)).toThrow(ShapeError);
    expect(() => backend.longconv(u, words)).toThrow('longconv: k has dtype u32, expected f32');
    expect(() => backend.longconv(u, elsewhere)).toThrow('longconv: k and u live on different devices, expected one');
    k.dispose();
    expect(() => backend.longconv(u, k)).toThrow('longconv: k [2,4] has been disposed');
    expect(() => backend.longconv(u, k)).toThrow(DisposedError);
    expect(() => backend.zeros([1, 2, 0])).toThrow('shape is [1,2,0], expected whole numbers of at least 1');
  });
});
