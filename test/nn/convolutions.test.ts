import { describe, expect, test } from 'vitest';
import { sgconvKernel } from '../../reference/kernels.js';
import { type Param, mapParams, namedParams } from '../../src/autograd/params.js';
import { Tape, type Var } from '../../src/autograd/tape.js';
import { reference } from '../../src/backends/reference.js';
import { longConvConfig, initLongConv, longConvKernel, longConvMixer } from '../../src/nn/long-conv.js';
import { type HostArray, disposeParams, placeParams } from '../../src/nn/params.js';
import { type SgconvConfig, initSgconv, sgconvConfig, sgconvMixer } from '../../src/nn/sgconv.js';
import type { MixerDims } from '../../src/nn/ssm.js';
import type { TensorLike } from '../../src/tensor.js';
import { describeDevices } from '../support/backends.js';
import { EPS32, expectClose } from '../support/close.js';
import { randn } from '../support/op.js';
import { Rng } from '../support/random.js';

const dims: MixerDims = { dModel: 8, channels: 2, bidirectional: false, parity: 'v3', lMax: 100 };

const sgconv = (
  config: Partial<SgconvConfig>,
  place: Partial<MixerDims> = {},
): Record<string, Param<HostArray> | undefined> => {
  const all = { ...dims, ...place };
  return Object.fromEntries(namedParams(initSgconv(new Rng(3), sgconvConfig(config, all), all)));
};

const shapes = (tree: object): Record<string, readonly number[]> =>
  mapParams(tree, ({ value }) => (value as HostArray).shape) as Record<string, readonly number[]>;

