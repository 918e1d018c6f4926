/** @file The operations of {@link ButterflyOps} on variables of a tape, with their gradients. */
import type { ButterflyFactors, MonarchOptions } from '../backend.js';
import type { TensorLike } from '../tensor.js';
import type { Var } from './tape.js';

type Size = 2 | 4 | 8 | 16;

/** Factors in the order of their sizes. */
const sizes = <T>(factors: ButterflyFactors<T>): Size[] =>
  ([2, 4, 8, 16] as const).filter((s) => factors[s] !== undefined);

function values<T extends TensorLike>(factors: ButterflyFactors<Var<T>>): ButterflyFactors<T> {
  return Object.fromEntries(sizes(factors).map((s) => [s, (factors[s] as Var<T>).value]));
}

/** A Fourier transform by radix 16 with learned matrices, of x [B, H, L, 2] or [B, H, L]; y [B, H, n, 2]. */
export function butterfly<T extends TensorLike>(
  x: Var<T>,
  factors: ButterflyFactors<Var<T>>,
  options: { readonly n?: number | undefined } = {},
): Var<T> {
  const { tape } = x;
  const inputs = [x, ...sizes(factors).map((s) => factors[s])];
  const backward = (dy: T): (T | undefined)[] => {
    const { dx, dFactors } = tape.backend.butterflyVjp(x.value, values(factors), dy);
    return [dx, ...sizes(factors).map((s) => dFactors[s])];
  };
  return tape.record(tape.backend.butterfly(x.value, values(factors), options), { inputs, keeps: inputs, backward });
}

/**
 * The conjugate transpose of {@link butterfly} with fixed factors: n times the inverse transform where they are exact.
 *
 * @param y - [B, H, n, 2].
 * @param factors - of which no gradient is computed.
 * @returns x, [B, H, L, 2] or, real, [B, H, L].
 */
export function butterflyAdjoint<T extends TensorLike>(
  y: Var<T>,
  factors: ButterflyFactors<Var<T>>,
  options: { readonly L?: number | undefined; readonly real?: boolean | undefined } = {},
): Var<T> {
  const { tape } = y;
  const n = y.shape[2] as number;
  const keeps = sizes(factors).map((s) => factors[s]);
  const backward = (dx: T): T[] => [tape.backend.butterfly(dx, values(factors), { n })];
  const x = tape.backend.butterflyAdjoint(y.value, values(factors), options);
  return tape.record(x, { inputs: [y], keeps, backward });
}

/** Monarch matrix times each row of x [.., I]; w1 [k, q, p], w2 [l, s, r]; y [.., O]. */
export function monarch<T extends TensorLike>(
  x: Var<T>,
  w1: Var<T>,
  w2: Var<T>,
  { bias, outputs }: MonarchOptions<Var<T>> = {},
): Var<T> {
  const { tape } = x;
  const backward = (dy: T): (T | undefined)[] => {
    const { dx, dw1, dw2, dBias } = tape.backend.monarchVjp(x.value, w1.value, w2.value, dy, { bias: bias?.value });
    return [dx, dw1, dw2, dBias];
  };
  const inputs = [x, w1, w2, bias];
  const y = tape.backend.monarch(x.value, w1.value, w2.value, { bias: bias?.value, outputs });
  return tape.record(y, { inputs, keeps: inputs, backward });
}
