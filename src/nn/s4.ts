import { dropout, gelu, glu, maskLength } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import type { Dropout } from '../backend.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import type { BackboneConfig } from './config.js';
import { type Linear, initLinear, linearLayer } from './linear.js';
import type { HostArray } from './params.js';
import { type S4d, initS4d, s4d } from './s4d.js';

/** An S4 layer: the state space model over time, then a gated linear map over features. */
export interface S4<X> {
  readonly mixer: S4d<X>;
  /** [2H, C H]. */
  readonly output: Linear<X>;
}

/** A fresh state space model, and a map by the rule of {@link initLinear}. */
export function initS4(rng: Rng, config: BackboneConfig): S4<Param<HostArray>> {
  const { dModel, channels, parity } = config;
  return {
    mixer: initS4d(rng.split('mixer'), config),
    output: initLinear(rng.split('output'), {
      inputs: channels * dModel,
      outputs: 2 * dModel,
      decayBias: parity === 'v3',
    }),
  };
}

/** What a layer is called with beside its input. */
export interface LayerCall<T extends TensorLike> {
  /** Valid positions of each sequence, u32 [B]; the layer sets its input to zero beyond them. */
  readonly lengths?: T | undefined;
  /** Given in training: two words, u32 [2], that the dropout masks are drawn from. */
  readonly training?: { readonly key: T } | undefined;
  /** Number of the layer. It sets its dropout masks apart from others'. */
  readonly layer: number;
  /** How the state space model is applied; as a convolution over the whole sequence where left out. */
  readonly apply?: ((params: S4d<Var<T>>, u: Var<T>, layer: number) => Var<T>) | undefined;
}

/** A layer draws up to three masks. */
const DROPOUT_PLACES = 3;

/**
 * One S4 layer added to a residual:
 *
 *     v3   residual + drop(glu(W drop(gelu(conv(u) + D u)) + bias))
 *     v4   residual + drop(glu(W drop(gelu(drop(conv(u) + D u))) + bias)), the innermost drop entry by entry
 *
 * @param u - [B, H, L]; y has the same shape.
 * @param residual - like u.
 * @see Gu, Goel and Ré, arXiv:2111.00396, appendix D.2.
 */
export function s4<T extends TensorLike>(
  params: S4<Var<T>>,
  u: Var<T>,
  residual: Var<T>,
  config: BackboneConfig,
  { lengths, training, layer, apply = (mixer, v) => s4d(mixer, v, config) }: LayerCall<T>,
): Var<T> {
  const drop = (place: number): Dropout<T> | undefined => {
    if (training === undefined || config.dropout === 0) return undefined;
    return { p: config.dropout, key: training.key, stream: DROPOUT_PLACES * layer + place, tied: config.tieDropout };
  };
  using masked = lengths && maskLength(u, lengths);
  using y = apply(params.mixer, masked ?? u, layer);
  const first = config.parity === 'v4' ? drop(0) : undefined;
  using thinned = first && dropout(y, { ...first, tied: false });
  using activated = gelu(thinned ?? y, { dropout: drop(1) });
  using gates = linearLayer(params.output, activated);
  return glu(gates, { residual, dropout: drop(2) });
}
