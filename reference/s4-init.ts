/** @file Initial A, B and P of several sets, also of different kinds. */
import { ShapeError } from '../src/errors.js';
import { type DplrOptions, dplr } from './dplr.js';
import type { HippoMeasure } from './hippo.js';
import { type S4dInit, type S4dInitOptions, s4dInit } from './s4d-init.js';

/** A HiPPO measure in its diagonal plus low-rank form, or a diagonal initialisation, which has P = 0. */
export type S4Init = HippoMeasure | `diag-${S4dInit}`;

/** Several initialisations, each for as many sets as the others. */
export type S4Combination = 'hippo' | 'diag' | 'all';

/** Those of the HiPPO measures, and those of the diagonal initialisations, of which each set draws its own. */
export type S4InitOptions = DplrOptions & S4dInitOptions;

export interface S4Initial {
  /** Complex, [S, M, 2]. */
  lambda: Float64Array;
  /** Complex, [S, M, 2]. */
  B: Float64Array;
  /** Complex, [R, S, M, 2]. */
  P: Float64Array;
  /** 1 or 2. */
  R: number;
}

const COMBINATIONS: Readonly<Record<S4Combination, readonly S4Init[]>> = {
  hippo: ['legs', 'fourier'],
  diag: ['diag-inv', 'diag-lin'],
  all: ['legs', 'fourier', 'diag-inv', 'diag-lin'],
};

/**
 * Initial values of S sets of N/2 modes. Of several initialisations each has as many sets, in their order:
 *
 *     hippo  legs, fourier
 *     diag   diag-inv, diag-lin
 *     all    legs, fourier, diag-inv, diag-lin
 *
 * @param init - one, a combination by name, or a list.
 * @param dims - N, the real size of the state, even; S, the number of sets.
 * @throws ShapeError if S is no multiple of the number of initialisations, or for what {@link dplr} refuses.
 */
export function s4Init(
  init: S4Init | S4Combination | readonly S4Init[],
  { N, S }: { readonly N: number; readonly S: number },
  options: S4InitOptions = {},
): S4Initial {
  const inits = typeof init === 'string' ? named(init) : init;
  if (!Number.isSafeInteger(S) || S < 1 || S % inits.length !== 0) {
    throw new ShapeError(`s4Init: S is ${S}, expected a multiple of the ${inits.length} of ${inits.join(', ')}`);
  }
  if (!Number.isSafeInteger(N) || N < 2 || N % 2 !== 0) {
    throw new ShapeError(`s4Init: N is ${N}, expected an even number of at least 2`);
  }
  const sets = inits.flatMap((one) => alike(one, N, S / inits.length, options));
  const R = Math.max(...sets.map(({ P }) => P.length / N));
  const rank = (P: Float64Array, r: number): Float64Array =>
    r * N < P.length ? P.subarray(r * N, (r + 1) * N) : new Float64Array(N);
  return {
    lambda: concat(sets.map(({ lambda }) => lambda)),
    B: concat(sets.map(({ B }) => B)),
    P: concat(Array.from({ length: R }, (_, r) => sets.map(({ P }) => rank(P, r))).flat()),
    R,
  };
}

const named = (init: S4Init | S4Combination): readonly S4Init[] =>
  Object.hasOwn(COMBINATIONS, init) ? COMBINATIONS[init as S4Combination] : [init as S4Init];

/** Sets of one kind. P is [R, M, 2]. */
function alike(
  init: S4Init,
  N: number,
  count: number,
  options: S4InitOptions,
): Pick<S4Initial, 'lambda' | 'B' | 'P'>[] {
  if (!init.startsWith('diag-')) return new Array(count).fill(dplr(init as HippoMeasure, N, options));
  const kind = init.slice('diag-'.length) as S4dInit;
  const P = new Float64Array((options.rank ?? 1) * N);
  return Array.from({ length: count }, () => ({ ...s4dInit(kind, N / 2, options), P }));
}

function concat(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}
