/** @file Modes of diagonal state space models: from stored parameters to Ab and Bb = coef B, with derivatives. */
import type * as ops from '../src/ops/s4d.js';
import { type Complex, add, conj, exp, expm1, inverse, mul, scale, sub } from './complex.js';
import { timeStep, timeStepSlope, transform, transformSlope } from './ssm.js';

/** Stored parameters. */
export type S4dParams = ops.S4dParams<Float64Array>;

export interface S4dDims {
  readonly H: number;
  readonly S: number;
  readonly M: number;
  readonly C: number;
}

/**
 * A discretised mode and the derivatives of Ab and coef in dt, A and conj(A). All are 0 for a mode that is left out.
 */
export interface Mode {
  readonly Ab: Complex;
  readonly coef: Complex;
  readonly dAbDt: Complex;
  readonly dAbA: Complex;
  readonly dCoefDt: Complex;
  readonly dCoefA: Complex;
  readonly dCoefConjA: Complex;
  /** The powers of Ab run from the last sample to the first. */
  readonly backwards: boolean;
}

const ZERO: Complex = [0, 0];

const LEFT_OUT: Mode = {
  Ab: ZERO,
  coef: ZERO,
  dAbDt: ZERO,
  dAbA: ZERO,
  dCoefDt: ZERO,
  dCoefA: ZERO,
  dCoefConjA: ZERO,
  backwards: false,
};

/** d/dz of (exp(z) - 1) / z. The difference cancels near z = 0, where the power series is used. */
function dphi1(z: Complex): Complex {
  if (Math.hypot(...z) < 1) {
    // sum_n (n + 1) z^n / (n + 2)!; 20 terms leave less than 1 / 20!.
    let sum: Complex = ZERO;
    let term: Complex = [0.5, 0];
    for (let n = 0; n < 20; n++) {
      sum = add(sum, scale(n + 1, term));
      term = scale(1 / (n + 3), mul(term, z));
    }
    return sum;
  }
  const reciprocal = inverse(z);
  return mul(sub(exp(z), mul(expm1(z), reciprocal)), reciprocal);
}

/** Ab = exp(dt A), coef = (exp(dt A) - 1) / A. */
function hold(dt: number, A: Complex): Mode {
  const z = scale(dt, A);
  const Ab = exp(z);
  return {
    Ab,
    coef: mul(expm1(z), inverse(A)),
    dAbDt: mul(A, Ab),
    dAbA: scale(dt, Ab),
    dCoefDt: Ab,
    dCoefA: scale(dt * dt, dphi1(z)),
    dCoefConjA: ZERO,
    backwards: false,
  };
}

/** Ab = (1 + dt A/2) / (1 - dt A/2), coef = dt / (1 - dt A/2). */
function bilinear(dt: number, A: Complex): Mode {
  const z = scale(dt, A);
  const reciprocal = inverse([1 - z[0] / 2, -z[1] / 2]);
  const square = mul(reciprocal, reciprocal);
  return {
    Ab: mul([1 + z[0] / 2, z[1] / 2], reciprocal),
    coef: scale(dt, reciprocal),
    dAbDt: mul(A, square),
    dAbA: scale(dt, square),
    dCoefDt: square,
    dCoefA: scale((dt * dt) / 2, square),
    dCoefConjA: ZERO,
    backwards: false,
  };
}

/** Keeps the reciprocal of DSS finite. */
const DSS_EPS = 1e-7;

/**
 * Each mode divided by A and by its sum over L samples, of which the largest is 1:
 *
 *     s = -1 where Re A > 0, else 1;  Ab = exp(s dt A);  l counts from the last sample where s = -1
 *     coef = (Ab - 1) r((Ab^L - 1) A),  r(x) = conj(x) / (|x|^2 + 1e-7)
 *
 * Gupta, Gu and Berant, arXiv:2203.14343.
 */
function dss(dt: number, A: Complex, L: number): Mode {
  const s = A[0] > 0 ? -1 : 1;
  const z = scale(s * dt, A);
  const Ab = exp(z);
  const AbL = exp(scale(L, z));
  const numerator = expm1(z);
  const x = mul(expm1(scale(L, z)), A);
  const size = x[0] * x[0] + x[1] * x[1] + DSS_EPS;
  const r = scale(1 / size, conj(x));
  // r is not analytic: dr = a dx + b conj(dx).
  const a = scale(-1 / (size * size), mul(conj(x), conj(x)));
  const b = DSS_EPS / (size * size);
  const slopeA = scale(s * dt, Ab);
  const slopeDt = scale(s, mul(A, Ab));
  const xA = add(mul(A, scale(s * dt * L, AbL)), expm1(scale(L, z)));
  const xDt = scale(s * L, mul(mul(A, A), AbL));
  return {
    Ab,
    coef: mul(numerator, r),
    dAbDt: slopeDt,
    dAbA: slopeA,
    dCoefDt: add(mul(slopeDt, r), mul(numerator, add(mul(a, xDt), scale(b, conj(xDt))))),
    dCoefA: add(mul(slopeA, r), mul(numerator, mul(a, xA))),
    dCoefConjA: mul(numerator, scale(b, conj(xA))),
    backwards: s < 0,
  };
}

/**
 * Mode m of feature h.
 *
 * @param L - samples of the kernel, which 'dss' normalises over.
 */
export function mode(
  { invDt, invReA, invImA }: S4dParams,
  { S, M }: S4dDims,
  h: number,
  m: number,
  options: ops.S4dOptions,
  L: number,
): Mode {
  const { discretisation = 'zoh', bandlimit = Infinity, rate = 1 } = options;
  const dt = timeStep(invDt[h], options);
  const i = (h % S) * M + m;
  const { realTransform = 'exp', imagTransform = 'none' } = options;
  const A: Complex = [-transform(realTransform, invReA[i]), -transform(imagTransform, invImA[i])];
  if (((dt / rate) * Math.abs(A[1])) / Math.PI >= bandlimit) return LEFT_OUT;
  switch (discretisation) {
    case 'zoh':
      return hold(dt, A);
    case 'bilinear':
      return bilinear(dt, A);
    case 'dss':
      return dss(dt, A, L);
  }
}

/** Cotangents of invDt [H] and of invReA and invImA [S, M], to which modes add theirs. */
export interface ModeGradients {
  readonly dInvDt: Float64Array;
  readonly dInvReA: Float64Array;
  readonly dInvImA: Float64Array;
}

/** Pull cotangents of a mode's Ab and coef back to the stored parameters. */
export function addModeGradients(
  to: ModeGradients,
  { invDt, invReA, invImA }: S4dParams,
  { S, M }: S4dDims,
  h: number,
  m: number,
  options: ops.S4dOptions,
  mode: Mode,
  dAb: Complex,
  dCoef: Complex,
): void {
  const { realTransform = 'exp', imagTransform = 'none' } = options;
  const i = (h % S) * M + m;
  const dDt = add(mul(conj(mode.dAbDt), dAb), mul(conj(mode.dCoefDt), dCoef))[0];
  const analytic = add(mul(conj(mode.dAbA), dAb), mul(conj(mode.dCoefA), dCoef));
  const dA = add(analytic, mul(mode.dCoefConjA, conj(dCoef)));
  to.dInvDt[h] += timeStepSlope(invDt[h], options) * dDt;
  to.dInvReA[i] -= transformSlope(realTransform, invReA[i]) * dA[0];
  to.dInvImA[i] -= transformSlope(imagTransform, invImA[i]) * dA[1];
}
