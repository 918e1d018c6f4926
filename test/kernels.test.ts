import { describe, expect, test } from 'vitest';
import { sgconvKernel, smooth, squash } from '../reference/kernels.js';
import type { SmoothOptions } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import { longSgconvCases, sgconvCases } from './cases/kernels.js';
import { describeBackends } from './support/backends.js';
import { EPS32 } from './support/close.js';
import { sgconvOp } from './support/kernels.js';
import { type Op, randn, testAgainstReference, testGradients, testMemory, testThreads } from './support/op.js';

const squashOps: readonly Op[] = [1, 7, 64, 5000].map((n) => ({
  name: `squash n=${n}`,
  inputs: (rng) => ({ x: randn([2, n], rng) }),
  forward: (backend, { x }) => ({ y: backend.squash(x, 0.25) }),
  vjp: (backend, { x }, dy) => ({ x: backend.squashVjp(x, dy, 0.25).dx }),
  // One rounding of a difference.
  bounds: () => ({ y: 2 * EPS32, x: 0 }),
}));

const smoothOp = (shape: readonly number[], width: number, options?: SmoothOptions): Op => ({
  name: `smooth [${shape}] width=${width} ${options?.window ?? 'mean'}${options?.complex === true ? ' complex' : ''}`,
  inputs: (rng) => ({ x: randn(shape, rng) }),
  forward: (backend, { x }) => ({ y: backend.smooth(x, width, options) }),
  vjp: (backend, _, dy) => ({ x: backend.smooth(dy, width, options) }),
  bounds: () => ({ y: 2 * EPS32 * Math.sqrt(width + 1), x: 2 * EPS32 * Math.sqrt(width + 1) }),
});

const smoothOps: readonly Op[] = [
  smoothOp([1], 1),
  smoothOp([2, 3, 4], 3),
  smoothOp([3, 41], 5),
  smoothOp([2, 2, 128], 7),
  smoothOp([2, 5], 21),
  smoothOp([3, 33], 7, { window: 'gaussian' }),
  smoothOp([3, 17, 2], 7, { window: 'gaussian', complex: true }),
  smoothOp([2, 1, 2], 3, { complex: true }),
];

const resizeOps: readonly Op[] = [
  [5, 5],
  [64, 32],
  [32, 64],
  [33, 8],
  [1, 10],
  [100, 1],
].map(([K, L]) => ({
  name: `resize ${K} to ${L}`,
  inputs: (rng) => ({ x: randn([2, 3, K], rng) }),
  forward: (backend, { x }) => ({ y: backend.resize(x, L) }),
  vjp: (backend, _, dy) => ({ x: backend.resize(dy, K) }),
  bounds: () => ({ y: 0, x: 0 }),
}));

const simpleOps = [...squashOps, ...smoothOps, ...resizeOps];
const ops = [...sgconvCases.map(sgconvOp), ...simpleOps];
const longOps = longSgconvCases.map(sgconvOp);

const factors = { decay: undefined, power: undefined, norm: undefined };

describe('reference', () => {
  testGradients(ops);

  test('linear interpolation has half-pixel centres and clamped edges', () => {
    const stretch = (w: readonly number[], initScale: number): number[] => {
      const d = w.length;
      const dims = { S: 1, C: 1, H: 1, d, L: d * 2 ** initScale };
      return Array.from(
        sgconvKernel(Float64Array.from(w), dims, { mode: 'cat', interpolation: 'linear', initScale, ...factors }),
      );
    };
    expect(stretch([1, 2, 4], 1)).toEqual([1, 1.25, 1.75, 2.5, 3.5, 4]);
    expect(stretch([1, 2], 2)).toEqual([1, 1, 1.125, 1.375, 1.625, 1.875, 2, 2]);
  });

  test('scales follow each other, near ones weighing more', () => {
    const k = sgconvKernel(
      Float64Array.of(1, 2, 3, -1, 2, 4),
      { S: 3, C: 1, H: 1, d: 2, L: 8 },
      { mode: 'cat', interpolation: 'linear', initScale: 0, decay: Float64Array.of(2) },
    );
    expect(Array.from(k)).toEqual([4, 8, 6, -2, 2, 2.5, 3.5, 4]);
    expect(Math.hypot(...k)).toBeCloseTo(12.589678312, 9);
  });

  test('squash and smooth small examples', () => {
    const squashed = squash(Float64Array.of(-1, 0.2, 0.7, -0.5), 0.5);
    expect(Array.from(squashed, (v) => v + 0)).toEqual([-0.5, 0, expect.closeTo(0.2, 12) as number, 0]);
    const weights = new Float64Array(3).fill(1 / 3);
    expect(Array.from(smooth(Float64Array.of(3, 0, 0, 3), { length: 4, stride: 1 }, weights))).toEqual([1, 1, 1, 1]);
  });
});

testThreads([...ops, ...longOps]);

describeBackends('kernels', (subject) => {
  testAgainstReference(subject, ops);
  testMemory(subject, ops);
  testAgainstReference(subject, longOps);

  test('refuses arguments that do not fit', () => {
    const backend = subject.backend();
    using w = backend.zeros([3, 2, 4, 5]);
    using flat = backend.zeros([4, 5]);
    using decay = backend.zeros([3]);
    using elsewhere = reference().zeros([4]);
    const options = { L: 20, mode: 'cat', interpolation: 'linear', initScale: 0 } as const;
    expect(() => backend.sgconvKernel(flat, options)).toThrow('sgconvKernel: w has shape [4,5], expected [S, C, H, d]');
    expect(() => backend.sgconvKernel(w, { ...options, L: 0 })).toThrow(
      'sgconvKernel: L is 0, expected a whole number of at least 1',
    );
    expect(() => backend.sgconvKernel(w, { ...options, initScale: -1 })).toThrow(
      'sgconvKernel: initScale is -1, expected a whole number',
    );
    expect(() => backend.sgconvKernel(w, { ...options, initScale: 30 })).toThrow(
      'sgconvKernel: w [3,2,4,5] with initScale 30 has more than 536870912 taps, expected at most that',
    );
    expect(() => backend.sgconvKernel(w, { ...options, decay })).toThrow(
      'sgconvKernel: decay has shape [3], expected [4] to match w [3,2,4,5]',
    );
    expect(() => backend.sgconvKernel(w, { ...options, power: elsewhere })).toThrow(
      'sgconvKernel: power and w live on different devices, expected one',
    );
    expect(() => backend.sgconvKernel(w, { ...options, norm: decay })).toThrow(
      'sgconvKernel: norm has shape [3], expected [2,4] to match w [3,2,4,5]',
    );
    expect(() => backend.sgconvKernelVjp(w, flat, options)).toThrow(
      'sgconvKernelVjp: dk has shape [4,5], expected [2,4,20] to match w [3,2,4,5] and L = 20',
    );
    expect(() => backend.squash(flat, -1)).toThrow('squash: lambda is -1, expected lambda >= 0');
    expect(() => backend.squashVjp(flat, decay, 1)).toThrow(
      'squashVjp: dy has shape [3], expected [4,5] to match x',
    );
    expect(() => backend.smooth(flat, 4)).toThrow('smooth: width is 4, expected an odd whole number');
    expect(() => backend.smooth(flat, 3, { complex: true })).toThrow(
      'smooth: x has shape [4,5], expected [.., F, 2] because complex is set',
    );
    expect(() => backend.resize(flat, 0)).toThrow('resize: L is 0, expected a whole number of at least 1');
    w.dispose();
    expect(() => backend.sgconvKernel(w, options)).toThrow('sgconvKernel: w [3,2,4,5] has been disposed');
  });
});
