import { describe, expect, test } from 'vitest';
import { s4dInit } from '../../reference/s4d-init.js';
import { namedParams } from '../../src/autograd/params.js';
import { initClassifier } from '../../src/nn/classifier.js';
import { type ClassifierConfig, classifierConfig } from '../../src/nn/config.js';
import { countParams } from '../../src/nn/params.js';
import { cosineWarmup } from '../../src/optim/schedule.js';
import { Rng } from '../support/random.js';

const size = { classes: 10, dModel: 256, depth: 1 };

/** Values of one parameter of a fresh model. */
function values(config: ClassifierConfig, path: string): Float64Array {
  const param = namedParams(initClassifier(new Rng(3), config)).get(path);
  if (param === undefined) throw new Error(`no parameter ${path}`);
  return Float64Array.from(param.value.values);
}

const mixerPath = 'backbone.blocks.0.mixer';
const variance = (x: Float64Array): number => x.reduce((s, v) => s + v * v, 0) / x.length;

/** The sample variance of n values errs by about sqrt(2 / n) of itself; five times that is not met by chance. */
const near = (x: Float64Array, expected: number): void =>
  expect(Math.abs(variance(x) / expected - 1)).toBeLessThan(5 * Math.sqrt(2 / x.length));

describe('initial parameters', () => {
  test('the same seed gives the same, another seed others', () => {
    const config = classifierConfig(size);
    expect(initClassifier(new Rng(3), config)).toEqual(initClassifier(new Rng(3), config));
    expect(initClassifier(new Rng(3), config)).not.toEqual(initClassifier(new Rng(4), config));
  });

  test.each(['exp', 'softplus'] as const)('dt by %s is log-uniform between its limits', (dtTransform) => {
    const stored = values(classifierConfig({ ...size, mixer: { kind: 's4d', dtTransform } }), `${mixerPath}.invDt`);
    const log = stored.map((x) => (dtTransform === 'exp' ? x : Math.log(Math.log1p(Math.exp(x)))));
    const [low, high] = [Math.log(1e-3), Math.log(1e-1)];
    for (const x of log) expect(x > low - 1e-6 && x < high + 1e-6).toBe(true);
    near(log.map((x) => x - (low + high) / 2), (high - low) ** 2 / 12);
  });

  test('C has unit variance over both parts, D too; maps are uniform by fan-in; tables are normal', () => {
    const config = classifierConfig({ ...size, bidirectional: true, channels: 2, vocab: 20 });
    near(values(config, `${mixerPath}.C`), 1 / 2);
    near(values(config, `${mixerPath}.D`), 1);
    near(values(config, 'encoder.table'), 1);
    near(values(config, 'backbone.blocks.0.output.W'), 1 / (3 * 512));
    const most = values(config, 'backbone.blocks.0.output.W').reduce((m, x) => Math.max(m, Math.abs(x)), 0);
    expect(most).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(512)));
    near(values(config, 'decoder.bias'), 1 / (3 * 256));
    expect(values(config, `${mixerPath}.C`).length).toBe(4 * 256 * 32 * 2);
    expect(values(config, `${mixerPath}.D`).length).toBe(2 * 256);
  });

  test.each(['lin', 'inv', 'inv2', 'quad', 'real', 'legs'] as const)('%s: every set holds the eigenvalues and B of the definition', (init) => {
    const config = classifierConfig({ ...size, mixer: { kind: 's4d', init, nSsm: 2, dState: 8 } });
    const { lambda, B } = s4dInit(init, 4);
    for (let i = 0; i < 8; i++) {
      expect(-Math.exp(values(config, `${mixerPath}.invReA`)[i])).toBeCloseTo(lambda[2 * (i % 4)], 6);
      expect(values(config, `${mixerPath}.invImA`)[i]).toBe(Math.fround(Math.max(1e-4, -lambda[2 * (i % 4) + 1])));
    }
    expect(values(config, `${mixerPath}.B`)).toEqual(Float64Array.from([...B, ...B], Math.fround));
  });

  test('sets share a list of kinds, first come first', () => {
    const mixer = { kind: 's4d', init: ['inv', 'lin'], nSsm: 4, dState: 4 } as const;
    const [inv, lin] = (['inv', 'lin'] as const).map((init) => s4dInit(init, 2).lambda);
    const want = [inv, inv, lin, lin].flatMap((lambda) => [-lambda[1], -lambda[3]].map((x) => Math.max(1e-4, x)));
    expect(values(classifierConfig({ ...size, mixer }), `${mixerPath}.invImA`)).toEqual(Float64Array.from(want, Math.fround));
    const uneven = { ...mixer, init: ['inv', 'lin', 'quad'] } as const;
    expect(() => classifierConfig({ ...size, mixer: uneven })).toThrow(
      's4d: init names 3, expected a divisor of nSsm = 4',
    );
  });

  test('v3 keeps the zero frequency, and starts C from C B', () => {
    const small = { kind: 's4d', dState: 8 } as const;
    expect(Math.abs(values(classifierConfig({ ...size, mixer: small, parity: 'v3' }), `${mixerPath}.invImA`)[0])).toBe(0);
    const legs = (parity: 'v3' | 'v4'): Float64Array =>
      values(classifierConfig({ ...size, mixer: { ...small, init: 'legs' }, parity }), `${mixerPath}.C`);
    const { B } = s4dInit('legs', 4);
    const [before, after] = [legs('v4'), legs('v3')];
    for (let i = 0; i < after.length; i += 2) {
      const [re, im] = [B[i % 8], B[(i % 8) + 1]];
      expect(after[i]).toBeCloseTo(before[i] * re - before[i + 1] * im, 5);
      expect(after[i + 1]).toBeCloseTo(before[i] * im + before[i + 1] * re, 5);
    }
  });
});

