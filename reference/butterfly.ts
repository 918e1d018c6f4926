/**
 * @file The Fourier transform by radix 16 with learned matrices for its small transforms.
 *
 * With factors F_s[k, j] = exp(-2 pi i k j / s) it is the Fourier transform. Fu et al., Simple hardware-efficient long
 * convolutions for sequence modeling, arXiv:2302.06646.
 */
import type * as ops from '../src/ops/butterfly.js';
import { type Complex, add, addAt, at, conj, mul } from './complex.js';

/** Points of the factor matrices. */
export type FactorSize = ops.FactorSize;

/** Complex factor matrices, [Hd, s, s, 2]. */
export type ButterflyFactors = ops.ButterflyFactors<Float64Array>;

export interface ButterflyDims {
  readonly B: number;
  readonly H: number;
  /** Samples, at most n. */
  readonly L: number;
  /** Points, a power of two from 2. */
  readonly n: number;
  /** Sets of factors: 1, or H. */
  readonly Hd: number;
  /** The samples are real, [B, H, L]. */
  readonly real: boolean;
}

/** The factor matrices of one channel, and where their cotangents are added. */
interface Channel {
  readonly factors: ButterflyFactors;
  readonly gradients: ButterflyFactors;
  /** Which of the Hd sets. */
  readonly set: number;
}

/** The sizes of the factors that a transform of n points uses, in the order of its levels. */
function levelSizes(n: number): FactorSize[] {
  return n <= 16 ? [n as FactorSize] : [16, ...levelSizes(n / 16)];
}

/** The matrix of the Fourier transform of s points, complex [s, s, 2]. */
export function dftMatrix(s: number): Float64Array {
  const F = new Float64Array(2 * s * s);
  for (let k = 0; k < s; k++) for (let j = 0; j < s; j++) F.set(root(k * j, s), 2 * (k * s + j));
  return F;
}

/** exp(-2 pi i j / n). */
function root(j: number, n: number): Complex {
  const angle = (2 * Math.PI * (j % n)) / n;
  return [Math.cos(angle), -Math.sin(angle)];
}

function entry(factors: ButterflyFactors, s: number, set: number, k: number, j: number): Complex {
  return at(factors[s as FactorSize] as Float64Array, (set * s + k) * s + j);
}

/**
 *     X = F_n x for n <= 16, and for m = n / 16
 *     X[k1 + 16 k2] = (T_m a[k1, .])[k2],  a[k1, t2] = exp(-2 pi i k1 t2 / n) sum_t1 F_16[k1, t1] x[m t1 + t2]
 */
function transform(x: readonly Complex[], channel: Channel): Complex[] {
  const { factors, set } = channel;
  const n = x.length;
  const s = Math.min(n, 16);
  const m = n / s;
  const X = new Array<Complex>(n);
  for (let k1 = 0; k1 < s; k1++) {
    const a = firstStep(x, factors, set, k1);
    const A = m === 1 ? a : transform(a, channel);
    for (let k2 = 0; k2 < m; k2++) X[k1 + s * k2] = A[k2];
  }
  return X;
}

/** a[k1, .] of {@link transform}. */
function firstStep(x: readonly Complex[], factors: ButterflyFactors, set: number, k1: number): Complex[] {
  const n = x.length;
  const s = Math.min(n, 16);
  const m = n / s;
  return Array.from({ length: m }, (_, t2) => {
    let sum: Complex = [0, 0];
    for (let t1 = 0; t1 < s; t1++) sum = add(sum, mul(entry(factors, s, set, k1, t1), x[m * t1 + t2]));
    return mul(root(k1 * t2, n), sum);
  });
}

