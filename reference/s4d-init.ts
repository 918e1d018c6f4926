/** @file Initial A and B of diagonal state space models. */
import { ShapeError } from '../src/errors.js';
import type { Rng } from '../src/rng.js';
import { dplr } from './dplr.js';

export type S4dInit = 'lin' | 'inv' | 'inv2' | 'quad' | 'real' | 'legs' | 'rand';

/** One of each pair of conjugate modes, M = N/2 of them, with Im lambda <= 0. */
export interface S4dInitial {
  /** The diagonal of A, complex, [M, 2]. */
  lambda: Float64Array;
  /** Complex, [M, 2]. */
  B: Float64Array;
}

export type S4dInput = 'constant' | 'alternating' | 'unit-cw' | 'unit-ccw' | 'random';

export interface S4dInitOptions {
  /** Factors of both parts of lambda; 1 by default. */
  readonly realScale?: number | undefined;
  readonly imagScale?: number | undefined;
  /** Draw -Re lambda uniformly from 0 .. 1, of 'real' from 0 .. M, before it is scaled; false by default. */
  readonly realRandom?: boolean | undefined;
  /**
   * B instead of the one that belongs to lambda: 1; 1, -1, 1, ..; exp(-2 pi i n / N) or its conjugate; complex normal
   * with E|B|^2 = 1.
   */
  readonly B?: S4dInput | undefined;
  /** Divide B by sqrt(2 sum |B / lambda|^2): random C then gives a steady response of variance 1. False by default. */
  readonly normalize?: boolean | undefined;
  /** Needed by what is random. */
  readonly rng?: Rng | undefined;
}

const INPUTS: Readonly<Record<S4dInput, (n: number, M: number, rng: () => Rng) => [re: number, im: number]>> = {
  constant: () => [1, 0],
  alternating: (n) => [n % 2 === 0 ? 1 : -1, 0],
  'unit-cw': (n, M) => [Math.cos((Math.PI * n) / M), -Math.sin((Math.PI * n) / M)],
  'unit-ccw': (n, M) => [Math.cos((Math.PI * n) / M), Math.sin((Math.PI * n) / M)],
  random: (_, __, rng) => [rng().normal() * Math.SQRT1_2, rng().normal() * Math.SQRT1_2],
};

/** Minus the imaginary part of lambda of mode n, N = 2M. */
type Frequency = (n: number, N: number, rng: () => Rng) => number;

const FREQUENCIES: Readonly<Record<Exclude<S4dInit, 'legs'>, Frequency>> = {
  lin: (n) => Math.PI * n,
  inv: (n, N) => (N / Math.PI) * (N / (2 * n + 1) - 1),
  inv2: (n, N) => (N / Math.PI) * (N / (n + 1) - 1),
  quad: (n) => (2 * n + 1) ** 2 / Math.PI,
  real: () => 0,
  rand: (_, __, rng) => Math.exp(rng().normal()),
};

/**
 *     lin    lambda[n] = -1/2 - i pi n,                        B = 1
 *     inv    lambda[n] = -1/2 - i (N/pi) (N/(2n + 1) - 1),     B = 1
 *     inv2   lambda[n] = -1/2 - i (N/pi) (N/(n + 1) - 1),      B = 1
 *     quad   lambda[n] = -1/2 - i (2n + 1)^2 / pi,             B = 1
 *     real   lambda[n] = -(n + 1),                             B = 1
 *     rand   lambda[n] = -1/2 - i exp(z[n]), z normal,         B = 1
 *     legs   those of {@link dplr}, without P; the imaginary part of B is clamped to [-2, 2]
 *
 * @param M - number of modes.
 * @throws ShapeError if a name is unknown, M not a whole number of at least 1, a scale not positive, or what is random
 *   lacks `rng`.
 * @see Gu, Gupta, Goel and Ré, arXiv:2206.11893, section 4.
 */
export function s4dInit(init: S4dInit, M: number, options: S4dInitOptions = {}): S4dInitial {
  if (!Number.isSafeInteger(M) || M < 1) {
    throw new ShapeError(`s4dInit: M is ${M}, expected a whole number of at least 1`);
  }
  const { realScale = 1, imagScale = 1, realRandom = false, normalize = false } = options;
  if (!(realScale > 0 && imagScale > 0)) {
    throw new ShapeError(`s4dInit: realScale is ${realScale} and imagScale ${imagScale}, expected numbers above 0`);
  }
  const rng = (): Rng => {
    if (options.rng === undefined) throw new ShapeError('s4dInit: rng is left out, expected one for random values');
    return options.rng;
  };
  checkName('init', init, [...Object.keys(FREQUENCIES), 'legs']);
  const plain = init === 'legs' ? dplr('legs', 2 * M) : unforced(init, M, rng);
  const most = init === 'real' ? M : 1;
  const lambda = plain.lambda.map((x, i) => {
    if (i % 2 === 1) return imagScale * x;
    return realScale * (realRandom ? -most * rng().uniform() : x);
  });
  const { B: kind } = options;
  if (kind !== undefined) checkName('B', kind, Object.keys(INPUTS));
  const B = kind === undefined ? plain.B : pairs(M, (n) => INPUTS[kind](n, M, rng));
  return { lambda, B: normalize ? normalized(B, lambda) : B };
}

function checkName(id: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) {
    throw new ShapeError(`s4dInit: ${id} is '${name}', expected one of ${known.join(', ')}`);
  }
}

/** lambda of a formula, and B = 1. */
function unforced(init: Exclude<S4dInit, 'legs'>, M: number, rng: () => Rng): S4dInitial {
  return {
    lambda: pairs(M, (n) => [init === 'real' ? -(n + 1) : -0.5, -FREQUENCIES[init](n, 2 * M, rng)]),
    B: pairs(M, (n) => INPUTS.constant(n, M, rng)),
  };
}

function pairs(M: number, entry: (n: number) => [re: number, im: number]): Float64Array {
  return Float64Array.from(Array.from({ length: M }, (_, n) => entry(n)).flat());
}

function normalized(B: Float64Array, lambda: Float64Array): Float64Array {
  let variance = 0;
  for (let i = 0; i < B.length; i += 2) {
    variance += (2 * (B[i] ** 2 + B[i + 1] ** 2)) / (lambda[i] ** 2 + lambda[i + 1] ** 2);
  }
  return B.map((x) => x / Math.sqrt(variance));
}
