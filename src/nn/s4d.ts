import { s4dInit } from '../../reference/s4d-init.js';
import { longconv } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import { s4dKernel } from '../autograd/s4d-ops.js';
import type { Var } from '../autograd/tape.js';
import type { S4dParams } from '../backend.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import { type HostArray, hostParam } from './params.js';
import {
  type MixerDims,
  type SsmConfig,
  checkSsm,
  initC,
  initInvDt,
  initSkip,
  kernelRates,
  leastA,
  ssmDefaults,
} from './ssm.js';

/** A diagonal state space layer (S4D). */
export interface S4dConfig extends SsmConfig {
  readonly kind: 's4d';
  /** Initial eigenvalues: S4D-Lin, S4D-Inv or S4D-LegS of arXiv:2206.11893. */
  readonly init: 'lin' | 'inv' | 'legs';
  readonly discretisation: 'zoh' | 'bilinear';
}

/** Fill what is left out: S4D-Lin, zero-order hold, and {@link ssmDefaults}. @throws ShapeError for values out of range. */
export function s4dConfig(config: Partial<S4dConfig>, dims: MixerDims): S4dConfig {
  const full: S4dConfig = { ...ssmDefaults, init: 'lin', discretisation: 'zoh', ...config, kind: 's4d' };
  checkSsm('s4d', full, dims);
  return full;
}

/** A diagonal state space model with its skip weights D [C, H]. C of a two-sided one has twice the channels. */
export interface S4d<X> extends S4dParams<X> {
  readonly D: X;
}

/**
 * Initial parameters: dt log-uniform in dtMin .. dtMax, A and B by `init` (the same in all nSsm sets), C complex normal
 * with E|C|^2 = 1, D standard normal.
 *
 * @see Gu, Gupta, Goel and Ré, arXiv:2206.11893, section 4; Gu et al., arXiv:2206.12037, for the range of dt.
 */
export function initS4d(rng: Rng, config: S4dConfig, dims: MixerDims): S4d<Param<HostArray>> {
  const { nSsm } = config;
  const M = config.dState / 2;
  const { lambda, B } = s4dInit(config.init, M);
  const least = leastA(dims);
  const lr = kernelRates(config, dims);
  const C = initC(rng.split('C'), M, dims, lr.C);
  if (dims.parity === 'v3') multiplyModes(C.value.values, B);
  return {
    invDt: initInvDt(rng.split('dt'), config, dims, lr.dt),
    invReA: hostParam([nSsm, M], (i) => Math.log(Math.max(-lambda[2 * (i % M)], least.real)), {
      lr: lr.A,
      decay: false,
    }),
    invImA: hostParam([nSsm, M], (i) => Math.max(-lambda[2 * (i % M) + 1], least.imag), { lr: lr.A, decay: false }),
    B: hostParam([nSsm, M, 2], (i) => B[i % (2 * M)], { lr: lr.B, decay: false }),
    C,
    D: initSkip(rng.split('D'), dims),
  };
}

/** C[.., m] = C[.., m] B[m], complex. */
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
