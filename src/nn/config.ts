import { ShapeError } from '../errors.js';
import { checkCounts } from './params.js';

/** Learning rates of the parameters of a convolution kernel; the optimiser's for those left out. */
export interface KernelLr {
  readonly dt?: number | undefined;
  /** Of invReA and invImA. */
  readonly A?: number | undefined;
  readonly B?: number | undefined;
}

/** A diagonal state space layer (S4D). */
export interface S4dConfig {
  /** Channels of the sequence, H. */
  readonly dModel: number;
  /** Real state size N; N/2 complex modes are stored. */
  readonly dState: number;
  /** Independent sets of A and B; a divisor of H. Head h uses set h mod nSsm. */
  readonly nSsm: number;
  /** Initial eigenvalues: S4D-Lin, S4D-Inv or S4D-LegS of arXiv:2206.11893. */
  readonly init: 'lin' | 'inv' | 'legs';
  /** Range of the initial steps, log-uniform. */
  readonly dtMin: number;
  readonly dtMax: number;
  readonly dtTransform: 'exp' | 'softplus';
  readonly discretisation: 'zoh' | 'bilinear';
  readonly bidirectional: boolean;
  /** Output channels for each input channel. */
  readonly channels: number;
  /** One rate for the whole kernel, or one for each part. */
  readonly kernelLr?: number | KernelLr | undefined;
  /**
   * Which of the authors' two published versions to follow where they differ.
   * v3: no clamp of Im A, C starts as C B, C learns at the optimiser's rate, biases and norms decay, dropout after GELU.
   * v4: -Im A starts at 1e-4 at least, one kernelLr holds for C too, biases and norms of the backbone do not decay,
   * dropout before and after GELU.
   */
  readonly parity: 'v3' | 'v4';
}

/** A stack of residual S4 blocks. */
export interface BackboneConfig extends S4dConfig {
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

const defaults: Omit<ClassifierConfig, 'classes' | 'dModel' | 'depth'> = {
  vocab: 0,
  pool: 'mean',
  norm: 'batch',
  prenorm: true,
  dropout: 0,
  tieDropout: true,
  dState: 64,
  nSsm: 1,
  init: 'lin',
  dtMin: 1e-3,
  dtMax: 1e-1,
  dtTransform: 'exp',
  discretisation: 'zoh',
  bidirectional: false,
  channels: 1,
  kernelLr: 1e-3,
  parity: 'v4',
};

/**
 * Fill what is left out of a configuration and check it: tokens none, mean pool, batch norm before each layer, no
 * dropout, N = 64, one set of eigenvalues S4D-Lin, dt in 1e-3 .. 1e-1 as an exponential, zero-order hold, causal, one
 * channel, kernel rate 1e-3, parity v4.
 *
 * @throws {@link ShapeError} if a value is out of its range.
 */
export function classifierConfig(
  config: Pick<ClassifierConfig, 'classes' | 'dModel' | 'depth'> & Partial<ClassifierConfig>,
): ClassifierConfig {
  const full = { ...defaults, ...config };
  const { classes, dModel, depth, dState, nSsm, channels, dropout, dtMin, dtMax, vocab } = full;
  checkCounts('classifier', { classes, dModel, depth, dState, nSsm, channels });
  if (dState % 2 !== 0) throw new ShapeError(`classifier: dState is ${dState}, expected an even number`);
  if (dModel % nSsm !== 0) {
    throw new ShapeError(`classifier: nSsm is ${nSsm}, expected a divisor of dModel = ${dModel}`);
  }
  if (!Number.isSafeInteger(vocab) || vocab < 0) {
    throw new ShapeError(`classifier: vocab is ${vocab}, expected a whole number, 0 for real input`);
  }
  if (!(dropout >= 0 && dropout < 1)) {
    throw new ShapeError(`classifier: dropout is ${dropout}, expected 0 <= dropout < 1`);
  }
  if (!(dtMin > 0 && dtMin <= dtMax && dtMax < Infinity)) {
    throw new ShapeError(`classifier: dtMin is ${dtMin} and dtMax ${dtMax}, expected 0 < dtMin <= dtMax`);
  }
  return full;
}
