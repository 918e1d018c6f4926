import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference.js';
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

/** Mean and variance are sums of n terms, each of which the result goes through. */
const bound = (n: number): number => 2 * EPS32 * Math.sqrt(Math.max(4, n));

/** Values whose mean is not small: cancellation in the variance would show. */
function offset(host: Host, by: number): Host {
  return { ...host, values: Array.from(host.values, (v) => Math.fround(v + by)) };
}

const sequence = ({ B, H, L }: SequenceCase): number[] => (L === undefined ? [B, H] : [B, H, L]);

function inputs(size: SequenceCase): Op['inputs'] {
  return (rng) => ({
    x: offset(randn(sequence(size), rng), 3),
    gamma: randn([size.H], rng),
    beta: randn([size.H], rng),
  });
}

function layerNormOp(size: SequenceCase): Op {
  const { B, H, L = 1 } = size;
  const eps = 1e-3;
  return {
    name: `layerNorm [${sequence(size)}]`,
    inputs: inputs(size),
    forward: (backend, { x, gamma, beta }) => ({ y: backend.layerNorm(x, gamma, beta, { eps }) }),
    vjp(backend, { x, gamma }, dy) {
      const { dx, dGamma, dBeta } = backend.layerNormVjp(x, gamma, dy, { eps });
      return { x: dx, gamma: dGamma, beta: dBeta };
    },
    bounds: () => {
      // x is about 3 with a spread of 1: the rounding of x - mean is that much larger than its result.
      const y = 4 * bound(H);
      return { y, x: y, gamma: y + bound(B * L), beta: bound(B * L) };
    },
  };
}

function batchNormOp(size: SequenceCase): Op {
  const { B, L = 1 } = size;
  const eps = 1e-3;
  return {
    name: `batchNorm [${sequence(size)}]`,
    inputs: inputs(size),
    forward: (backend, { x, gamma, beta }) => backend.batchNorm(x, gamma, beta, { eps }),
    vjp(backend, { x, gamma, beta }, dy) {
      const { y, mean, rstd } = backend.batchNorm(x, gamma, beta, { eps });
      const { dx, dGamma, dBeta } = backend.batchNormVjp(x, gamma, mean, rstd, dy);
      for (const tensor of [y, mean, rstd]) tensor.dispose();
      return { x: dx, gamma: dGamma, beta: dBeta };
    },
    bounds: () => {
      const y = 4 * bound(B * L);
      return { y, mean: bound(B * L), rstd: y, x: y, gamma: y, beta: y };
    },
  };
}

function runningOp(size: SequenceCase): Op {
  return {
    name: `batchNorm [${sequence(size)}] with running statistics`,
    inputs: (rng) => ({ ...inputs(size)(rng), mean: randn([size.H], rng), variance: randn([size.H], rng) }),
    forward(backend, { x, gamma, beta, mean, variance }) {
      const result = backend.batchNorm(x, gamma, beta, { running: { mean, variance }, momentum: 0.25 });
      const inference = backend.batchNormInference(x, gamma, beta, result.mean, gamma, { eps: 5 });
      return { ...result, inference, runningMean: mean, runningVariance: variance };
    },
    bounds: () => {
      const y = 4 * bound(size.B * (size.L ?? 1));
      return { y, mean: y, rstd: y, inference: y, runningMean: y, runningVariance: y };
    },
  };
}

/** One entry per channel has no variance to divide by; its output is beta. */
const spread = sequenceCases.filter(({ B, L = 1 }) => B * L > 1);
const ops = [
  ...sequenceCases.filter(({ H }) => H > 1).map(layerNormOp),
  ...spread.map(batchNormOp),
  ...spread.map(runningOp),
];

describe('reference', () => {
  testGradients(ops.filter(({ name, vjp }) => vjp !== undefined && !name.includes('1025')));
});

testThreads(ops);

