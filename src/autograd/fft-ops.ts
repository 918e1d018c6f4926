/** @file The Fourier transforms of {@link Backend} on variables of a tape, with their gradients. */
import type { TensorLike } from '../tensor.js';
import type { Var } from './tape.js';

/** Transform of real rows x [.., L], extended by zeros to n; [.., floor(n / 2) + 1, 2]. */
export function rfft<T extends TensorLike>(x: Var<T>, { n }: { readonly n?: number | undefined } = {}): Var<T> {
  const { tape } = x;
  const L = x.shape.at(-1) as number;
  const backward = (dX: T): T[] => [tape.backend.rfftVjp(dX, { n: n ?? L, L }).dx];
  return tape.record(tape.backend.rfft(x.value, { n }), { inputs: [x], backward });
}

/** The first L samples of the inverse transform of X [.., floor(n / 2) + 1, 2]; [.., L]. */
export function irfft<T extends TensorLike>(
  X: Var<T>,
  options: { readonly n: number; readonly L?: number | undefined },
): Var<T> {
  const { tape } = X;
  const backward = (dx: T): T[] => [tape.backend.irfftVjp(dx, { n: options.n }).dX];
  return tape.record(tape.backend.irfft(X.value, options), { inputs: [X], backward });
}

/** y[b, c H + h, f] = a[b, h, f] k[c, h, f], complex. a [B, H, F, 2]; k [C, H, F, 2]. */
export function complexProduct<T extends TensorLike>(a: Var<T>, k: Var<T>): Var<T> {
  const { tape } = a;
  const backward = (dy: T): T[] => {
    const { da, dk } = tape.backend.complexProductVjp(a.value, k.value, dy);
    return [da, dk];
  };
  return tape.record(tape.backend.complexProduct(a.value, k.value), { inputs: [a, k], keeps: [a, k], backward });
}
