import { type S4dInit, type S4dInput, s4dInit } from '../../reference/s4d-init.js';
import { longconv } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import { s4dKernel } from '../autograd/s4d-ops.js';
import type { Var } from '../autograd/tape.js';
import type { S4dParams } from '../backend.js';
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

/** A diagonal state space layer (S4D). */
export interface S4dConfig extends SsmConfig {
  readonly kind: 's4d';
  /** Initial eigenvalues; of several, the first nSsm / count sets take the first, and so on. */
  readonly init: S4dInit | readonly S4dInit[];
  /** Initial B; the one that belongs to the eigenvalues where left out. */
  readonly initB?: S4dInput | undefined;
  /** Factors of both parts of the initial eigenvalues. */
  readonly realScale: number;
  readonly imagScale: number;
  /** Draw the initial -Re A uniformly. */
  readonly realRandom: boolean;
  /** Scale the initial B such that a steady input gives variance 1. */
  readonly normalize: boolean;
  readonly discretisation: 'zoh' | 'bilinear' | 'dss';
  /** Leave out modes faster than this share of the sampling rate; none where left out. */
  readonly bandlimit?: number | undefined;
}

const defaults: S4dConfig = {
  ...ssmDefaults,
  kind: 's4d',
  init: 'lin',
  realScale: 1,
  imagScale: 1,
  realRandom: false,
  normalize: false,
  discretisation: 'zoh',
};

/** Fill what is left out: S4D-Lin, zero-order hold, {@link ssmDefaults}. @throws ShapeError for values out of range. */
export function s4dConfig(config: Partial<S4dConfig>, dims: MixerDims): S4dConfig {
  const full: S4dConfig = { ...defaults, ...config, kind: 's4d' };
  checkSsm('s4d', full, dims);
  const { length } = [full.init].flat();
  if (length === 0 || full.nSsm % length !== 0) {
    throw new ShapeError(`s4d: init names ${length}, expected a divisor of nSsm = ${full.nSsm}`);
  }
  return full;
}

/** A diagonal state space model with its skip weights D [C, H]. C of a two-sided one has twice the channels. */
export interface S4d<X> extends S4dParams<X> {
  readonly D: X;
}

/**
 * Initial parameters: dt log-uniform in dtMin .. dtMax, A and B by `init`, C complex normal
 * with E|C|^2 = 1, D standard normal.
 *
 * @see Gu, Gupta, Goel and Ré, arXiv:2206.11893, section 4; Gu et al., arXiv:2206.12037, for the range of dt.
 */
export function initS4d(rng: Rng, config: S4dConfig, dims: MixerDims): S4d<Param<HostArray>> {
  const { nSsm: S, dState } = config;
  const M = dState / 2;
  const { lambda, B } = initialSets(rng.split('A'), config);
  const lr = kernelRates(config, dims);
  const C = initC(rng.split('C'), M, dims, lr.C);
  if (dims.parity === 'v3') multiplyModes(C.value.values, B);
  return {
    invDt: initInvDt(rng.split('dt'), config, dims, lr.dt),
    ...initA(lambda, config, dims, lr.A),
    B: hostParam([S, M, 2], (i) => B[i], { lr: lr.B, decay: false }),
    C,
    D: initSkip(rng.split('D'), dims),
  };
}

/** lambda and B of all sets, complex [S, M, 2]. Sets of one kind are equal but for what is random. */
function initialSets(rng: Rng, config: S4dConfig): { lambda: Float64Array; B: Float64Array } {
  const { init, initB, nSsm, dState } = config;
  const kinds = [init].flat();
  const sets = Array.from({ length: nSsm }, (_, s) =>
    s4dInit(kinds[Math.floor((s * kinds.length) / nSsm)], dState / 2, { ...config, B: initB, rng }),
  );
  const concat = (parts: Float64Array[]): Float64Array => Float64Array.from(parts.flatMap((part) => [...part]));
  return { lambda: concat(sets.map(({ lambda }) => lambda)), B: concat(sets.map(({ B }) => B)) };
}

/** C[c, h, m] = C[c, h, m] B[h mod S, m], complex. */
function multiplyModes(C: HostArray['values'], B: Float64Array): void {
  for (let i = 0; i < C.length; i += 2) {
    const [re, im] = [C[i], C[i + 1]];
    const m = i % B.length;
    C[i] = re * B[m] - im * B[m + 1];
    C[i + 1] = re * B[m + 1] + im * B[m];
  }
}

/** The model applied to a whole sequence as a convolution. u [B, H, L]; y [B, C H, L]. */
export function s4d<T extends TensorLike>(
  { D, ...params }: S4d<Var<T>>,
  u: Var<T>,
  config: S4dConfig,
  { bidirectional }: MixerDims,
): Var<T> {
  using k = s4dKernel(params, { ...config, L: u.shape[2] as number });
  return longconv(u, k, { D, bidirectional });
}
