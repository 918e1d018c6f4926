import { ShapeError } from '../errors.js';
import { type MixerConfig, mixerConfig } from './mixer.js';
import { checkCounts } from './params.js';
import type { MixerDims } from './ssm.js';

/** A stack of residual blocks. */
export interface BackboneConfig extends MixerDims {
  /** What mixes along the sequence. */
  readonly mixer: MixerConfig;
  /** Number of blocks. */
  readonly depth: number;
  readonly norm: 'batch' | 'layer';
  /** Norm before the layer, and once after the last block; else after each residual sum. */
  readonly prenorm: boolean;
  /** Probability of zeroing, 0 <= dropout < 1, at every place with dropout. */
  readonly dropout: number;
  /** Dropout masks are shared by all positions of a sequence. */
  readonly tieDropout: boolean;
}

/** A sequence classifier: encoder, backbone, pool, linear decoder. */
export interface ClassifierConfig extends BackboneConfig {
  /** Number of different tokens; 0 for sequences of one real number a position. */
  readonly vocab: number;
  readonly classes: number;
  /** The mean over the length, or the last position. */
  readonly pool: 'mean' | 'last';
}

const defaults: Omit<ClassifierConfig, 'classes' | 'dModel' | 'depth' | 'mixer'> = {
  vocab: 0,
  pool: 'mean',
  norm: 'batch',
  prenorm: true,
  dropout: 0,
  tieDropout: true,
  bidirectional: false,
  channels: 1,
  parity: 'v4',
};

/** A configuration in which what has a default may be left out, in the mixer too. */
export type ClassifierOptions = Pick<ClassifierConfig, 'classes' | 'dModel' | 'depth'> &
  Partial<Omit<ClassifierConfig, 'mixer'>> & {
    readonly mixer?: { readonly [K in MixerConfig['kind']]: MixerOptions<K> }[MixerConfig['kind']] | undefined;
  };

type MixerOptions<K> = { readonly kind: K } & Partial<Extract<MixerConfig, { readonly kind: K }>>;

/**
 * Fill what is left out of a configuration and check it: no tokens, mean pool, batch norm before each layer, no
 * dropout, causal, one channel, parity v4, and S4D with its defaults.
 *
 * @throws {@link ShapeError} if a value is out of its range.
 */
export function classifierConfig(options: ClassifierOptions): ClassifierConfig {
  const full = { ...defaults, ...options };
  const { classes, dModel, depth, channels, dropout, vocab, lMax } = full;
  checkCounts('classifier', { classes, dModel, depth, channels });
  if (lMax !== undefined) checkCounts('classifier', { lMax });
  if (!Number.isSafeInteger(vocab) || vocab < 0) {
    throw new ShapeError(`classifier: vocab is ${vocab}, expected a whole number, 0 for real input`);
  }
  if (!(dropout >= 0 && dropout < 1)) {
    throw new ShapeError(`classifier: dropout is ${dropout}, expected 0 <= dropout < 1`);
  }
  return { ...full, mixer: mixerConfig(full.mixer ?? { kind: 's4d' }, full) };
}
