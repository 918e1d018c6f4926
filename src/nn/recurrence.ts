/** @file Mixers that can take a sequence piece by piece, carrying a state. */
import type { Param } from '../autograd/params.js';
import { s4dValues } from '../autograd/s4d-ops.js';
import type { Var } from '../autograd/tape.js';
import type { Backend } from '../backend.js';
import { UnsupportedError } from '../errors.js';
import type { TensorLike } from '../tensor.js';
import type { BackboneConfig } from './config.js';
import type { Mixer } from './mixer.js';
import { type S4Form, s4Recurrence } from './recurrence-s4.js';
import { s4dRecurrence } from './recurrence-s4d.js';
import type { S4 } from './s4.js';
import type { S4d } from './s4d.js';

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
 * @param options.B - number of sequences that run side by side.
 * @param options.form - how S4 takes a step.
 * @throws {@link UnsupportedError} if the mixer looks ahead, has no recurrence, or not in that form.
 */
export async function openRecurrence<T extends TensorLike>(
  backend: Backend<T>,
  params: Mixer<Param<T>>,
  config: BackboneConfig,
  { B, form = 'linear' }: { readonly B: number; readonly form?: S4Form | undefined },
): Promise<Recurrence<T>> {
  if (config.bidirectional) {
    throw new UnsupportedError('openRecurrence: the model is bidirectional', { needs: 'causal', has: 'bidirectional' });
  }
  const { mixer } = config;
  switch (mixer.kind) {
    case 's4d': {
      const model = params as S4d<Param<T>>;
      return s4dRecurrence(backend, s4dValues(model), mixer, model.D.value, B);
    }
    case 's4':
      return s4Recurrence(backend, params as S4<Param<T>>, mixer, config, { B, form });
    default:
      throw new UnsupportedError(`openRecurrence: a layer of kind ${mixer.kind} has no recurrence`, {
        needs: 's4d or s4',
        has: mixer.kind,
      });
  }
}
