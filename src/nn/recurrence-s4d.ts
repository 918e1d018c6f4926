import { add, longconv } from '../autograd/ops.js';
import type { Tape, Var } from '../autograd/tape.js';
import type { Backend, S4dOptions, S4dParams } from '../backend.js';
import { dispose } from '../disposable.js';
import type { TensorLike } from '../tensor.js';
import type { Recurrence } from './recurrence.js';

/**
 * The recurrence of a diagonal model. Chunks go by a convolution, to which the state before them adds its own output.
 *
 * @param D - skip weights, [C, H].
 * @param B - number of sequences side by side.
 */
export function s4dRecurrence<T extends TensorLike>(
  backend: Backend<T>,
  params: S4dParams<T>,
  options: S4dOptions,
  D: T,
  B: number,
): Recurrence<T> {
  const { C } = params;
  const [, H, M] = C.shape as [number, number, number];
  const modes = backend.s4dModes(params, options);
  let state = backend.zeros([B, H, M, 2]);
  /** The kernel of the last chunk's length. */
  let kernel: { readonly L: number; readonly k: T } | undefined;
  const kernelOf = (tape: Tape<T>, L: number): Var<T> => {
    if (kernel?.L !== L) {
      kernel?.k.dispose();
      kernel = { L, k: backend.s4dKernel(params, { ...options, L }) };
    }
    return tape.input(kernel.k);
  };
  return {
    step: (u) => u.tape.own(backend.s4dStep({ modes, C, D }, state, u.value)),
    chunk(u) {
      const { tape } = u;
      const L = u.shape[2] as number;
      using fresh = longconv(u, kernelOf(tape, L), { D: tape.input(D) });
      using carried = tape.own(backend.s4dStateOutput(params, state, { ...options, L }));
      const next = backend.s4dNextState(params, state, u.value, options);
      state.dispose();
      state = next;
      return add(fresh, carried);
    },
    [dispose]() {
      modes.dispose();
      state.dispose();
      kernel?.k.dispose();
    },
  };
}
