import { s4dInit } from '../../reference/hippo.js';
import { longconv, s4dKernel } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import type { S4dParams } from '../backend.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import type { S4dConfig } from './config.js';
import { type HostArray, hostParam } from './params.js';

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
export function initS4d(rng: Rng, config: S4dConfig): S4d<Param<HostArray>> {
  const { dModel: H, nSsm, channels, bidirectional, parity } = config;
  const M = config.dState / 2;
  const { lambda, B } = s4dInit(config.init, M);
  const least = parity === 'v3' ? 1e-3 : 1e-4;
  const lr = kernelRates(config);
  const [dt, normal] = [rng.split('dt'), rng.split('C')];
  const [low, high] = [Math.log(config.dtMin), Math.log(config.dtMax)];
  const C = hostParam([bidirectional ? 2 * channels : channels, H, M, 2], () => normal.normal() / Math.SQRT2, {
    lr: lr.C,
  });
  if (parity === 'v3') multiplyModes(C.value.values, B);
  const skip = rng.split('D');
  return {
    invDt: hostParam([H], () => inverseTransform(low + (high - low) * dt.uniform(), config.dtTransform), {
      lr: lr.dt,
      decay: false,
    }),
    invReA: hostParam([nSsm, M], (i) => Math.log(Math.max(-lambda[2 * (i % M)], least)), { lr: lr.A, decay: false }),
    invImA: hostParam(
      [nSsm, M],
      (i) => (parity === 'v3' ? lambda[2 * (i % M) + 1] : Math.min(lambda[2 * (i % M) + 1], -least)),
      { lr: lr.A, decay: false },
    ),
    B: hostParam([nSsm, M, 2], (i) => B[i % (2 * M)], { lr: lr.B, decay: false }),
    C,
    D: hostParam([channels, H], () => skip.normal()),
  };
}

/** The stored number that becomes dt = exp(logDt). */
function inverseTransform(logDt: number, transform: S4dConfig['dtTransform']): number {
  return transform === 'exp' ? logDt : Math.log(Math.expm1(Math.exp(logDt)));
}

/** In parity v4 one rate for the kernel holds for C as well; in v3 C learns at the optimiser's. */
function kernelRates({ kernelLr, parity }: S4dConfig): Record<'dt' | 'A' | 'B' | 'C', number | undefined> {
  if (typeof kernelLr !== 'number') return { dt: kernelLr?.dt, A: kernelLr?.A, B: kernelLr?.B, C: undefined };
  return { dt: kernelLr, A: kernelLr, B: kernelLr, C: parity === 'v4' ? kernelLr : undefined };
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
export function s4d<T extends TensorLike>({ D, ...params }: S4d<Var<T>>, u: Var<T>, config: S4dConfig): Var<T> {
  const { bidirectional, dtTransform, discretisation } = config;
  using k = s4dKernel(params, { L: u.shape[2] as number, dtTransform, discretisation });
  return longconv(u, k, { D, bidirectional });
}
