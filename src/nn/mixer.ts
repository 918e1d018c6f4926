/** @file The parts of a layer that mix along the sequence, chosen by `kind`. */
import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import type { HostArray } from './params.js';
import { type LongConv, type LongConvConfig, initLongConv, longConvConfig, longConvMixer } from './long-conv.js';
import { type S4, type S4Config, initS4, s4, s4Config } from './s4.js';
import { type S4d, type S4dConfig, initS4d, s4d, s4dConfig } from './s4d.js';
import { type Sgconv, type SgconvConfig, initSgconv, sgconvConfig, sgconvMixer } from './sgconv.js';
import type { MixerDims } from './ssm.js';

export type MixerConfig = S4Config | S4dConfig | SgconvConfig | LongConvConfig;

/** Parameters of a mixer: those of the kind that the configuration names. */
export type Mixer<X> = S4<X> | S4d<X> | Sgconv<X> | LongConv<X>;

/** What a mixer is called with besides its input. */
export interface MixerCall<T extends TensorLike> {
  /** Number of the layer. */
  readonly layer: number;
  /** Given in training: two words, u32 [2], that dropout masks are drawn from. */
  readonly training?: { readonly key: T } | undefined;
}

interface Kind {
  config(config: object, dims: MixerDims): MixerConfig;
  init(rng: Rng, config: MixerConfig, dims: MixerDims): Mixer<Param<HostArray>>;
  apply<T extends TensorLike>(
    params: Mixer<Var<T>>,
    u: Var<T>,
    config: MixerConfig,
    dims: MixerDims,
    call: MixerCall<T>,
  ): Var<T>;
}

const kinds: Readonly<Record<MixerConfig['kind'], Kind>> = {
  s4: { config: s4Config, init: initS4, apply: s4 } as Kind,
  s4d: { config: s4dConfig, init: initS4d, apply: s4d } as Kind,
  sgconv: { config: sgconvConfig, init: initSgconv, apply: sgconvMixer } as Kind,
  longconv: { config: longConvConfig, init: initLongConv, apply: longConvMixer } as Kind,
};

/** The names of all kinds. */
export const MIXERS = Object.keys(kinds) as readonly MixerConfig['kind'][];

/** Fill what a mixer's configuration leaves out and check it. @throws ShapeError for values out of range. */
export function mixerConfig(
  config: Partial<MixerConfig> & { readonly kind: MixerConfig['kind'] },
  dims: MixerDims,
): MixerConfig {
  return kinds[config.kind].config(config, dims);
}

/** Fresh parameters. */
export function initMixer(rng: Rng, config: MixerConfig, dims: MixerDims): Mixer<Param<HostArray>> {
  return kinds[config.kind].init(rng, config, dims);
}

/** The mixer applied to a whole sequence. u [B, H, L]; y [B, C H, L]. */
export function mixer<T extends TensorLike>(
  params: Mixer<Var<T>>,
  u: Var<T>,
  config: MixerConfig,
  dims: MixerDims,
  call: MixerCall<T>,
): Var<T> {
  return kinds[config.kind].apply(params, u, config, dims, call);
}