describe('groups of parameters', () => {
  /** Rates and decay by path. */
  const groups = (config: ClassifierConfig): Record<string, [number | undefined, boolean | undefined]> =>
    Object.fromEntries([...namedParams(initClassifier(new Rng(1), config))].map(([id, p]) => [id, [p.lr, p.decay]]));

  test('v3: C at the global rate, biases and norms decay, statistics are state', () => {
    const v3 = groups(classifierConfig({ ...size, parity: 'v3', mixer: { kind: 's4d', kernelLr: 0.001 } }));
    expect(v3[`${mixerPath}.C`][0]).toBe(undefined);
    expect(v3[`${mixerPath}.invDt`]).toEqual([0.001, false]);
    expect(v3['backbone.blocks.0.output.bias'][1]).toBe(true);
    expect(v3['backbone.norm.gamma'][1]).toBe(true);
    expect(v3['backbone.norm.running.mean'][0]).toBe(0);
  });

  test('v4: a rate of its own for each part of the kernel', () => {
    const v4 = groups(classifierConfig({ ...size, mixer: { kind: 's4d', kernelLr: { dt: 0.1, A: 0.2 } } }));
    expect(v4[`${mixerPath}.invDt`]).toEqual([0.1, false]);
    expect(v4[`${mixerPath}.invImA`]).toEqual([0.2, false]);
    expect(v4[`${mixerPath}.B`]).toEqual([undefined, false]);
    expect(v4['backbone.blocks.0.norm.beta'][1]).toBe(false);
    expect(v4['decoder.bias'][1]).not.toBe(false);
  });

  test('counts trained values only', () => {
    const H = 8;
    const config = classifierConfig({ classes: 3, dModel: H, depth: 1, mixer: { kind: 's4d', dState: 4 } });
    const mixerSize = H + 2 + 2 + 4 + H * 4 + H;
    const outputSize = 2 * H * H + 2 * H;
    const norms = 4 * H;
    expect(countParams(initClassifier(new Rng(1), config))).toBe(2 * H + mixerSize + outputSize + norms + 3 * H + 3);
  });
});

test.each([
  [{ mixer: { kind: 's4d', dState: 7 } }, 's4d: dState is 7, expected an even number'],
  [{ mixer: { kind: 's4d', nSsm: 3 } }, 's4d: nSsm is 3, expected a divisor of dModel = 256'],
  [{ mixer: { kind: 's4d', dtMin: 0 } }, 's4d: dtMin is 0 and dtMax 0.1, expected 0 < dtMin <= dtMax'],
  [{ depth: 0 }, 'classifier: depth is 0, expected a whole number of at least 1'],
  [{ dropout: 1 }, 'classifier: dropout is 1, expected 0 <= dropout < 1'],
  [{ vocab: -1 }, 'classifier: vocab is -1, expected a whole number, 0 for real input'],
] as const)('a configuration with %o is refused', (wrong, message) => {
  expect(() => classifierConfig({ ...size, ...wrong })).toThrow(message);
});

test('the schedule warms up, falls as a cosine and stays at 0', () => {
  const plan = { warmup: 4, total: 12 };
  expect([0, 2, 4, 8, 12, 100].map((t) => cosineWarmup(t, plan))).toEqual([0, 0.5, 1, 0.5, 0, 0]);
  expect(cosineWarmup(0, { warmup: 0, total: 5 })).toBe(1);
  expect(() => cosineWarmup(0, { warmup: 6, total: 5 })).toThrow('warmup is 6 and total 5');
});
