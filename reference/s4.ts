/**
 * @file State space models whose matrix is diagonal plus low-rank (S4) by their definition.
 *
 *     x'(t) = A x(t) + B u(t),  y(t) = C x(t),  A = diag(lambda) - sum_r P_r Q_r^T,  Q = conj P
 *
 * over M = N/2 modes and their conjugates, sampled with step dt by the bilinear rule
 *
 *     Ab = (1 - dt A/2)^-1 (1 + dt A/2),  Bb = (1 - dt A/2)^-1 dt B.
 *
 * The kernel k[l] = C Ab^l Bb is known by its n values at the roots of unity w = exp(-2 pi i f / n), where
 * C (1 - Ab^n) stands for C. With a = (1 + w) / 2, b = 1 - w and
 *
 *     s(x, y) = sum over modes and conjugates of dt x y / (b - a dt lambda)
 *
 * they are, by the Woodbury identity and without a pole,
 *
 *     K[f] = s(B, C) - a sum_ij s(P_i, C) (I + a S)^-1[i, j] s(B, Q_j),  S[i, j] = s(P_j, Q_i).
 *
 * Gu, Goel and Ré, arXiv:2111.00396.
 */
import type * as ops from '../src/ops/s4.js';
import type { SsmOptions } from '../src/ops/ssm.js';
import { type Complex, add, addAt, at, conj, inverse, mul, scale, sub } from './complex.js';
import { irfft, irfftVjp } from './rfft.js';
import { timeStep, timeStepSlope, transform, transformSlope } from './ssm.js';

/** Stored parameters. */
export type S4Params = ops.S4Params<Float64Array>;

export interface S4Dims {
  readonly H: number;
  readonly S: number;
  readonly M: number;
  readonly C: number;
  readonly R: number;
}

/** Cotangents of {@link S4Params}, each shaped like its parameter. */
export type S4Gradients = ops.S4Gradients<Float64Array>;

/** The model of one feature. */
interface S4Feature {
  readonly dt: number;
  /** [M]. */
  readonly lambda: readonly Complex[];
  /** [M]. */
  readonly B: readonly Complex[];
  /** [R][M]. */
  readonly P: readonly (readonly Complex[])[];
  /** [C][M]. */
  readonly C: readonly (readonly Complex[])[];
}

/** Feature h of a model. */
function s4Feature(params: S4Params, dims: S4Dims, h: number, options: SsmOptions = {}): S4Feature {
  const { H, S, M, C, R } = dims;
  const { realTransform = 'exp', imagTransform = 'none' } = options;
  const set = h % S;
  const row = (x: Float64Array, i: number): Complex[] => Array.from({ length: M }, (_, m) => at(x, i * M + m));
  return {
    dt: timeStep(params.invDt[h], options),
    lambda: Array.from({ length: M }, (_, m): Complex => {
      const i = set * M + m;
      return [-transform(realTransform, params.invReA[i]), -transform(imagTransform, params.invImA[i])];
    }),
    B: row(params.B, set),
    P: Array.from({ length: R }, (_, r) => row(params.P, r * S + set)),
    C: Array.from({ length: C }, (_, c) => row(params.C, c * H + h)),
  };
}

/**
 * The sums s(x, y) that one feature needs, each as the places of x and y among its `factors` B, P_r, Q_r, C_c.
 * They stand in this order: (B, C_c); (P_i, C_c) with c running fastest; (B, Q_j); (P_j, Q_i) with j running fastest.
 */
function sumsOf({ C, R }: S4Dims): [number, number][] {
  const [P, Q, firstC] = [1, 1 + R, 1 + 2 * R];
  const ranks = Array.from({ length: R }, (_, r) => r);
  const channels = Array.from({ length: C }, (_, c) => firstC + c);
  return [
    ...channels.map((c): [number, number] => [0, c]),
    ...ranks.flatMap((i) => channels.map((c): [number, number] => [P + i, c])),
    ...ranks.map((j): [number, number] => [0, Q + j]),
    ...ranks.flatMap((i) => ranks.map((j): [number, number] => [P + j, Q + i])),
  ];
}

function factorsOf({ B, P, C }: S4Feature): (readonly Complex[])[] {
  return [B, ...P, ...P.map((row) => row.map(conj)), ...C];
}

/** a = (1 + w) / 2 and b = 1 - w at w = exp(-2 pi i f / n). */
function node(f: number, n: number): { a: Complex; b: Complex } {
  const angle = (2 * Math.PI * f) / n;
  const half = Math.sin(angle / 2);
  // 1 - cos without cancellation; at f = n/2 the imaginary part of w is 0.
  const im = 2 * f === n ? 0 : Math.sin(angle);
  return { a: [1 - half * half, -im / 2], b: [2 * half * half, im] };
}

