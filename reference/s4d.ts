/**
 * @file Diagonal state space models (S4D) by their definition.
 *
 *     x'(t) = A x(t) + B u(t),  y(t) = 2 Re sum_m C[m] x[m](t)
 *
 * with M = N/2 modes of which each stands for itself and its conjugate. Sampled with step dt this is
 *
 *     x[l] = Ab x[l - 1] + Bb u[l],  y[l] = 2 Re sum_m C[m] x[m][l]
 *
 * S sets of A and B are tiled over the features: feature h uses set h mod S.
 * Gu, Gupta, Goel and Ré, arXiv:2206.11893.
 */
import { type Complex, add, addAt, at, conj, exp, expm1, inverse, mul, scale, sub } from './complex.js';
import { softplus } from './ssm.js';

/** Stored parameters. Complex values are pairs on the last axis. */
export interface S4dParams {
  /** [H]. dt = exp(invDt) or softplus(invDt). */
  readonly invDt: Float64Array;
  /** log(-Re A), [S, M]. */
  readonly invReA: Float64Array;
  /** Im A, [S, M]. */
  readonly invImA: Float64Array;
  /** Complex, [S, M, 2]. */
  readonly B: Float64Array;
  /** Complex, [C, H, M, 2]. */
  readonly C: Float64Array;
}

export interface S4dDims {
  readonly H: number;
  readonly S: number;
  readonly M: number;
  readonly C: number;
}

export interface S4dOptions {
  /** 'exp' by default. */
  readonly dtTransform?: 'exp' | 'softplus' | undefined;
  /** 'zoh' by default. */
  readonly discretisation?: 'zoh' | 'bilinear' | undefined;
}

/** Cotangents of {@link S4dParams}, each shaped like its parameter. */
export interface S4dGradients {
  dInvDt: Float64Array;
  dInvReA: Float64Array;
  dInvImA: Float64Array;
  dB: Float64Array;
  dC: Float64Array;
}