describe('a fresh SGConv', () => {
  test('has as many scales as cover the longest length, and two kernels for two sides', () => {
    const init = (config: Partial<SgconvConfig>, place: Partial<MixerDims> = {}): Record<string, readonly number[]> => {
      const all = { ...dims, ...place };
      return shapes(initSgconv(new Rng(3), sgconvConfig(config, all), all));
    };
    expect(init({ kernelDim: 8 })).toEqual({ w: [5, 2, 8, 8], decay: [8], norm: [2, 8], D: [2, 8] });
    expect(init({ kernelDim: 8, initScale: 1 }, { bidirectional: true })).toEqual({
      w: [4, 4, 8, 8],
      decay: [8],
      norm: [4, 8],
      D: [2, 8],
    });
    expect(init({ kernelDim: 1, decay: 'power' }, { lMax: 2048 })['w']).toEqual([12, 2, 8, 1]);
    expect(init({ kernelDim: 64, initScale: 1 }, { lMax: 16384 })['w']).toEqual([8, 2, 8, 64]);
    expect(init({ kernelDim: 8, nScales: 3 })['w']).toEqual([3, 2, 8, 8]);
    expect(init({ kernelDim: 256 })['w']).toEqual([1, 2, 8, 256]);
  });

  test('trains weights and the power law at the kernel rate, with weight decay, and nothing else but D', () => {
    const groups = (config: Partial<SgconvConfig>): Record<string, unknown> =>
      Object.fromEntries(Object.entries(sgconv(config)).map(([id, param]) => [id, [param?.lr, param?.decay ?? true]]));
    expect(groups({ kernelLr: 0.004 })).toEqual({
      w: [0.004, true],
      decay: [0, true],
      norm: [0, true],
      D: [undefined, true],
    });
    expect(groups({ decay: 'power' })['power']).toEqual([1e-3, true]);
    expect(groups({ decay: 'fixed-power' })['power']).toEqual([0, true]);
    expect(groups({ decay: 'power', kernelLr: undefined })['w']).toEqual([undefined, true]);
  });

  test.each(['scale', 'power'] as const)('has whole kernels of norm 1, with %s for decay', (decay) => {
    const config = sgconvConfig({ kernelDim: 5, initScale: 1, decay, decayMin: 1, decayMax: 3 }, dims);
    const tree = initSgconv(new Rng(3), config, dims);
    const f64 = (param: Param<HostArray> | undefined): Float64Array | undefined =>
      param && Float64Array.from(param.value.values);
    const [S, C, H, d] = tree.w.value.shape as [number, number, number, number];
    const L = d * 2 ** S;
    const options = { ...config, decay: f64(tree.decay), power: f64(tree.power), norm: f64(tree.norm) };
    const k = sgconvKernel(f64(tree.w) as Float64Array, { S, C, H, d, L }, options);
    const norms = Array.from({ length: C * H }, (_, row) => Math.hypot(...k.slice(row * L, (row + 1) * L)));
    expectClose('norms', norms, new Float64Array(C * H).fill(1), 2 * EPS32);
  });

  test('spaces its decay evenly and draws its power law between the limits', () => {
    const range = { decayMin: 1, decayMax: 3 };
    const decay = Array.from(sgconv(range)['decay']?.value.values ?? []);
    expectClose('decay', decay, [0, 1, 2, 3, 4, 5, 6, 7].map((h) => 1 + (2 * h) / 7), 2 * EPS32);
    const power = Array.from(sgconv({ ...range, decay: 'power' }, { dModel: 500 })['power']?.value.values ?? []);
    expect(Math.min(...power)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...power)).toBeLessThanOrEqual(3);
    const mean = power.reduce((sum, p) => sum + p / 500, 0);
    // A mean of n uniform values errs by 2 / sqrt(12 n); five times that is not met by chance.
    expect(Math.abs(mean - 2)).toBeLessThan((5 * 2) / Math.sqrt(12 * 500));
  });

  test('deals cosines out to the features, anew for each scale', () => {
    const [C, H, d] = [2, 8, 16];
    const w = Array.from(sgconv({ weights: 'cos', kernelDim: d })['w']?.value.values ?? []);
    const row = (i: number): number[] => w.slice(i * d, (i + 1) * d);
    /** How often the cosine of a row turns: the feature it was made for. */
    const turns = (i: number): number =>
      Array.from({ length: H }, (_, h) => h).findIndex((h) =>
        row(i).every((v, j) => Math.abs(v - Math.cos((2 * Math.PI * h * j) / (d - 1))) < 1e-6),
      );
    const dealt = Array.from({ length: w.length / (C * H * d) }, (_, i) =>
      Array.from({ length: H }, (_, h) => turns(i * C * H + h)),
    );
    for (const [i, features] of dealt.entries()) {
      expect([...features].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(Array.from({ length: H }, (_, h) => turns((i * C + 1) * H + h))).toEqual(features);
    }
    expect(dealt[0]).not.toEqual(dealt[1]);
  });

  test('tapers the initial weights where asked', () => {
    const plain = sgconv({ kernelDim: 4 })['w']?.value.values ?? [];
    const tapered = sgconv({ kernelDim: 4, taper: true })['w']?.value.values ?? [];
    const factors = [1, 5 / 6, 4 / 6, 3 / 6];
    expectClose('w', tapered, Array.from(plain, (v, i) => v * factors[i % 4]), 2 * EPS32);
  });

  test('refuses values out of range', () => {
    expect(() => sgconv({}, { lMax: undefined })).toThrow(
      'sgconv: lMax is undefined, expected the longest length or nScales',
    );
    expect(() => sgconv({ kernelDim: 0 })).toThrow('sgconv: kernelDim is 0, expected a whole number of at least 1');
    expect(() => sgconv({ nScales: 1.5 })).toThrow('sgconv: nScales is 1.5, expected a whole number of at least 1');
    expect(() => sgconv({ initScale: -1 })).toThrow('sgconv: initScale is -1, expected a whole number');
    expect(() => sgconv({ decayMin: 3 })).toThrow(
      'sgconv: decayMin is 3 and decayMax 2, expected 0 < decayMin <= decayMax',
    );
  });
});

describe('a fresh long convolution', () => {
  test('has taps of its own rate without decay, for each side', () => {
    const both = { ...dims, bidirectional: true };
    const tree = initLongConv(new Rng(3), longConvConfig({ kernelLr: 5e-4 }, both), both);
    expect(shapes(tree)).toEqual({ k: [4, 8, 100], D: [2, 8] });
    expect([tree.k.lr, tree.k.decay, tree.D.lr, tree.D.decay ?? true]).toEqual([5e-4, false, undefined, true]);
    expectRms(tree.k.value.values, 0.002);
  });

  test('starts with geometric envelopes where asked', () => {
    const tree = initLongConv(new Rng(3), longConvConfig({ weights: 'geometric' }, dims), dims);
    const normalised = Array.from(tree.k.value.values, (v, i) => {
      const [l, h] = [i % 100, Math.floor(i / 100) % 8];
      return v / (0.02 * Math.exp(-(l / 100) * 4 ** (h / 8)));
    });
    expectRms(normalised, 1);
  });

  test('refuses values out of range', () => {
    expect(() => longConvConfig({}, { ...dims, lMax: undefined })).toThrow(
      'longconv: lMax is undefined, expected the longest length',
    );
    expect(() => longConvConfig({ lambda: -1 }, dims)).toThrow('longconv: lambda is -1, expected lambda >= 0');
    expect(() => longConvConfig({ smoothWidth: 2 }, dims)).toThrow(
      'longconv: smoothWidth is 2, expected an odd whole number',
    );
    expect(() => longConvConfig({ kernelDropout: 1 }, dims)).toThrow(
      'longconv: kernelDropout is 1, expected 0 <= kernelDropout < 1',
    );
  });
});

