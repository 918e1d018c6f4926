/** @file Kernels of diagonal plus low-rank state space models on variables of a tape. */
import type { S4KernelOptions, S4Params } from '../backend.js';
import type { TensorLike } from '../tensor.js';
import type { Var } from './tape.js';

/** The values of variables or of parameters. */
export const s4Values = <T>({ invDt, invReA, invImA, B, P, C }: S4Params<{ readonly value: T }>): S4Params<T> => ({
  invDt: invDt.value,
  invReA: invReA.value,
  invImA: invImA.value,
  B: B.value,
  P: P.value,
  C: C.value,
});

/** The convolution kernel of a diagonal plus low-rank model, [C, H, L]; C is the corrected one. */
export function s4Kernel<T extends TensorLike>(
  params: S4Params<Var<T>>,
  options: S4KernelOptions,
): Var<T> {
  const { invDt, invReA, invImA, B, P, C } = params;
  const { tape } = invDt;
  const inputs = [invDt, invReA, invImA, B, P, C];
  const values = s4Values(params);
  const backward = (dk: T): T[] => {
    const { dInvDt, dInvReA, dInvImA, dB, dP, dC } = tape.backend.s4KernelVjp(values, dk, options);
    return [dInvDt, dInvReA, dInvImA, dB, dP, dC];
  };
  return tape.record(tape.backend.s4Kernel(values, options), { inputs, keeps: inputs, backward });
}