describeBackends('norm', (subject) => {
  testAgainstReference(subject, ops);
  testMemory(subject, ops);

  test('one value alone becomes beta', async () => {
    const backend = subject.backend();
    const host = (values: number[], shape: number[]): Host => ({ values, shape });
    const single = { x: host([5, 5], [2, 1]), gamma: host([3], [1]), beta: host([0.25], [1]) };
    const { layer, batch, zero } = await run(backend, single, ({ x, gamma, beta }) => {
      const { y, mean, rstd } = backend.batchNorm(x, gamma, beta);
      mean.dispose();
      rstd.dispose();
      const { dx, dGamma, dBeta } = backend.layerNormVjp(x, gamma, x);
      dGamma.dispose();
      dBeta.dispose();
      return { layer: backend.layerNorm(x, gamma, beta), batch: y, zero: dx };
    });
    expect(Array.from(layer.values)).toEqual([0.25, 0.25]);
    expect(Array.from(batch.values)).toEqual([0.25, 0.25]);
    expect(Array.from(zero.values)).toEqual([0, 0]);
  });

  test('the unbiased variance of one entry is its biased one', async () => {
    const backend = subject.backend();
    const one: Host = { values: [4], shape: [1] };
    const inputs = { x: { values: [2], shape: [1, 1] }, gamma: one, beta: one, mean: one, variance: one };
    const results = await run(backend, inputs, ({ x, gamma, beta, mean, variance }) => ({
      ...backend.batchNorm(x, gamma, beta, { running: { mean, variance }, momentum: 0.5 }),
      m: mean,
      v: variance,
    }));
    expect(Array.from(results['m'].values)).toEqual([3]);
    expect(Array.from(results['v'].values)).toEqual([2]);
  });

  test('normalised features have mean 0 and variance 1 whatever the scale', async () => {
    const backend = subject.backend();
    const [B, H, L] = [2, 64, 9];
    const x = randn([B, H, L], new Rng(3), 1000);
    const affine = {
      gamma: { values: new Array<number>(H).fill(1), shape: [H] },
      beta: { values: new Array<number>(H).fill(0), shape: [H] },
    };
    const { y } = await run(backend, { x, ...affine }, ({ x, gamma, beta }) => ({
      y: backend.layerNorm(x, gamma, beta),
    }));
    for (let b = 0; b < B; b++) {
      for (let l = 0; l < L; l++) {
        const column = Array.from({ length: H }, (_, h) => y.values[(b * H + h) * L + l]);
        expect(Math.abs(column.reduce((sum, v) => sum + v, 0) / H)).toBeLessThan(bound(H));
        expectClose('variance', [column.reduce((sum, v) => sum + v * v, 0) / H], [1], bound(H));
      }
    }
  });

  test('NaN reaches what is normalised with it and nothing else', async () => {
    const backend = subject.backend();
    const [B, H, L] = [2, 3, 4];
    const x = randn([B, H, L], new Rng(4));
    const inputs = {
      x: { ...x, values: Array.from(x.values, (v, i) => (i === 5 ? NaN : v)) },
      gamma: randn([H], new Rng(5)),
      beta: randn([H], new Rng(6)),
    };
    const { layer, batch } = await run(backend, inputs, ({ x, gamma, beta }) => {
      const { y, mean, rstd } = backend.batchNorm(x, gamma, beta);
      mean.dispose();
      rstd.dispose();
      return { layer: backend.layerNorm(x, gamma, beta), batch: y };
    });
    // Entry 5 is b = 0, h = 1, l = 1.
    expect(Array.from(layer.values, Number.isNaN)).toEqual(Array.from(x.values, (_, i) => i < H * L && i % L === 1));
    expect(Array.from(batch.values, Number.isNaN)).toEqual(Array.from(x.values, (_, i) => Math.floor(i / L) % H === 1));
  });

  test('refuses arguments that do not fit', () => {
    const backend = subject.backend();
    using x = backend.zeros([2, 3, 4]);
    using gamma = backend.zeros([3]);
    using wrong = backend.zeros([4]);
    using words = backend.zeros([3], 'u32');
    using elsewhere = reference().zeros([3]);
    expect(() => backend.layerNorm(x, wrong, gamma)).toThrow(
      'layerNorm: gamma has shape [4], expected [3] to match x [2,3,4]',
    );
    expect(() => backend.layerNorm(wrong, wrong, wrong)).toThrow(
      'layerNorm: x has shape [4], expected [B, H, L] or [B, H]',
    );
    expect(() => backend.layerNormVjp(x, gamma, gamma)).toThrow(
      "layerNormVjp: dy has shape [3], expected [2,3,4] = x's shape",
    );
    expect(() => backend.batchNorm(x, gamma, words)).toThrow('batchNorm: beta has dtype u32, expected f32');
    expect(() => backend.batchNorm(x, gamma, gamma, { running: { mean: wrong, variance: gamma } })).toThrow(
      'batchNorm: running.mean has shape [4], expected [3] to match x [2,3,4]',
    );
    expect(() => backend.batchNormVjp(x, gamma, wrong, gamma, x)).toThrow('batchNormVjp: mean has shape [4]');
    expect(() => backend.batchNormInference(x, gamma, gamma, gamma, elsewhere)).toThrow(
      'batchNormInference: variance and x live on different devices, expected one',
    );
  });
});
