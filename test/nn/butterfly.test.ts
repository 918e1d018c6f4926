import { describe, expect, test } from 'vitest';
import { reference } from '../../src/backends/reference.js';
import {
  Rng,
  Tape,
  butterflyConv,
  initButterflyConv,
  initMonarchLinear,
  monarchLinear,
  placeParams,
} from '../../src/nn.js';
import { EPS32, expectClose, relativeError } from '../support/close.js';
import { randn } from '../support/op.js';

const backend = reference();

describe('a convolution by learned transforms', () => {
  const [B, H, C, L] = [2, 3, 2, 20];
  const n = 64;
  const rng = new Rng(1);
  const [u, k] = [randn([B, H, L], rng), randn([C, H, L], rng)].map((x) => backend.tensor(x.values, x.shape));

  test.each([1, H])('is the causal convolution at first, with %i sets of factors', (heads) => {
    const params = placeParams(backend, initButterflyConv(new Rng(2), { n, heads }));
    using tape = new Tape(backend);
    const y = butterflyConv(tape.params(params), tape.input(u), tape.input(k), { n });
    // Factors are rounded to f32.
    expectClose('y', y.value.values, backend.longconv(u, k).values, 4 * EPS32 * Math.log2(n));
  });

  test('with additive factors it is near, and dropout changes it', () => {
    const params = placeParams(backend, initButterflyConv(new Rng(2), { n, heads: H, additive: true }));
    const exact = backend.longconv(u, k).values;
    const distance = (p?: number): number => {
      using tape = new Tape(backend);
      const key = backend.tensor([1, 2], [2], 'u32');
      const dropout = p === undefined ? undefined : { p, key, stream: 3 };
      const y = butterflyConv(tape.params(params), tape.input(u), tape.input(k), { n, dropout });
      return relativeError(y.value.values, exact);
    };
    expect(distance()).toBeGreaterThan(1e-3);
    expect(distance()).toBeLessThan(1);
    expect(distance(0.5)).not.toBe(distance());
  });

  test('its factors learn at their own rate, without decay, and the fixed ones not at all', () => {
    const params = initButterflyConv(new Rng(2), { n, additive: true });
    const placed = placeParams(backend, params);
    using tape = new Tape(backend);
    const y = butterflyConv(tape.params(placed), tape.input(u), tape.input(k), { n });
    const gradients = tape.gradients(y, backend.tensor(new Float64Array(B * C * H * L).fill(1), [B, C * H, L]));
    expect([...gradients.keys()].sort()).toEqual(['k.factors.16', 'k.factors.4', 'u.factors.16', 'u.factors.4']);
    expect(params.u.factors[16]).toMatchObject({ lr: 1e-3, decay: false });
    expect(params.u.base?.[16]).toMatchObject({ lr: 0 });
  });

  test('refuses a number of points that is not a power of two', () => {
    expect(() => initButterflyConv(new Rng(1), { n: 48 })).toThrow('initButterfly: n is 48, expected a power of two');
  });
});

describe('a Monarch linear layer', () => {
  test('starts within the bounds of its blocks', () => {
    const { w1, w2, bias } = initMonarchLinear(new Rng(1), { inputs: 30, outputs: 50 });
    expect([w1, w2, bias].map((param) => param?.value.shape)).toEqual([[4, 8, 8], [4, 13, 8], [50]]);
    for (const [param, fan] of [[w1, 8], [w2, 8], [bias, 50]] as const) {
      const largest = Math.max(...Array.from(param?.value.values ?? [], Math.abs));
      expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(fan));
      expect(largest).toBeGreaterThan(0.8 / Math.sqrt(fan));
    }
    expect(initMonarchLinear(new Rng(1), { inputs: 4, outputs: 4, bias: false }).bias).toBeUndefined();
  });

  test('maps the features at every position alike', () => {
    const params = placeParams(backend, initMonarchLinear(new Rng(1), { inputs: 10, outputs: 7, blocks: 3 }));
    const x = randn([2, 10, 5], new Rng(3));
    using tape = new Tape(backend);
    const layer = tape.constants(params);
    const y = monarchLinear(layer, tape.input(backend.tensor(x.values, x.shape)), { outputs: 7 });
    expect(y.shape).toEqual([2, 7, 5]);
    const last = Array.from({ length: 10 }, (_, i) => x.values[(10 + i) * 5 + 4]);
    const one = monarchLinear(layer, tape.input(backend.tensor(last, [1, 10])), { outputs: 7 });
    const column = Array.from({ length: 7 }, (_, o) => (y.value.values as Float64Array)[(7 + o) * 5 + 4]);
    expectClose('y', column, one.value.values, 2 ** -48);
  });
});