/** From the cotangent of X to that of x; those of the factors are added where the channel has room for them. */
function transformVjp(x: readonly Complex[], dX: readonly Complex[], channel: Channel): Complex[] {
  const { factors, gradients, set } = channel;
  const n = x.length;
  const s = Math.min(n, 16);
  const m = n / s;
  const dx = Array.from({ length: n }, (): Complex => [0, 0]);
  for (let k1 = 0; k1 < s; k1++) {
    const dA = Array.from({ length: m }, (_, k2) => dX[k1 + s * k2]);
    const da = m === 1 ? dA : transformVjp(firstStep(x, factors, set, k1), dA, channel);
    for (let t2 = 0; t2 < m; t2++) {
      const g = mul(conj(root(k1 * t2, n)), da[t2]);
      for (let t1 = 0; t1 < s; t1++) {
        const i = m * t1 + t2;
        dx[i] = add(dx[i], mul(conj(entry(factors, s, set, k1, t1)), g));
        const dF = gradients[s as FactorSize];
        if (dF !== undefined) addAt(dF, (set * s + k1) * s + t1, mul(conj(x[i]), g));
      }
    }
  }
  return dx;
}

/** Row i of the samples, extended by zeros. */
function samples(x: Float64Array, i: number, { L, n, real }: ButterflyDims): Complex[] {
  return Array.from({ length: n }, (_, t): Complex => {
    if (t >= L) return [0, 0];
    return real ? [x[i * L + t], 0] : at(x, i * L + t);
  });
}

function putSamples(x: Float64Array, i: number, row: readonly Complex[], { L, real }: ButterflyDims): void {
  for (let t = 0; t < L; t++) {
    if (real) x[i * L + t] = row[t][0];
    else x.set(row[t], 2 * (i * L + t));
  }
}

/**
 * The transform of every row.
 *
 * @param x - complex [B, H, L, 2] or real [B, H, L].
 * @returns y, [B, H, n, 2].
 */
export function butterfly(x: Float64Array, factors: ButterflyFactors, dims: ButterflyDims): Float64Array {
  const { B, H, n, Hd } = dims;
  const y = new Float64Array(2 * B * H * n);
  for (let i = 0; i < B * H; i++) {
    y.set(transform(samples(x, i, dims), { factors, gradients: {}, set: (i % H) % Hd }).flat(), 2 * n * i);
  }
  return y;
}

/**
 * The transpose of {@link butterfly}'s derivative. The cotangent of a complex value w is d/d(Re w) + i d/d(Im w).
 *
 * @param dy - cotangent of y, [B, H, n, 2].
 * @returns dx, shaped like x, and the cotangents of the factors that are used.
 */
export function butterflyVjp(
  x: Float64Array,
  factors: ButterflyFactors,
  dy: Float64Array,
  dims: ButterflyDims,
): { dx: Float64Array; dFactors: ButterflyFactors } {
  const { B, H, n, Hd } = dims;
  const dx = new Float64Array(x.length);
  const dFactors: Partial<Record<FactorSize, Float64Array>> = {};
  for (const s of levelSizes(n)) dFactors[s] = new Float64Array(2 * Hd * s * s);
  for (let i = 0; i < B * H; i++) {
    const dX = Array.from({ length: n }, (_, f) => at(dy, i * n + f));
    const channel = { factors, gradients: dFactors, set: (i % H) % Hd };
    putSamples(dx, i, transformVjp(samples(x, i, dims), dX, channel), dims);
  }
  return { dx, dFactors };
}

/**
 * The conjugate transpose of {@link butterfly}: dx of its gradient, and n times the inverse of the Fourier transform.
 *
 * @param y - [B, H, n, 2].
 * @returns x, [B, H, L, 2], or its real part [B, H, L].
 */
export function butterflyAdjoint(y: Float64Array, factors: ButterflyFactors, dims: ButterflyDims): Float64Array {
  const { B, H, L, n, Hd, real } = dims;
  const x = new Float64Array((real ? 1 : 2) * B * H * L);
  const zero = Array.from({ length: n }, (): Complex => [0, 0]);
  for (let i = 0; i < B * H; i++) {
    const Y = Array.from({ length: n }, (_, f) => at(y, i * n + f));
    putSamples(x, i, transformVjp(zero, Y, { factors, gradients: {}, set: (i % H) % Hd }), dims);
  }
  return x;
}
