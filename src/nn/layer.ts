import { dropout, gelu, glu, maskLength } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import type { Dropout } from '../backend.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import type { BackboneConfig } from './config.js';
import { layerStream } from './dropout-streams.js';
import { type Linear, initLinear, linearLayer } from './linear.js';
import { type Mixer, type MixerCall, initMixer, mixer as applyMixer } from './mixer.js';
import type { HostArray } from './params.js';

/** A layer of the S4 family: a mixer along the sequence, then a gated linear map over features. */
export interface Layer<X> {
  readonly mixer: Mixer<X>;
  /** [2H, C H]. */
  readonly output: Linear<X>;
}

/** A fresh mixer, and a map by the rule of {@link initLinear}. */
export function initLayer(rng: Rng, config: BackboneConfig): Layer<Param<HostArray>> {
  const { dModel, channels, parity } = config;
  return {
    mixer: initMixer(rng.split('mixer'), config.mixer, config),
    output: initLinear(rng.split('output'), {
      inputs: channels * dModel,
      outputs: 2 * dModel,
      decayBias: parity === 'v3',
    }),
  };
}

/** What a layer is called with besides its input. */
export interface LayerCall<T extends TensorLike> extends MixerCall<T> {
  /** Valid positions of each sequence, u32 [B]; the layer sets its input to zero beyond them. */
  readonly lengths?: T | undefined;
  /** How the mixer is applied; to the whole sequence at once where left out. */
  readonly apply?: ((params: Mixer<Var<T>>, u: Var<T>, layer: number) => Var<T>) | undefined;
}

/**
 * One layer added to a residual:
 *
 *     v3   residual + drop(glu(W drop(gelu(mixer(u))) + bias))
 *     v4   residual + drop(glu(W drop(gelu(drop(mixer(u)))) + bias)), the innermost drop entry by entry
 *
 * With SGConv the middle one goes entry by entry too.
 *
 * @param u - [B, H, L]; y has the same shape.
 * @param residual - like u.
 * @see Gu, Goel and Ré, arXiv:2111.00396, appendix D.2.
 */
export function layer<T extends TensorLike>(
  params: Layer<Var<T>>,
  u: Var<T>,
  residual: Var<T>,
  config: BackboneConfig,
  call: LayerCall<T>,
): Var<T> {
  const { lengths, training, layer: index } = call;
  const { apply = (mixer, v) => applyMixer(mixer, v, config.mixer, config, call) } = call;
  const drop = (place: number, tied = config.tieDropout): Dropout<T> | undefined => {
    if (training === undefined || config.dropout === 0) return undefined;
    return { p: config.dropout, key: training.key, stream: layerStream(index, place), tied };
  };
  using masked = lengths && maskLength(u, lengths);
  using y = apply(params.mixer, masked ?? u, index);
  const first = config.parity === 'v4' ? drop(0, false) : undefined;
  using thinned = first && dropout(y, first);
  using activated = gelu(thinned ?? y, { dropout: drop(1, config.tieDropout && config.mixer.kind !== 'sgconv') });
  using gates = linearLayer(params.output, activated);
  return glu(gates, { residual, dropout: drop(2) });
}