/** The inverse of I + a S for R = 1 or 2; S [R, R]. */
function capacitance(a: Complex, S: readonly Complex[], R: number): Complex[] {
  const entry = (i: number): Complex => add(i % (R + 1) === 0 ? [1, 0] : [0, 0], mul(a, S[i]));
  if (R === 1) return [inverse(entry(0))];
  const [p, q, r, s] = [0, 1, 2, 3].map(entry);
  const reciprocal = inverse(sub(mul(p, s), mul(q, r)));
  return [s, scale(-1, q), scale(-1, r), p].map((x) => mul(x, reciprocal));
}

const sum = (terms: readonly Complex[]): Complex => terms.reduce(add, [0, 0]);

/** From the sums to what the Woodbury identity makes of them. */
function combine(a: Complex, sums: readonly Complex[], { C, R }: S4Dims): {
  K: Complex[];
  /** (I + a S)^-1 s(B, Q), [R]. */
  x: Complex[];
  /** s(P, C_c)^T (I + a S)^-1, [R] for each c. */
  z: Complex[][];
} {
  const ranks = Array.from({ length: R }, (_, r) => r);
  const [sPC, sBQ, S] = [C, C + R * C, C + R * C + R].map((start) => sums.slice(start));
  const E = capacitance(a, S, R);
  const x = ranks.map((i) => sum(ranks.map((j) => mul(E[i * R + j], sBQ[j]))));
  const z = Array.from({ length: C }, (_, c) =>
    ranks.map((j) => sum(ranks.map((i) => mul(sPC[i * C + c], E[i * R + j])))),
  );
  const K = Array.from({ length: C }, (_, c) =>
    sub(sums[c], mul(a, sum(ranks.map((i) => mul(sPC[i * C + c], x[i]))))),
  );
  return { K, x, z };
}

/** 1 / (b - a dt lambda) for each mode and for its conjugate. */
function resolvent({ a, b }: { a: Complex; b: Complex }, { dt, lambda }: S4Feature): [Complex, Complex][] {
  return lambda.map((value) => [
    inverse(sub(b, scale(dt, mul(a, value)))),
    inverse(sub(b, scale(dt, mul(a, conj(value))))),
  ]);
}

/** dt x y for each sum and mode. */
function weightsOf(feature: S4Feature, dims: S4Dims): Complex[][] {
  const factors = factorsOf(feature);
  return sumsOf(dims).map(([x, y]) => factors[x].map((value, m) => scale(feature.dt, mul(value, factors[y][m]))));
}

const sumAt = (weights: readonly Complex[], reciprocals: readonly [Complex, Complex][]): Complex => {
  let [re, im] = [0, 0];
  for (let m = 0; m < weights.length; m++) {
    const [p, q] = [mul(weights[m], reciprocals[m][0]), mul(conj(weights[m]), reciprocals[m][1])];
    re += p[0] + q[0];
    im += p[1] + q[1];
  }
  return [re, im];
};

/**
 * The values K[f], f = 0 .. floor(n / 2), of a model's convolution kernel at n roots of unity.
 *
 * @returns K, complex [C, H, floor(n / 2) + 1, 2].
 */
export function s4Spectrum(params: S4Params, dims: S4Dims, n: number, options: SsmOptions = {}): Float64Array {
  const { H, C } = dims;
  const F = Math.floor(n / 2) + 1;
  const spectrum = new Float64Array(C * H * F * 2);
  for (let h = 0; h < H; h++) {
    const feature = s4Feature(params, dims, h, options);
    const weights = weightsOf(feature, dims);
    for (let f = 0; f < F; f++) {
      const at = node(f, n);
      const reciprocals = resolvent(at, feature);
      const sums = weights.map((row) => sumAt(row, reciprocals));
      combine(at.a, sums, dims).K.forEach((value, c) => spectrum.set(value, 2 * ((c * H + h) * F + f)));
    }
  }
  return spectrum;
}

/**
 * The model's convolution kernel at L samples, k[c, h, l] = C Ab^l Bb where C (1 - Ab^n) is given for C.
 *
 * @param n - the length that C is corrected for, L <= n.
 * @returns k, [C, H, L].
 */
export function s4Kernel(
  params: S4Params,
  dims: S4Dims,
  L: number,
  n: number = L,
  options: SsmOptions = {},
): Float64Array {
  return irfft(s4Spectrum(params, dims, n, options), { rows: dims.C * dims.H, L, n });
}

/**
 * The transpose of {@link s4Kernel}'s derivative in every parameter.
 *
 * The cotangent of a complex value w is d/d(Re w) + i d/d(Im w), so that w = f(z) pulls it back by conj(f'(z)).
 *
 * @param dk - cotangent of k, [C, H, L].
 */
