/** @file Mixers that can take a sequence piece by piece, carrying a state. */
import type { Param } from '../autograd/params.js';
import { add, longconv } from '../autograd/ops.js';
import type { Tape, Var } from '../autograd/tape.js';
import type { Backend, S4Params, S4dParams } from '../backend.js';
import { dispose } from '../disposable.js';
import { UnsupportedError } from '../errors.js';
import type { TensorLike } from '../tensor.js';
import type { BackboneConfig } from './config.js';
import type { Mixer } from './mixer.js';
import { type S4, type S4Config, recoverC } from './s4.js';
import type { S4d, S4dConfig } from './s4d.js';

/** One layer's mixer with a state for each sequence of a batch, zero at first. */
export interface Recurrence<T extends TensorLike> extends Disposable {
  /** One position, u [B, H]; y [B, C H]. */
  step(u: Var<T>): Var<T>;
  /** K positions at once, u [B, H, K]; y [B, C H, K]. */
  chunk(u: Var<T>): Var<T>;
}

/**
 * Start a mixer with no past.
 *
 * @param params - on the device; they must not change while it runs.
 * @param B - number of sequences that run side by side.
 * @throws {@link UnsupportedError} if the mixer looks ahead or has no recurrence.
 */
export async function openRecurrence<T extends TensorLike>(
  backend: Backend<T>,
  params: Mixer<Param<T>>,
  config: BackboneConfig,
  B: number,
): Promise<Recurrence<T>> {
  if (config.bidirectional) {
    throw new UnsupportedError('openRecurrence: the model is bidirectional', { needs: 'causal', has: 'bidirectional' });
  }
  const { mixer, dModel: H } = config;
  switch (mixer.kind) {
    case 's4d':
      return s4dRecurrence(backend, params as S4d<Param<T>>, mixer, backend.zeros([B, H, mixer.dState / 2, 2]));
    case 's4':
      return s4Recurrence(backend, params as S4<Param<T>>, mixer, config, B);
    default:
      throw new UnsupportedError(`openRecurrence: a layer of kind ${mixer.kind} has no recurrence`, {
        needs: 's4d or s4',
        has: mixer.kind,
      });
  }
}

/** Chunks go by a convolution, to which the state before them adds its own output. */
function s4dRecurrence<T extends TensorLike>(
  backend: Backend<T>,
  params: S4d<Param<T>>,
  config: S4dConfig,
  zero: T,
): Recurrence<T> {
  const values: S4dParams<T> = {
    invDt: params.invDt.value,
    invReA: params.invReA.value,
    invImA: params.invImA.value,
    B: params.B.value,
    C: params.C.value,
  };
  const D = params.D.value;
  let state = zero;
  /** The kernel of the last chunk's length. */
  let kernel: { readonly L: number; readonly k: T } | undefined;
  const kernelOf = (tape: Tape<T>, L: number): Var<T> => {
    if (kernel?.L !== L) {
      kernel?.k.dispose();
      kernel = { L, k: backend.s4dKernel(values, { ...config, L }) };
    }
    return tape.input(kernel.k);
  };
  return {
    step: (u) => u.tape.own(backend.s4dStep(values, state, u.value, { ...config, D })),
    chunk(u) {
      const { tape } = u;
      const L = u.shape[2] as number;
      using fresh = longconv(u, kernelOf(tape, L), { D: tape.input(D) });
      using carried = tape.own(backend.s4dStateOutput(values, state, { ...config, L }));
      const next = backend.s4dNextState(values, state, u.value, config);
      state.dispose();
      state = next;
      return add(fresh, carried);
    },
    [dispose]() {
      state.dispose();
      kernel?.k.dispose();
    },
  };
}

/** Steps and chunks go by the diagonal plus low-rank recurrence, with C recovered from the one that makes the kernel. */
async function s4Recurrence<T extends TensorLike>(
  backend: Backend<T>,
  params: S4<Param<T>>,
  config: S4Config,
  dims: BackboneConfig,
  B: number,
): Promise<Recurrence<T>> {
  const C = backend.tensor(await recoverC(params, config, dims), params.C.value.shape);
  const values: S4Params<T> = {
    invDt: params.invDt.value,
    invReA: params.invReA.value,
    invImA: params.invImA.value,
    B: params.B.value,
    P: params.P.value,
    C,
  };
  const state = backend.zeros([B, dims.dModel, config.dState / 2, 2]);
  const run = (u: Var<T>): Var<T> =>
    u.tape.own(backend.s4Step(values, state, u.value, { ...config, D: params.D.value }));
  return {
    step: run,
    chunk: run,
    [dispose]() {
      C.dispose();
      state.dispose();
    },
  };
}
