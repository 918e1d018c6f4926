import { type SgconvDims, type SgconvOptions, sgconvNorm } from '../../reference/kernels.js';
import { sgconvKernel } from '../autograd/kernel-ops.js';
import { longconv } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import { ShapeError } from '../errors.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import { type HostArray, checkCounts, hostParam } from './params.js';
import { type MixerDims, initSkip } from './ssm.js';

/** A structured global convolution (SGConv): few weights, stretched to ever longer scales. */
export interface SgconvConfig {
  readonly kind: 'sgconv';
  /** d, weights of one scale. */
  readonly kernelDim: number;
  /** S; as many as cover lMax where left out. */
  readonly nScales?: number | undefined;
  /** The finest scale is stretched by 2^initScale. */
  readonly initScale: number;
  /** Scales one after the other, or added. */
  readonly mode: 'cat' | 'sum';
  readonly interpolation: 'linear' | 'nearest';
  /** Initial weights: standard normal, or cosines of 0 .. H - 1 turns, dealt out to the features at random. */
  readonly weights: 'randn' | 'cos';
  /**
   * What makes far taps small. 'scale': scale i of S is multiplied by m^(S - 1 - i), m fixed and evenly spaced over
   * the features. 'power': tap l is multiplied by (l + 1)^-p, p uniform over the features. 'fixed-power': the same with
   * p not trained.
   */
  readonly decay: 'scale' | 'power' | 'fixed-power';
  /** Range of m or p. */
  readonly decayMin: number;
  readonly decayMax: number;
  /** Multiply the initial weights of each scale by d values evenly spaced from 1 to 2 / (decayMin + decayMax). */
  readonly taper: boolean;
  /** Learning rate of the weights and of p; the optimiser's where undefined. Weight decay applies. */
  readonly kernelLr?: number | undefined;
}

const defaults: SgconvConfig = {
  kind: 'sgconv',
  kernelDim: 32,
  initScale: 0,
  mode: 'cat',
  interpolation: 'linear',
  weights: 'randn',
  decay: 'scale',
  decayMin: 2,
  decayMax: 2,
  taper: false,
  kernelLr: 1e-3,
};

/**
 * Fill what is left out: 32 weights a scale, scales one after the other, linear interpolation, normal weights, each
 * scale half of the one before, kernel rate 1e-3.
 *
 * @throws {@link ShapeError} if a value is out of its range, or dims.lMax is left out.
 */
export function sgconvConfig(config: Partial<SgconvConfig>, dims: MixerDims): SgconvConfig {
  const full: SgconvConfig = { ...defaults, ...config, kind: 'sgconv' };
  const { kernelDim, initScale, decayMin, decayMax } = full;
  checkCounts('sgconv', { kernelDim, ...(full.nScales === undefined ? {} : { nScales: full.nScales }) });
  if (!Number.isSafeInteger(initScale) || initScale < 0) {
    throw new ShapeError(`sgconv: initScale is ${initScale}, expected a whole number`);
  }
  if (!(decayMin > 0 && decayMin <= decayMax && decayMax < Infinity)) {
    throw new ShapeError(`sgconv: decayMin is ${decayMin} and decayMax ${decayMax}, expected 0 < decayMin <= decayMax`);
  }
  scales(full, dims);
  return full;
}

/** S = 1 + ceil(log2(lMax / d)) - initScale unless given: the kernel then covers lMax. */
function scales({ nScales, kernelDim, initScale }: SgconvConfig, { lMax }: MixerDims): number {
  if (nScales !== undefined) return nScales;
  if (lMax === undefined) throw new ShapeError('sgconv: lMax is undefined, expected the longest length or nScales');
  return Math.max(1, 1 + Math.ceil(Math.log2(lMax / kernelDim)) - initScale);
}

