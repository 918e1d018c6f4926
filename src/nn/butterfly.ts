import { dftMatrix } from '../../reference/butterfly.js';
import { butterfly, butterflyAdjoint } from '../autograd/butterfly-ops.js';
import { complexProduct } from '../autograd/fft-ops.js';
import { add, dropout as drop, scale } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import type { ButterflyFactors, Dropout } from '../backend.js';
import { ShapeError } from '../errors.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import { type HostArray, checkCounts, hostParam } from './params.js';

/** Learned factors of a transform, complex [heads, s, s, 2], and what they are added to where that is fixed. */
export interface Butterfly<X> {
  readonly factors: ButterflyFactors<X>;
  readonly base?: ButterflyFactors<X>;
}

/** A convolution whose transforms are learned: those of the input and of the kernel, and the exact inverse. */
export interface ButterflyConv<X> {
  readonly u: Butterfly<X>;
  readonly k: Butterfly<X>;
  /** Factors of the Fourier transform, [1, s, s, 2]. */
  readonly inverse: ButterflyFactors<X>;
}

export interface ButterflyConfig {
  /** Points of the transform, a power of two; of a convolution at least the sum of both lengths less one. */
  readonly n: number;
  /** Sets of factors: 1, by default, or one for each feature. */
  readonly heads?: number | undefined;
  /** The factors are the exact ones plus learned ones, rather than learned from the exact ones on. */
  readonly additive?: boolean | undefined;
}

const LEARNING_RATE = 1e-3;
const SPREAD = 0.01;

/**
 * Initial factors: those of the Fourier transform, or, additive, normal ones of deviation 0.01 beside them. They learn
 * at rate 1e-3 without weight decay.
 *
 * @throws ShapeError if n is not a power of two of at least 2 or heads not a whole number of at least 1.
 */
export function initButterfly(
  rng: Rng,
  { n, heads = 1, additive = false }: ButterflyConfig,
): Butterfly<Param<HostArray>> {
  checkCounts('initButterfly', { n, heads });
  const exact = (options: Omit<Param<unknown>, 'value'>): ButterflyFactors<Param<HostArray>> =>
    bySize(n, (s) => {
      const F = dftMatrix(s);
      return hostParam([heads, s, s, 2], (i) => F[i % F.length], options);
    });
  if (!additive) return { factors: exact({ lr: LEARNING_RATE, decay: false }) };
  const factors = bySize(n, (s) => {
    const stream = rng.split(`${s}`);
    return hostParam([heads, s, s, 2], () => SPREAD * stream.normal(), { lr: LEARNING_RATE, decay: false });
  });
  return { factors, base: exact({ lr: 0 }) };
}

/** {@link initButterfly} for input and kernel, and the exact factors of the inverse, which stay as they are. */
export function initButterflyConv(rng: Rng, config: ButterflyConfig): ButterflyConv<Param<HostArray>> {
  return {
    u: initButterfly(rng.split('u'), config),
    k: initButterfly(rng.split('k'), config),
    inverse: bySize(config.n, (s) => {
      const F = dftMatrix(s);
      return hostParam([1, s, s, 2], (i) => F[i], { lr: 0 });
    }),
  };
}

/** A factor of each size that n points use. @throws ShapeError unless n is a power of two of at least 2. */
function bySize<R>(n: number, make: (s: 2 | 4 | 8 | 16) => R): ButterflyFactors<R> {
  if (!Number.isInteger(Math.log2(n)) || n < 2) {
    throw new ShapeError(`initButterfly: n is ${n}, expected a power of two of at least 2`);
  }
  const last = ([2, 4, 8] as const).find((s) => Number.isInteger(Math.log2(n / s) / 4));
  const sizes = [...(last === undefined ? [] : [last]), ...(n >= 16 ? [16 as const] : [])];
  return Object.fromEntries(sizes.map((s) => [s, make(s)]));
}

/**
 * The factors of a transform: as learned, or the exact ones plus the learned ones after dropout. Factor s draws its
 * mask from stream `dropout.stream` + log2 s.
 */
export function butterflyFactors<T extends TensorLike>(
  { factors, base }: Butterfly<Var<T>>,
  dropout?: Dropout<T>,
): ButterflyFactors<Var<T>> {
  if (base === undefined) return factors;
  const sums = ([2, 4, 8, 16] as const).flatMap((s) => {
    const [learned, exact] = [factors[s], base[s]];
    if (learned === undefined || exact === undefined) return [];
    if (dropout === undefined) return [[s, add(learned, exact)] as const];
    const masked = drop(learned, { ...dropout, stream: dropout.stream + Math.log2(s) });
    return [[s, add(masked, exact)] as const];
  });
  return Object.fromEntries(sums);
}

/**
 * Convolution by learned transforms, y = Re ifft(F_u(u) F_k(k)) cut off after L samples. With exact factors it is the
 * causal convolution.
 *
 * @param u - [B, H, L].
 * @param k - [C, H, K], L + K - 1 <= n.
 * @param options - `n`, points; `dropout` of additive factors, which draws from ten streams.
 * @returns y, [B, C H, L].
 */
export function butterflyConv<T extends TensorLike>(
  params: ButterflyConv<Var<T>>,
  u: Var<T>,
  k: Var<T>,
  { n, dropout }: { readonly n: number; readonly dropout?: Dropout<T> | undefined },
): Var<T> {
  using uF = butterfly(u, butterflyFactors(params.u, dropout), { n });
  using kF = butterfly(k, butterflyFactors(params.k, dropout && { ...dropout, stream: dropout.stream + 5 }), { n });
  using product = complexProduct(uF, kF);
  using sum = butterflyAdjoint(product, params.inverse, { L: u.shape[2], real: true });
  return scale(sum, 1 / n);
}
