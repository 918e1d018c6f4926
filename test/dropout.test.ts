import { describe, expect, test } from 'vitest';
import { dropoutFactor } from '../reference/rng.js';
import type { Backend, Dropout } from '../src/backend.js';
import type { TensorLike } from '../src/tensor.js';
import { describeBackends } from './support/backends.js';
import { EPS32 } from './support/close.js';
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

const key: Host = { values: [0x12345678, 0xfedcba98], shape: [2], dtype: 'u32' };

/** exp and erf are polynomials of some ten terms, followed by a division. */
const POINTWISE = 4 * EPS32;

type Place = Omit<Dropout<TensorLike>, 'key'>;

const PLACES: readonly Place[] = [
  { p: 0.3, stream: 0 },
  { p: 0.5, stream: 7, tied: true },
  { p: 0, stream: 4_000_000_000 },
];

const SHAPES = [
  [1, 2, 1],
  [3, 4, 33],
  [5, 6],
  [2, 8, 257],
];

function ops(place: Place, shape: number[]): Op[] {
  const name = `${JSON.stringify(place)} [${shape}]`;
  const half = shape.map((d, i) => (i === 1 ? d / 2 : d));
  const all = (id: string, make: Op['inputs'], forward: Op['forward'], vjp: NonNullable<Op['vjp']>): Op => ({
    name: `${id} ${name}`,
    inputs: (rng) => ({ ...make(rng), key }),
    forward,
    vjp,
    bounds: () => ({
      y: POINTWISE,
      x: POINTWISE,
      residual: 0,
      bias: POINTWISE * Math.sqrt(shape[0] * (shape[2] ?? 1)),
    }),
  });
  return [
    all(
      'dropout',
      (rng) => ({ x: randn(shape, rng) }),
      (backend, { x, key }) => ({ y: backend.dropout(x, { ...place, key }) }),
      (backend, { key }, dy) => ({ x: backend.dropout(dy, { ...place, key }) }),
    ),
    all(
      'gelu',
      (rng) => ({ x: randn(shape, rng), bias: randn([shape[1]], rng) }),
      (backend, { x, bias, key }) => ({ y: backend.gelu(x, { bias, dropout: { ...place, key } }) }),
      (backend, { x, bias, key }, dy) => {
        const { dx, dBias } = backend.geluVjp(x, dy, { bias, dropout: { ...place, key } });
        return { x: dx, bias: dBias as TensorLike };
      },
    ),
    all(
      'glu',
      (rng) => ({ x: randn(shape, rng), residual: randn(half, rng) }),
      (backend, { x, residual, key }) => ({ y: backend.glu(x, { residual, dropout: { ...place, key } }) }),
      (backend, { x, key }, dy) => ({
        x: backend.gluVjp(x, dy, { dropout: { ...place, key } }).dx,
        residual: backend.scale(dy, 1),
      }),
    ),
  ];
}

const cases = PLACES.flatMap((place) => SHAPES.flatMap((shape) => ops(place, shape)));

describe('reference', () => {
  testGradients(cases);

  test('keeps entries with probability 1 - p, independently of the place', () => {
    const n = 20_000;
    const kept = (p: number, stream: number): boolean[] =>
      Array.from({ length: n }, (_, i) => dropoutFactor(p, [1, 2], stream, i) > 0);
    const [a, b] = [kept(0.25, 0), kept(0.25, 1)];
    // Four standard errors of a share of n draws.
    const within = (share: number): number => 4 * Math.sqrt((share * (1 - share)) / n);
    expect(Math.abs(a.filter(Boolean).length / n - 0.75)).toBeLessThan(within(0.75));
    expect(Math.abs(a.filter((kept, i) => kept && b[i]).length / n - 0.5625)).toBeLessThan(within(0.5625));
    expect(dropoutFactor(0.25, [1, 2], 0, a.indexOf(true))).toBe(1 / 0.75);
  });
});

/** Ones where entries are kept. */
async function mask(backend: Backend<TensorLike>, shape: number[], place: Place, key: Host): Promise<number[]> {
  const ones: Host = { values: new Float64Array(shape.reduce((a, b) => a * b)).fill(1), shape };
  const { y } = await run(backend, { x: ones, key }, ({ x, key }) => ({ y: backend.dropout(x, { ...place, key }) }));
  return Array.from(y.values, (v) => Number(v > 0));
}

testThreads(cases);

describeBackends('dropout', (subject) => {
  testAgainstReference(subject, cases);
  testMemory(subject, cases);

  test('draws the bits of the definition, at odd sizes and with large words', async () => {
    const backend = subject.backend();
    const rng = new Rng(3);
    for (const shape of [
      [1, 1, 1],
      [3, 5, 7],
      [2, 3, 1000],
      [1, 70_001],
    ]) {
      for (const p of [0.1, 0.5, 0.9]) {
        const words = rng.words();
        const stream = rng.words()[0];
        for (const tied of [false, true]) {
          const got = await mask(backend, shape, { p, stream, tied }, { values: words, shape: [2], dtype: 'u32' });
          const L = tied ? (shape[2] ?? 1) : 1;
          const want = got.map((_, i) => Number(dropoutFactor(p, words, stream, Math.floor(i / L)) > 0));
          expect(
            got.every((v, i) => v === want[i]),
            `[${shape}] p=${p} tied=${tied}`,
          ).toBe(true);
        }
      }
    }
  });

  test('a fresh key draws a fresh mask', async () => {
    const backend = subject.backend();
    const shape = [2, 10, 20];
    const place = { p: 0.5, stream: 1 };
    const [first, second] = [
      [1, 2],
      [1, 3],
    ].map((values): Host => ({ values, shape: [2], dtype: 'u32' }));
    expect(await mask(backend, shape, place, first)).not.toEqual(await mask(backend, shape, place, second));
  });

  test('refuses arguments that do not fit', () => {
    const backend = subject.backend();
    using x = backend.zeros([2, 4, 3]);
    using key = backend.zeros([2], 'u32');
    using floats = backend.zeros([2]);
    using long = backend.zeros([3], 'u32');
    expect(() => backend.dropout(x, { p: 1, key, stream: 0 })).toThrow('dropout: dropout.p is 1, expected 0 <= p < 1');
    expect(() => backend.dropout(x, { p: NaN, key, stream: 0 })).toThrow('dropout: dropout.p is NaN');
    expect(() => backend.gelu(x, { dropout: { p: 0.5, key, stream: -1 } })).toThrow(
      'gelu: dropout.stream is -1, expected a whole number below 2^32',
    );
    expect(() => backend.glu(x, { dropout: { p: 0.5, key: floats, stream: 0 } })).toThrow(
      'glu: key has dtype f32, expected u32',
    );
    expect(() => backend.dropout(x, { p: 0.5, key: long, stream: 0 })).toThrow(
      'dropout: dropout.key has shape [3], expected [2] = two words',
    );
  });
});
