/** @file Operations on convolution kernels that are parameters themselves; see `Backend` for shapes and equations. */
import type { SgconvOptions, SmoothOptions } from '../backend.js';
import type { TensorLike } from '../tensor.js';
import type { Var } from './tape.js';

/** The multi-scale kernel of SGConv, [C, H, L], from w [S, C, H, d]. decay and norm get no gradient. */
export function sgconvKernel<T extends TensorLike>(w: Var<T>, options: SgconvOptions<Var<T>>): Var<T> {
  const { tape } = w;
  const { decay, power, norm } = options;
  const values = { ...options, decay: decay?.value, power: power?.value, norm: norm?.value };
  const backward = (dk: T): (T | undefined)[] => {
    const { dw, dPower } = tape.backend.sgconvKernelVjp(w.value, dk, values);
    return [dw, dPower];
  };
  const keeps = [w, decay, power, norm];
  return tape.record(tape.backend.sgconvKernel(w.value, values), { inputs: [w, power], keeps, backward });
}

/** sign(x) max(|x| - lambda, 0). */
export function squash<T extends TensorLike>(x: Var<T>, lambda: number): Var<T> {
  const { tape } = x;
  const backward = (dy: T): T[] => [tape.backend.squashVjp(x.value, dy, lambda).dx];
  return tape.record(tape.backend.squash(x.value, lambda), { inputs: [x], keeps: [x], backward });
}

/** Moving average over neighbours on the last axis, or along the bins of a spectrum. */
export function smooth<T extends TensorLike>(x: Var<T>, width: number, options: SmoothOptions = {}): Var<T> {
  const { tape } = x;
  const backward = (dy: T): T[] => [tape.backend.smooth(dy, width, options)];
  return tape.record(tape.backend.smooth(x.value, width, options), { inputs: [x], backward });
}

/** The last axis cut or filled with zeros to L entries. */
export function resize<T extends TensorLike>(x: Var<T>, L: number): Var<T> {
  const { tape } = x;
  const K = x.shape[x.shape.length - 1] as number;
  const backward = (dy: T): T[] => [tape.backend.resize(dy, K)];
  return tape.record(tape.backend.resize(x.value, L), { inputs: [x], backward });
}