/** Parameters of an SGConv. Kernels of a two-sided one have twice the channels. */
export interface Sgconv<X> {
  /** [S, C, H, d]. */
  readonly w: X;
  /** m, [H], not trained. */
  readonly decay?: X | undefined;
  /** p, [H]. */
  readonly power?: X | undefined;
  /** Z, [C, H], not trained: the norms of the initial kernels at their whole length. */
  readonly norm: X;
  /** Skip weights, [C, H]. */
  readonly D: X;
}

/**
 * Initial parameters. Z follows from the other initial values and stays as it is.
 *
 * @see Li, Cai, Zhang, Chen and Dey, arXiv:2210.09298.
 */
export function initSgconv(rng: Rng, config: SgconvConfig, dims: MixerDims): Sgconv<Param<HostArray>> {
  const { channels, bidirectional, dModel: H } = dims;
  const { kernelDim: d, decayMin, decayMax, kernelLr: lr } = config;
  const [S, C] = [scales(config, dims), bidirectional ? 2 * channels : channels];
  const next = initialWeights(rng.split('w'), config, { C, H });
  const taper = (j: number): number => (config.taper ? 1 + evenly(j, d) * (2 / (decayMin + decayMax) - 1) : 1);
  const w = hostParam([S, C, H, d], (i) => next(i) * taper(i % d), { lr });
  const draw = rng.split('power');
  const decay: Pick<Sgconv<Param<HostArray>>, 'decay' | 'power'> =
    config.decay === 'scale'
      ? { decay: hostParam([H], (h) => decayMin + (decayMax - decayMin) * evenly(h, H), { lr: 0 }) }
      : {
          power: hostParam([H], () => decayMin + (decayMax - decayMin) * draw.uniform(), {
            lr: config.decay === 'power' ? lr : 0,
          }),
        };
  const norm = hostParam([C, H], () => 1, { lr: 0 });
  return normSgconv({ w, ...decay, norm, D: initSkip(rng.split('D'), dims) }, config);
}

/** The parameters with Z, the norms of their kernels at their whole length. */
export function normSgconv(params: Sgconv<Param<HostArray>>, config: SgconvConfig): Sgconv<Param<HostArray>> {
  const { w, decay, power, norm } = params;
  const [S, C, H, d] = w.value.shape as [number, number, number, number];
  const options: SgconvOptions = { ...config, decay: decay && f64(decay), power: power && f64(power) };
  const Z = sgconvNorm(f64(w), { S, C, H, d }, options);
  const values = w.value.values instanceof Float64Array ? Z : Float32Array.from(Z);
  return { ...params, norm: { ...norm, value: { values, shape: norm.value.shape } } };
}

const f64 = ({ value }: Param<HostArray>): Float64Array => Float64Array.from(value.values);

/** i of n points evenly spaced in 0 .. 1. */
function evenly(i: number, n: number): number {
  return n === 1 ? 0 : i / (n - 1);
}

/** Entry i of [S, C, H, d], asked for in order. All channels of a scale start with the same cosines. */
function initialWeights(
  rng: Rng,
  { weights, kernelDim: d }: SgconvConfig,
  { C, H }: Pick<SgconvDims, 'C' | 'H'>,
): (i: number) => number {
  if (weights === 'randn') return () => rng.normal();
  let turns: Uint32Array = rng.permutation(H);
  return (i) => {
    if (i > 0 && i % (C * H * d) === 0) turns = rng.permutation(H);
    return Math.cos(2 * Math.PI * turns[Math.floor(i / d) % H] * evenly(i % d, d));
  };
}

/** The convolution applied to a whole sequence. u [B, H, L]; y [B, C H, L]. */
export function sgconvMixer<T extends TensorLike>(
  { w, decay, power, norm, D }: Sgconv<Var<T>>,
  u: Var<T>,
  { mode, interpolation, initScale }: SgconvConfig,
  { bidirectional }: MixerDims,
): Var<T> {
  const L = u.shape[2] as number;
  using k = sgconvKernel(w, { L, mode, interpolation, initScale, decay, power, norm });
  return longconv(u, k, { D, bidirectional });
}
