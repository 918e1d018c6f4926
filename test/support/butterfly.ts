import { type FactorSize, dftMatrix } from '../../reference/index.js';
import type { ButterflyFactors } from '../../src/backend.js';
import type { TensorLike } from '../../src/tensor.js';
import { type ButterflyCase, type MonarchCase, monarchTitle, title } from '../cases/butterfly.js';
import { EPS32 } from './close.js';
import { type Host, type Op, randn } from './op.js';
import type { Rng } from './random.js';

const SIZES = [2, 4, 8, 16] as const;

const pointsOf = ({ L, n }: ButterflyCase): number => n ?? Math.max(2, 2 ** Math.ceil(Math.log2(L)));

/** Those that n points need. */
export function sizesOf(n: number): FactorSize[] {
  return SIZES.filter((s) => (s === 16 ? n >= 16 : Number.isInteger(Math.log2(n / s) / 4)));
}

/** Factors near those of the Fourier transform, by name. */
function factorHosts(n: number, sets: number, rng: Rng): Record<string, Host> {
  const near = (s: FactorSize): Host => {
    const { values, shape } = randn([sets, s, s, 2], rng, 0.1);
    const dft = dftMatrix(s);
    return { shape, values: Array.from(values, (v, i) => Math.fround(v + dft[i % dft.length])) };
  };
  return Object.fromEntries(sizesOf(n).map((s) => [`factor${s}`, near(s)]));
}

/** The factors among named tensors. */
export function factorsOf(tensors: Readonly<Record<string, TensorLike>>): ButterflyFactors<TensorLike> {
  const present = SIZES.filter((s) => tensors[`factor${s}`] !== undefined);
  return Object.fromEntries(present.map((s) => [s, tensors[`factor${s}`]]));
}

/** The factors of the Fourier transform of n points, by name. */
export function exactFactors(n: number): Record<string, Host> {
  return Object.fromEntries(sizesOf(n).map((s) => [`factor${s}`, { shape: [1, s, s, 2], values: dftMatrix(s) }]));
}

/** Every level adds up to 16 terms in two parts each; its errors pass the other levels. */
const bound = (n: number): number => 2 * EPS32 * Math.sqrt(32) * Math.ceil(Math.log2(n) / 4);

/** The transform and its gradients. */
export function transformOp(size: ButterflyCase): Op {
  const { B, H, L, perHead = false, real = false } = size;
  const n = pointsOf(size);
  return {
    name: `butterfly ${title(size)}`,
    inputs: (rng) => ({
      x: randn(real ? [B, H, L] : [B, H, L, 2], rng),
      ...factorHosts(n, perHead ? H : 1, rng),
    }),
    forward: (backend, { x, ...rest }) => ({ y: backend.butterfly(x, factorsOf(rest), { n }) }),
    vjp(backend, { x, ...rest }, dy) {
      const { dx, dFactors } = backend.butterflyVjp(x, factorsOf(rest), dy);
      return { x: dx, ...Object.fromEntries(Object.entries(dFactors).map(([s, d]) => [`factor${s}`, d])) };
    },
    bounds(inputs) {
      // The gradient of a factor sums over all rows and columns, its operands having passed the levels.
      const sums = 2 * EPS32 * Math.sqrt((2 * B * H * n) / 2) + bound(n);
      const gradients = Object.keys(inputs).map((id) => [id, id === 'x' ? bound(n) : sums]);
      return Object.fromEntries([...gradients, ['y', bound(n)]]);
    },
  };
}

/** The conjugate transpose. */
export function adjointOp(size: ButterflyCase): Op {
  const { B, H, L, perHead = false, real = false } = size;
  const n = pointsOf(size);
  return {
    name: `butterflyAdjoint ${title(size)}`,
    inputs: (rng) => ({ y: randn([B, H, n, 2], rng), ...factorHosts(n, perHead ? H : 1, rng) }),
    forward: (backend, { y, ...rest }) => ({ x: backend.butterflyAdjoint(y, factorsOf(rest), { L, real }) }),
    bounds: () => ({ x: bound(n) }),
  };
}

/** A Monarch matrix times vectors, and its gradients. */
export function monarchOp(size: MonarchCase): Op {
  const { rows, I, O, k, q, l, bias = false } = size;
  const [p, s, r] = [Math.ceil(I / k), Math.ceil(O / l), (k * q) / l];
  const B = rows.reduce((n, d) => n * d, 1);
  return {
    name: `monarch ${monarchTitle(size)}`,
    inputs: (rng) => ({
      x: randn([...rows, I], rng),
      w1: randn([k, q, p], rng),
      w2: randn([l, s, r], rng),
      ...(bias ? { bias: randn([O], rng) } : {}),
    }),
    forward: (backend, { x, w1, w2, bias }) => ({ y: backend.monarch(x, w1, w2, { bias, outputs: O }) }),
    vjp(backend, { x, w1, w2, bias }, dy) {
      const { dx, dw1, dw2, dBias } = backend.monarchVjp(x, w1, w2, dy, { bias });
      return { x: dx, w1: dw1, w2: dw2, ...(dBias === undefined ? {} : { bias: dBias }) };
    },
    bounds() {
      const through = (...terms: number[]): number => terms.reduce((sum, n) => sum + 2 * EPS32 * Math.sqrt(n), 0);
      return { y: through(p, r), x: through(s, q), w1: through(s, r, B), w2: through(p, B), bias: through(B) };
    },
  };
}