/** The RMS of n normal values errs by about 1 / sqrt(2n) of itself; five times that is not met by chance. */
function expectRms(values: ArrayLike<number>, expected: number): void {
  const rms = Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0) / values.length);
  expect(Math.abs(rms / expected - 1)).toBeLessThan(5 / Math.sqrt(2 * values.length));
}

describeDevices('convolution layers', (subject) => {
  const [B, H, lMax] = [2, 3, 24];
  const place: MixerDims = { dModel: H, channels: 2, bidirectional: true, parity: 'v3', lMax };

  test.each([24, 17, 30])('SGConv and long convolution of sequences of %i', async (L) => {
    const settings = [
      { kind: 'sgconv' as const, config: sgconvConfig({ kernelDim: 4, decay: 'power' }, place) },
      { kind: 'longconv' as const, config: longConvConfig({ smoothing: 'frequency', kernelDropout: 0.25 }, place) },
    ];
    for (const { kind, config } of settings) {
      const results = await Promise.all(
        [reference(), subject.backend()].map(async (backend) => {
          const host =
            kind === 'sgconv' ? initSgconv(new Rng(1), config, place) : initLongConv(new Rng(1), config, place);
          const params = placeParams(backend, host);
          const x = randn([B, H, L], new Rng(2));
          using u = backend.tensor(x.values, x.shape);
          using key = backend.tensor([1, 2], [2], 'u32');
          const weights = randn([B, 2 * H, L], new Rng(5));
          using dy = backend.tensor(weights.values, weights.shape);
          using tape = new Tape<TensorLike>(backend);
          const vars = tape.params(params) as never;
          const call = { layer: 1, training: { key } };
          const y =
            kind === 'sgconv'
              ? sgconvMixer(vars, tape.input(u), config, place)
              : longConvMixer(vars, tape.input(u), config, place, call);
          const values: Record<string, ArrayLike<number>> = { y: await y.value.read() };
          for (const [id, gradient] of tape.gradients(y, dy)) values[id] = await gradient.read();
          disposeParams(params);
          return values;
        }),
      );
      const [want, got] = results;
      const trained = kind === 'sgconv' ? ['D', 'power', 'w', 'y'] : ['D', 'k', 'y'];
      expect(Object.keys(got).sort()).toEqual(trained);
      // A transform of the kernel, one of the convolution, and sums over the batch and the length.
      const bound = 4 * EPS32 * Math.sqrt(B * L);
      for (const id of trained) expectClose(`${kind}: ${id}`, got[id], want[id], bound);
    }
  });

  test('kernel dropout zeroes taps in training only, others by another key and in another layer', async () => {
    const backend = subject.backend();
    const config = longConvConfig({ lambda: 0, kernelDropout: 0.5 }, place);
    using k = backend.tensor(new Float64Array(4 * H * lMax).fill(1), [4, H, lMax]);
    using key = backend.tensor([1, 2], [2], 'u32');
    using other = backend.tensor([1, 3], [2], 'u32');
    using tape = new Tape<TensorLike>(backend);
    const kernel = (call: { layer: number; training?: { key: TensorLike } }): Var<TensorLike> =>
      longConvKernel(tape.input(k), lMax, config, call);
    const evaluated = await kernel({ layer: 0 }).value.read();
    expect(new Set(evaluated)).toEqual(new Set([1]));
    const masks = await Promise.all(
      [
        { layer: 0, training: { key } },
        { layer: 0, training: { key } },
        { layer: 1, training: { key } },
        { layer: 0, training: { key: other } },
      ].map(async (call) => Array.from(await kernel(call).value.read())),
    );
    expect(new Set(masks[0])).toEqual(new Set([0, 2]));
    expect(masks[1]).toEqual(masks[0]);
    expect(masks[2]).not.toEqual(masks[0]);
    expect(masks[3]).not.toEqual(masks[0]);
  });
});