export function s4KernelVjp(
  params: S4Params,
  dk: Float64Array,
  dims: S4Dims,
  L: number,
  n: number = L,
  options: SsmOptions = {},
): S4Gradients {
  const { H, S, M, C, R } = dims;
  const { realTransform = 'exp', imagTransform = 'none' } = options;
  const grads: S4Gradients = {
    dInvDt: new Float64Array(H),
    dInvReA: new Float64Array(S * M),
    dInvImA: new Float64Array(S * M),
    dB: new Float64Array(S * M * 2),
    dP: new Float64Array(R * S * M * 2),
    dC: new Float64Array(C * H * M * 2),
  };
  const spectrum = irfftVjp(dk, { rows: C * H, L, n });
  const F = Math.floor(n / 2) + 1;
  for (let h = 0; h < H; h++) {
    const dK = Array.from({ length: C }, (_, c) =>
      Array.from({ length: F }, (_, f) => at(spectrum, (c * H + h) * F + f)),
    );
    const { dDt, dLambda, dFactors } = featureVjp(s4Feature(params, dims, h, options), dK, dims, n);
    const set = h % S;
    grads.dInvDt[h] = dDt * timeStepSlope(params.invDt[h], options);
    for (let m = 0; m < M; m++) {
      const i = set * M + m;
      grads.dInvReA[i] -= dLambda[m][0] * transformSlope(realTransform, params.invReA[i]);
      grads.dInvImA[i] -= dLambda[m][1] * transformSlope(imagTransform, params.invImA[i]);
      addAt(grads.dB, i, dFactors[0][m]);
      for (let r = 0; r < R; r++) {
        addAt(grads.dP, (r * S + set) * M + m, add(dFactors[1 + r][m], conj(dFactors[1 + R + r][m])));
      }
      for (let c = 0; c < C; c++) addAt(grads.dC, (c * H + h) * M + m, dFactors[1 + 2 * R + c][m]);
    }
  }
  return grads;
}

/** Gradients of one feature from those of its spectrum, complex [F] for each channel. */
function featureVjp(
  feature: S4Feature,
  dK: readonly (readonly Complex[])[],
  dims: S4Dims,
  n: number,
): { dDt: number; dLambda: Complex[]; dFactors: Complex[][] } {
  const { M, C } = dims;
  const { dt, lambda } = feature;
  const weights = weightsOf(feature, dims);
  const dWeights = weights.map(() => new Float64Array(2 * M));
  const dMu = new Float64Array(2 * M);
  for (let f = 0; 2 * f <= n; f++) {
    const place = node(f, n);
    const { a } = place;
    const reciprocals = resolvent(place, feature);
    const sums = weights.map((row) => sumAt(row, reciprocals));
    const G = combineVjp(a, sums, Array.from({ length: C }, (_, c) => dK[c][f]), dims);
    for (let m = 0; m < M; m++) {
      const [p, q] = reciprocals[m];
      const [ap, aq] = [conj(mul(a, mul(p, p))), mul(a, mul(q, q))];
      weights.forEach((row, j) => {
        const v = row[m];
        addAt(dWeights[j], m, add(mul(G[j], conj(p)), mul(conj(G[j]), q)));
        addAt(dMu, m, add(mul(mul(G[j], conj(v)), ap), mul(mul(conj(G[j]), conj(v)), aq)));
      });
    }
  }
  const factors = factorsOf(feature);
  const dFactors = factors.map(() => new Float64Array(2 * M));
  let dDt = 0;
  sumsOf(dims).forEach(([x, y], j) => {
    for (let m = 0; m < M; m++) {
      const d = at(dWeights[j], m);
      dDt += mul(conj(weights[j][m]), d)[0] / dt;
      addAt(dFactors[x], m, scale(dt, mul(conj(factors[y][m]), d)));
      addAt(dFactors[y], m, scale(dt, mul(conj(factors[x][m]), d)));
    }
  });
  for (let m = 0; m < M; m++) dDt += mul(conj(lambda[m]), at(dMu, m))[0];
  return {
    dDt,
    dLambda: lambda.map((_, m) => scale(dt, at(dMu, m))),
    dFactors: dFactors.map((row) => lambda.map((_, m) => at(row, m))),
  };
}

/** Cotangents of the sums from those of K, [C]. */
function combineVjp(a: Complex, sums: readonly Complex[], dK: readonly Complex[], dims: S4Dims): Complex[] {
  const { C, R } = dims;
  const { x, z } = combine(a, sums, dims);
  const ranks = Array.from({ length: R }, (_, r) => r);
  const minus = scale(-1, conj(a));
  return [
    ...dK,
    ...ranks.flatMap((i) => dK.map((d) => mul(mul(minus, conj(x[i])), d))),
    ...ranks.map((j) => sum(Array.from({ length: C }, (_, c) => mul(mul(minus, conj(z[c][j])), dK[c])))),
    ...ranks.flatMap((i) =>
      ranks.map((j) =>
        sum(Array.from({ length: C }, (_, c) => mul(mul(mul(minus, minus), conj(mul(z[c][i], x[j]))), dK[c]))),
      ),
    ),
  ];
}
