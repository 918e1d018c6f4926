/** @file Diagonal state space models of {@link Backend} on variables of a tape, with their gradients. */
import type { S4dOptions, S4dParams } from '../backend.js';
import type { TensorLike } from '../tensor.js';
import type { Var } from './tape.js';

/** The values of variables or of parameters. */
export const s4dValues = <T>({ invDt, invReA, invImA, B, C }: S4dParams<{ readonly value: T }>): S4dParams<T> => ({
  invDt: invDt.value,
  invReA: invReA.value,
  invImA: invImA.value,
  B: B.value,
  C: C.value,
});

/** The convolution kernel of a diagonal state space model, [C, H, L]. */
export function s4dKernel<T extends TensorLike>(
  params: S4dParams<Var<T>>,
  options: S4dOptions & { readonly L: number },
): Var<T> {
  const { invDt, invReA, invImA, B, C } = params;
  const { tape } = invDt;
  const inputs = [invDt, invReA, invImA, B, C];
  const here = s4dValues(params);
  const backward = (dk: T): T[] => {
    const { dInvDt, dInvReA, dInvImA, dB, dC } = tape.backend.s4dKernelVjp(here, dk, options);
    return [dInvDt, dInvReA, dInvImA, dB, dC];
  };
  return tape.record(tape.backend.s4dKernel(here, options), { inputs, keeps: inputs, backward });
}

/** What an initial state [B, H, M, 2] adds to the output of the next L steps, [B, C H, L]. */
export function s4dStateOutput<T extends TensorLike>(
  params: S4dParams<Var<T>>,
  state: Var<T>,
  options: S4dOptions & { readonly L: number },
): Var<T> {
  const { invDt, invReA, invImA, B, C } = params;
  const { tape } = state;
  const here = s4dValues(params);
  const backward = (dy: T): T[] => {
    const { dInvDt, dInvReA, dInvImA, dC, dState } = tape.backend.s4dStateOutputVjp(here, state.value, dy, options);
    return [dInvDt, dInvReA, dInvImA, dC, dState];
  };
  return tape.record(tape.backend.s4dStateOutput(here, state.value, options), {
    inputs: [invDt, invReA, invImA, C, state],
    keeps: [invDt, invReA, invImA, B, C, state],
    backward,
  });
}

/** The state after u [B, H, L], starting from `state` [B, H, M, 2]. */
export function s4dNextState<T extends TensorLike>(
  params: S4dParams<Var<T>>,
  state: Var<T>,
  u: Var<T>,
  options: S4dOptions = {},
): Var<T> {
  const { invDt, invReA, invImA, B, C } = params;
  const { tape } = state;
  const here = s4dValues(params);
  const backward = (dNext: T): T[] => {
    const grads = tape.backend.s4dNextStateVjp(here, state.value, u.value, dNext, options);
    return [grads.dInvDt, grads.dInvReA, grads.dInvImA, grads.dB, grads.dState, grads.du];
  };
  return tape.record(tape.backend.s4dNextState(here, state.value, u.value, options), {
    inputs: [invDt, invReA, invImA, B, state, u],
    keeps: [invDt, invReA, invImA, B, C, state, u],
    backward,
  });
}