/** d/dz of (exp(z) - 1) / z. The difference cancels near z = 0, where the power series is used. */
function dphi1(z: Complex): Complex {
  if (Math.hypot(...z) < 1) {
    // sum_n (n + 1) z^n / (n + 2)!; 20 terms leave less than 1 / 20!.
    let sum: Complex = [0, 0];
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

/** A discretised mode: Ab, the factor coef of Bb = coef B, and their derivatives in dt and A. */
interface Mode {
  readonly Ab: Complex;
  readonly coef: Complex;
  readonly dAbDt: Complex;
  readonly dAbA: Complex;
  readonly dCoefDt: Complex;
  readonly dCoefA: Complex;
}

/**
 *     zoh        Ab = exp(dt A),                    coef = (exp(dt A) - 1) / A
 *     bilinear   Ab = (1 + dt A/2) / (1 - dt A/2),  coef = dt / (1 - dt A/2)
 */
function discretise(dt: number, A: Complex, discretisation: 'zoh' | 'bilinear'): Mode {
  const z = scale(dt, A);
  if (discretisation === 'zoh') {
    const Ab = exp(z);
    return {
      Ab,
      coef: mul(expm1(z), inverse(A)),
      dAbDt: mul(A, Ab),
      dAbA: scale(dt, Ab),
      dCoefDt: Ab,
      dCoefA: scale(dt * dt, dphi1(z)),
    };
  }
  const reciprocal = inverse([1 - z[0] / 2, -z[1] / 2]);
  const square = mul(reciprocal, reciprocal);
  return {
    Ab: mul([1 + z[0] / 2, z[1] / 2], reciprocal),
    coef: scale(dt, reciprocal),
    dAbDt: mul(A, square),
    dAbA: scale(dt, square),
    dCoefDt: square,
    dCoefA: scale((dt * dt) / 2, square),
  };
}

/** Mode m of feature h. */
function mode(
  { invDt, invReA, invImA }: S4dParams,
  { S, M }: S4dDims,
  h: number,
  m: number,
  options: S4dOptions,
): Mode {
  const dt = options.dtTransform === 'softplus' ? softplus(invDt[h]) : Math.exp(invDt[h]);
  const i = (h % S) * M + m;
  return discretise(dt, [-Math.exp(invReA[i]), invImA[i]], options.discretisation ?? 'zoh');
}

/**
 * The model's convolution kernel at L samples.
 *
 *     k[c, h, l] = 2 Re sum_m C[c, h, m] Bb[h, m] Ab[h, m]^l
 *
 * @returns k, [C, H, L].
 */
export function s4dKernel(params: S4dParams, dims: S4dDims, L: number, options: S4dOptions = {}): Float64Array {
  const { H, S, M, C } = dims;
  const k = new Float64Array(C * H * L);
  for (let h = 0; h < H; h++) {
    for (let m = 0; m < M; m++) {
      const { Ab, coef } = mode(params, dims, h, m, options);
      const Bb = mul(coef, at(params.B, (h % S) * M + m));
      for (let c = 0; c < C; c++) {
        let term = mul(at(params.C, (c * H + h) * M + m), Bb);
        for (let l = 0; l < L; l++) {
          k[(c * H + h) * L + l] += 2 * term[0];
          term = mul(term, Ab);
        }
      }
    }
  }
  return k;
}

/**
 * The transpose of {@link s4dKernel}'s derivative in every parameter.
 *
 * The cotangent of a complex value w is d/d(Re w) + i d/d(Im w), so that w = f(z) pulls it back by conj(f'(z)).
 *
 * @param dk - cotangent of k, [C, H, L].
 */
export function s4dKernelVjp(
  params: S4dParams,
  dk: Float64Array,
  dims: S4dDims,
  L: number,
  options: S4dOptions = {},
): S4dGradients {
  const { H, S, M, C } = dims;
  const dInvDt = new Float64Array(H);
  const dInvReA = new Float64Array(S * M);
  const dInvImA = new Float64Array(S * M);
  const dB = new Float64Array(S * M * 2);
  const dC = new Float64Array(C * H * M * 2);
  for (let h = 0; h < H; h++) {
    let dDt = 0;
    for (let m = 0; m < M; m++) {
      const i = (h % S) * M + m;
      const { Ab, coef, dAbDt, dAbA, dCoefDt, dCoefA } = mode(params, dims, h, m, options);
      const B = at(params.B, i);
      let dAb: Complex = [0, 0];
      let dCoef: Complex = [0, 0];
      for (let c = 0; c < C; c++) {
        // dw = 2 sum_l dk[l] conj(Ab^l) is the cotangent of w = C coef B, and
        // w' = 2 sum_l l dk[l] conj(Ab^(l-1)) gives that of Ab as conj(w) w'.
        let [dw, slope]: [Complex, Complex] = [
          [0, 0],
          [0, 0],
        ];
        let [power, previous]: [Complex, Complex] = [
          [1, 0],
          [0, 0],
        ];
        for (let l = 0; l < L; l++) {
          const g = 2 * dk[(c * H + h) * L + l];
          dw = add(dw, scale(g, conj(power)));
          slope = add(slope, scale(g * l, conj(previous)));
          previous = power;
          power = mul(power, Ab);
        }
        const weight = at(params.C, (c * H + h) * M + m);
        addAt(dC, (c * H + h) * M + m, mul(conj(mul(coef, B)), dw));
        addAt(dB, i, mul(conj(mul(coef, weight)), dw));
        dCoef = add(dCoef, mul(conj(mul(weight, B)), dw));
        dAb = add(dAb, mul(conj(mul(mul(weight, B), coef)), slope));
      }
      dDt += add(mul(conj(dAbDt), dAb), mul(conj(dCoefDt), dCoef))[0];
      const dA = add(mul(conj(dAbA), dAb), mul(conj(dCoefA), dCoef));
      dInvReA[i] -= Math.exp(params.invReA[i]) * dA[0];
      dInvImA[i] += dA[1];
    }
    const x = params.invDt[h];
    dInvDt[h] = dDt * (options.dtTransform === 'softplus' ? 1 / (1 + Math.exp(-x)) : Math.exp(x));
  }
  return { dInvDt, dInvReA, dInvImA, dB, dC };
}

/**
 * One step of the recurrence: x = Ab x + Bb u, y = 2 Re sum_m C x.
 *
 * @param state - x, [batch, H, M, 2], updated in place.
 * @param u - one sample, [batch, H].
 * @returns y, [batch, C H].
 */
export function s4dStep(
  params: S4dParams,
  state: Float64Array,
  u: Float64Array,
  dims: S4dDims,
  batch: number,
  options: S4dOptions = {},
): Float64Array {
  const { H, S, M, C } = dims;
  const y = new Float64Array(batch * C * H);
  for (let h = 0; h < H; h++) {
    for (let m = 0; m < M; m++) {
      const { Ab, coef } = mode(params, dims, h, m, options);
      const Bb = mul(coef, at(params.B, (h % S) * M + m));
      for (let b = 0; b < batch; b++) {
        const i = (b * H + h) * M + m;
        const x = add(mul(Ab, at(state, i)), scale(u[b * H + h], Bb));
        state.set(x, 2 * i);
        for (let c = 0; c < C; c++) y[(b * C + c) * H + h] += 2 * mul(at(params.C, (c * H + h) * M + m), x)[0];
      }
    }
  }
  return y;
}

/**
 * What a state adds to the outputs of the L steps after it, whatever their input.
 *
 *     y[b, c H + h, l] = 2 Re sum_m C[c, h, m] Ab[h, m]^(l + 1) x[b, h, m]
 *
 * @param state - x, [batch, H, M, 2].
 * @returns y, [batch, C H, L].
 */
export function s4dStateOutput(
  params: S4dParams,
  state: Float64Array,
  dims: S4dDims,
  batch: number,
  L: number,
  options: S4dOptions = {},
): Float64Array {
  const { H, M, C } = dims;
  const y = new Float64Array(batch * C * H * L);
  for (let h = 0; h < H; h++) {
    for (let m = 0; m < M; m++) {
      const { Ab } = mode(params, dims, h, m, options);
      for (let b = 0; b < batch; b++) {
        for (let c = 0; c < C; c++) {
          let term = mul(at(params.C, (c * H + h) * M + m), at(state, (b * H + h) * M + m));
          for (let l = 0; l < L; l++) {
            term = mul(term, Ab);
            y[((b * C + c) * H + h) * L + l] += 2 * term[0];
          }
        }
      }
    }
  }
  return y;
}

/**
 * The state after a chunk of input: Ab^L x + sum_l Ab^(L - 1 - l) Bb u[l].
 *
 * @param state - x before the chunk, [batch, H, M, 2].
 * @param u - [batch, H, L].
 * @returns x after it, [batch, H, M, 2].
 */
export function s4dNextState(
  params: S4dParams,
  state: Float64Array,
  u: Float64Array,
  dims: S4dDims,
  batch: number,
  L: number,
  options: S4dOptions = {},
): Float64Array {
  const { H, S, M } = dims;
  const next = new Float64Array(state.length);
  for (let h = 0; h < H; h++) {
    for (let m = 0; m < M; m++) {
      const { Ab, coef } = mode(params, dims, h, m, options);
      const Bb = mul(coef, at(params.B, (h % S) * M + m));
      for (let b = 0; b < batch; b++) {
        const i = (b * H + h) * M + m;
        let x = at(state, i);
        for (let l = 0; l < L; l++) x = add(mul(Ab, x), scale(u[(b * H + h) * L + l], Bb));
        next.set(x, 2 * i);
      }
    }
  }
  return next;
}
