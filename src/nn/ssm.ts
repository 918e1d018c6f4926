/** @file What layers of state space models have in common: configuration and initial parameters. */
import { inverseTransform } from '../../reference/ssm.js';
import type { Param } from '../autograd/params.js';
import type { Transform } from '../backend.js';
import { ShapeError } from '../errors.js';
import type { Rng } from '../rng.js';
import { type HostArray, checkCounts, hostParam } from './params.js';

/** Learning rates of a convolution kernel's parameters; the optimiser's for those left out. 0 keeps a part fixed. */
export interface KernelLr {
  readonly dt?: number | undefined;
  /** Of invReA, invImA and P. */
  readonly A?: number | undefined;
  readonly B?: number | undefined;
}

/** A layer's place in its model: what every mixer has to know of it. */
export interface MixerDims {
  /** Channels of the sequence, H. */
  readonly dModel: number;
  /** Output channels for each input channel. */
  readonly channels: number;
  readonly bidirectional: boolean;
  /**
   * Which of the authors' two published versions to follow where they differ.
   * v3: Im A is not clamped, -Re A starts at 1e-3 at least, C of S4D starts as C B, C learns at the optimiser's rate,
   * biases and norms decay, dropout after GELU.
   * v4: both parts of -A start at 1e-4 at least, one kernelLr holds for C too, biases and norms of the backbone do not
   * decay, dropout before and after GELU.
   */
  readonly parity: 'v3' | 'v4';
  /** Longest sequence; needed by models whose parameters depend on it: S4, SGConv, long convolutions. */
  readonly lMax?: number | undefined;
}

/** What S4 and S4D have in common. */
export interface SsmConfig {
  /** Real state size N; N/2 complex modes are stored. */
  readonly dState: number;
  /** Independent sets of A and B; a divisor of H. Head h uses set h mod nSsm. */
  readonly nSsm: number;
  /** Range of the initial steps, log-uniform. */
  readonly dtMin: number;
  readonly dtMax: number;
  readonly dtTransform: 'exp' | 'softplus';
  /** How -Re A and -Im A follow from their stored parameters. */
  readonly realTransform: Transform;
  readonly imagTransform: Transform;
  /** One rate for the whole kernel, or one for each part. */
  readonly kernelLr?: number | KernelLr | undefined;
}

/** N = 64, one set of eigenvalues, dt in 1e-3 .. 1e-1 as an exponential, -Re A too, kernel rate 1e-3. */
export const ssmDefaults: SsmConfig = {
  dState: 64,
  nSsm: 1,
  dtMin: 1e-3,
  dtMax: 1e-1,
  dtTransform: 'exp',
  realTransform: 'exp',
  imagTransform: 'none',
  kernelLr: 1e-3,
};

/** @throws {@link ShapeError} if a value is out of its range. */
export function checkSsm(name: string, config: SsmConfig, { dModel }: MixerDims): void {
  const { dState, nSsm, dtMin, dtMax } = config;
  checkCounts(name, { dState, nSsm });
  if (dState % 2 !== 0) throw new ShapeError(`${name}: dState is ${dState}, expected an even number`);
  if (dModel % nSsm !== 0) throw new ShapeError(`${name}: nSsm is ${nSsm}, expected a divisor of dModel = ${dModel}`);
  if (!(dtMin > 0 && dtMin <= dtMax && dtMax < Infinity)) {
    throw new ShapeError(`${name}: dtMin is ${dtMin} and dtMax ${dtMax}, expected 0 < dtMin <= dtMax`);
  }
}

/** In parity v4 one rate for the kernel holds for C as well; in v3 C learns at the optimiser's. */
export function kernelRates(
  { kernelLr }: SsmConfig,
  { parity }: MixerDims,
): Record<'dt' | 'A' | 'B' | 'C', number | undefined> {
  if (typeof kernelLr !== 'number') return { dt: kernelLr?.dt, A: kernelLr?.A, B: kernelLr?.B, C: undefined };
  return { dt: kernelLr, A: kernelLr, B: kernelLr, C: parity === 'v4' ? kernelLr : undefined };
}

/** invDt [H] such that dt is log-uniform in dtMin .. dtMax. */
export function initInvDt(rng: Rng, config: SsmConfig, { dModel }: MixerDims, lr?: number): Param<HostArray> {
  const [low, high] = [Math.log(config.dtMin), Math.log(config.dtMax)];
  const stored = (logDt: number): number =>
    config.dtTransform === 'exp' ? logDt : Math.log(Math.expm1(Math.exp(logDt)));
  return hostParam([dModel], () => stored(low + (high - low) * rng.uniform()), { lr, decay: false });
}

/** Least values that -Re A and -Im A start from; no bound on Im A in v3. */
function leastA({ parity }: MixerDims): { real: number; imag: number } {
  return parity === 'v3' ? { real: 1e-3, imag: -Infinity } : { real: 1e-4, imag: 1e-4 };
}

/** invReA and invImA [S, M] from eigenvalues, complex [S, M, 2]. */
export function initA(
  lambda: Float64Array,
  { nSsm: S, dState, realTransform, imagTransform }: SsmConfig,
  dims: MixerDims,
  lr?: number,
): Record<'invReA' | 'invImA', Param<HostArray>> {
  const { real, imag } = leastA(dims);
  const stored = (kind: Transform, part: 0 | 1, least: number): Param<HostArray> =>
    hostParam(
      [S, dState / 2],
      (i) => inverseTransform(kind, Math.max(-lambda[2 * i + part], least)),
      { lr, decay: false },
    );
  return { invReA: stored(realTransform, 0, real), invImA: stored(imagTransform, 1, imag) };
}

/** Complex C, E|C|^2 = 1, with twice the channels where the model looks both ways. [C, H, M, 2]. */
export function initC(
  rng: Rng,
  M: number,
  { channels, bidirectional, dModel }: MixerDims,
  lr?: number,
): Param<HostArray> {
  const C = bidirectional ? 2 * channels : channels;
  return hostParam([C, dModel, M, 2], () => rng.normal() / Math.SQRT2, { lr });
}

/** Skip weights D [C, H], standard normal. */
export function initSkip(rng: Rng, { channels, dModel }: MixerDims): Param<HostArray> {
  return hostParam([channels, dModel], () => rng.normal());
}
