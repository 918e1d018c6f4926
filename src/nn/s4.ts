import { type S4Combination, type S4Init, s4Init } from '../../reference/s4-init.js';
import { s4CorrectC, s4DoubleC } from '../../reference/s4-length.js';
import type { S4Dims, S4Params as S4Arrays } from '../../reference/s4.js';
import { longconv } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import { s4Kernel } from '../autograd/s4-ops.js';
import type { Var } from '../autograd/tape.js';
import type { S4Params } from '../backend.js';
import { ShapeError } from '../errors.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import { type HostArray, hostParam } from './params.js';
import {
  type MixerDims,
  type SsmConfig,
  checkSsm,
  initA,
  initC,
  initInvDt,
  initSkip,
  kernelRates,
  ssmDefaults,
} from './ssm.js';

/** A structured state space layer (S4): A diagonal plus low-rank. */
export interface S4Config extends SsmConfig {
  readonly kind: 's4';
  /** A HiPPO measure, or several that the sets are shared between. */
  readonly init: S4Init | S4Combination;
  /** Rank of the low-rank part, 1 or 2; that of the measure where left out. */
  readonly rank?: number | undefined;
}

/** Fill what is left out: LegS and {@link ssmDefaults}. @throws ShapeError for values out of range or without lMax. */
export function s4Config(config: Partial<S4Config>, dims: MixerDims): S4Config {
  const full: S4Config = { ...ssmDefaults, init: 'legs', ...config, kind: 's4' };
  checkSsm('s4', full, dims);
  s4Length(dims);
  return full;
}

/** The length that C is corrected for. @throws {@link ShapeError} if there is none. */
export function s4Length({ lMax }: MixerDims): number {
  if (lMax === undefined) throw new ShapeError('s4: lMax is undefined, expected the longest length');
  return lMax;
}

/** A diagonal plus low-rank model with its skip weights D [C, H]. C of a two-sided one has twice the channels. */
export interface S4<X> extends S4Params<X> {
  readonly D: X;
}

/**
 * Initial parameters: dt log-uniform in dtMin .. dtMax, A, B and P by `init`, D standard normal, and C complex normal
 * with E|C|^2 = 1, from which the stored one, C (I - Ab^lMax), is made in f64.
 *
 * @see Gu, Goel and Ré, arXiv:2111.00396; Gu et al., arXiv:2206.12037.
 */
export function initS4(rng: Rng, config: S4Config, dims: MixerDims): S4<Param<HostArray>> {
  const { nSsm: S, dState: N } = config;
  const M = N / 2;
  const { lambda, B, P, R } = s4Init(config.init, { N, S }, { rank: config.rank });
  const lr = kernelRates(config, dims);
  const params = {
    invDt: initInvDt(rng.split('dt'), config, dims, lr.dt),
    ...initA(lambda, config, dims, lr.A),
    B: hostParam([S, M, 2], (i) => B[i], { lr: lr.B, decay: false }),
    P: hostParam([R, S, M, 2], (i) => P[i], { lr: lr.A, decay: false }),
    C: initC(rng.split('C'), M, dims, lr.C),
    D: initSkip(rng.split('D'), dims),
  };
  return correctS4(params, config, dims);
}

/**
 * Make C (I - Ab^lMax), which the kernel is made from, of C itself.
 *
 * @param params - with C itself.
 */
export function correctS4(params: S4<Param<HostArray>>, config: S4Config, dims: MixerDims): S4<Param<HostArray>> {
  return withC(params, s4CorrectC(hostArrays(params), s4Dims(params), s4Length(dims), config));
}

/**
 * Parameters for sequences of up to `length`: C is corrected for lMax doubled until it reaches that. The kernel's first
 * lMax samples stay as they are.
 *
 * @returns the parameters, and the new lMax for the configuration.
 */
export function lengthenS4(
  params: S4<Param<HostArray>>,
  config: S4Config,
  dims: MixerDims,
  length: number,
): { params: S4<Param<HostArray>>; lMax: number } {
  const longer = s4DoubleC(hostArrays(params), s4Dims(params), { lKernel: s4Length(dims), length }, config);
  return { params: withC(params, longer.C), lMax: longer.lKernel };
}

/** C in the precision that it has in `params`. */
function withC(params: S4<Param<HostArray>>, C: Float64Array): S4<Param<HostArray>> {
  const { values, shape } = params.C.value;
  const rounded = values instanceof Float64Array ? C : Float32Array.from(C);
  return { ...params, C: { ...params.C, value: { values: rounded, shape } } };
}

/** The values in f64, for what is done once on the host. */
function hostArrays(params: S4<Param<HostArray>>): S4Arrays {
  const { invDt, invReA, invImA, B, P, C } = params;
  const f64 = ({ value }: Param<HostArray>): Float64Array => Float64Array.from(value.values);
  return { invDt: f64(invDt), invReA: f64(invReA), invImA: f64(invImA), B: f64(B), P: f64(P), C: f64(C) };
}

/** The dimensions of a model, from the shapes of its parameters. */
export function s4Dims({ P, C }: S4<Param<{ readonly shape: readonly number[] }>>): S4Dims {
  const [R, S, M] = P.value.shape as [number, number, number];
  const [channels, H] = C.value.shape as [number, number];
  return { H, S, M, C: channels, R };
}

/** The model applied to a whole sequence as a convolution. u [B, H, L], L <= lMax; y [B, C H, L]. */
export function s4<T extends TensorLike>(
  { D, ...params }: S4<Var<T>>,
  u: Var<T>,
  config: S4Config,
  dims: MixerDims,
): Var<T> {
  using k = s4Kernel(params, { ...config, L: u.shape[2] as number, lKernel: s4Length(dims) });
  return longconv(u, k, { D, bidirectional: dims.bidirectional });
}
