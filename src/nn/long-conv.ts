import { irfft, rfft } from '../autograd/fft-ops.js';
import { resize, smooth, squash } from '../autograd/kernel-ops.js';
import { dropout, longconv } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import { ShapeError } from '../errors.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import { mixerStream } from './dropout-streams.js';
import type { MixerCall } from './mixer.js';
import { type HostArray, hostParam } from './params.js';
import { type MixerDims, initSkip } from './ssm.js';

/** A long convolution whose taps are the parameters. */
export interface LongConvConfig {
  readonly kind: 'longconv';
  /**
   * Initial taps: 'random' 0.002 N(0, 1), or 'geometric' 0.02 N(0, 1) exp(-(l / lMax) floor(H / 2)^(h / H)), h and l
   * from 0.
   */
  readonly weights: 'random' | 'geometric';
  /** Taps are drawn towards zero by lambda, those below it are zero. */
  readonly lambda: number;
  /** A moving average over the taps, a Gaussian one over the bins of their spectrum, or none. */
  readonly smoothing: 'none' | 'time' | 'frequency';
  /** Taps or bins that smoothing joins, an odd number. */
  readonly smoothWidth: number;
  /** Probability of zeroing a tap, by a fresh mask in every training step. */
  readonly kernelDropout: number;
  /** Learning rate of the taps; the optimiser's where undefined. They do not decay. */
  readonly kernelLr?: number | undefined;
}

const defaults: LongConvConfig = {
  kind: 'longconv',
  weights: 'random',
  lambda: 0.001,
  smoothing: 'none',
  smoothWidth: 7,
  kernelDropout: 0.2,
  kernelLr: 1e-3,
};

/**
 * Fill what is left out: random taps, lambda 0.001, no smoothing, kernel dropout 0.2, kernel rate 1e-3.
 *
 * @throws {@link ShapeError} if a value is out of its range, or dims.lMax is left out.
 */
export function longConvConfig(config: Partial<LongConvConfig>, dims: MixerDims): LongConvConfig {
  const full: LongConvConfig = { ...defaults, ...config, kind: 'longconv' };
  const { lambda, smoothWidth, kernelDropout } = full;
  taps(dims);
  if (!(lambda >= 0)) throw new ShapeError(`longconv: lambda is ${lambda}, expected lambda >= 0`);
  if (!Number.isSafeInteger(smoothWidth) || smoothWidth < 1 || smoothWidth % 2 === 0) {
    throw new ShapeError(`longconv: smoothWidth is ${smoothWidth}, expected an odd whole number`);
  }
  if (!(kernelDropout >= 0 && kernelDropout < 1)) {
    throw new ShapeError(`longconv: kernelDropout is ${kernelDropout}, expected 0 <= kernelDropout < 1`);
  }
  return full;
}

function taps({ lMax }: MixerDims): number {
  if (lMax === undefined) throw new ShapeError('longconv: lMax is undefined, expected the longest length');
  return lMax;
}

/** Parameters of a long convolution. A two-sided one has twice the kernels. */
export interface LongConv<X> {
  /** [C, H, lMax]. */
  readonly k: X;
  /** Skip weights, [C, H]. */
  readonly D: X;
}

/** How large tap l of L starts in feature h of H: far taps are small, the more so the higher the feature. */
export function geometricEnvelope(l: number, L: number, h: number, H: number): number {
  return 0.02 * Math.exp(-(l / L) * Math.floor(H / 2) ** (h / H));
}

/**
 * Initial parameters.
 *
 * @see Fu, Epstein, Nguyen, Thomas, Zhang, Dao, Rudra and Ré, arXiv:2302.06646.
 */
export function initLongConv(rng: Rng, config: LongConvConfig, dims: MixerDims): LongConv<Param<HostArray>> {
  const { channels, bidirectional, dModel: H } = dims;
  const L = taps(dims);
  const noise = rng.split('k');
  const size = (i: number): number =>
    config.weights === 'random' ? 0.002 : geometricEnvelope(i % L, L, Math.floor(i / L) % H, H);
  return {
    k: hostParam([bidirectional ? 2 * channels : channels, H, L], (i) => size(i) * noise.normal(), {
      lr: config.kernelLr,
      decay: false,
    }),
    D: initSkip(rng.split('D'), dims),
  };
}

/** The kernel after smoothing, squashing and dropout, cut to L taps. */
export function longConvKernel<T extends TensorLike>(
  k: Var<T>,
  L: number,
  { lambda, smoothing, smoothWidth, kernelDropout }: LongConvConfig,
  { training, layer }: MixerCall<T>,
): Var<T> {
  const steps: ((x: Var<T>) => Var<T>)[] = [];
  const K = k.shape[2] as number;
  if (smoothing === 'time') steps.push((x) => smooth(x, smoothWidth));
  if (smoothing === 'frequency') {
    steps.push((x) => {
      using spectrum = rfft(x);
      using smoothed = smooth(spectrum, smoothWidth, { window: 'gaussian', complex: true });
      return irfft(smoothed, { n: K });
    });
  }
  if (L < K) steps.push((x) => resize(x, L));
  if (lambda > 0) steps.push((x) => squash(x, lambda));
  if (training !== undefined && kernelDropout > 0) {
    steps.push((x) => dropout(x, { p: kernelDropout, key: training.key, stream: mixerStream(layer) }));
  }
  return steps.reduce((x, step) => {
    const next = step(x);
    if (x !== k) x.tape.release(x);
    return next;
  }, k);
}

/** The convolution applied to a whole sequence. u [B, H, L]; y [B, C H, L]. */
export function longConvMixer<T extends TensorLike>(
  { k, D }: LongConv<Var<T>>,
  u: Var<T>,
  config: LongConvConfig,
  { bidirectional }: MixerDims,
  call: MixerCall<T>,
): Var<T> {
  const kernel = longConvKernel(k, u.shape[2] as number, config, call);
  const y = longconv(u, kernel, { D, bidirectional });
  if (kernel !== k) kernel.tape.release(kernel);
  return y;
}
