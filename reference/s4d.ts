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
 *
 * The cotangent of a complex value w is d/d(Re w) + i d/d(Im w), so that w = f(z) pulls it back by conj(f'(z)).
 */
import type * as ops from '../src/ops/s4d.js';
import { type Complex, add, addAt, at, conj, mul, scale } from './complex.js';
import { type S4dDims, type S4dParams, addModeGradients, mode } from './s4d-mode.js';

/** Cotangents of {@link S4dParams}, each shaped like its parameter. */
export type S4dGradients = ops.S4dGradients<Float64Array>;

/** Zeros for the cotangents of all parameters. */
export function zeroGradients({ H, S, M, C }: S4dDims): S4dGradients {
  return {
    dInvDt: new Float64Array(H),
    dInvReA: new Float64Array(S * M),
    dInvImA: new Float64Array(S * M),
    dB: new Float64Array(S * M * 2),
    dC: new Float64Array(C * H * M * 2),
  };
}

/**
 * The model's convolution kernel at L samples.
 *
 *     k[c, h, l] = 2 Re sum_m C[c, h, m] Bb[h, m] Ab[h, m]^l
 *
 * @returns k, [C, H, L].
 */
export function s4dKernel(params: S4dParams, dims: S4dDims, L: number, options: ops.S4dOptions = {}): Float64Array {
  const { H, S, M, C } = dims;
  const k = new Float64Array(C * H * L);
  for (let h = 0; h < H; h++) {
    for (let m = 0; m < M; m++) {
      const { Ab, coef, backwards } = mode(params, dims, h, m, options, L);
      const Bb = mul(coef, at(params.B, (h % S) * M + m));
      for (let c = 0; c < C; c++) {
        let term = mul(at(params.C, (c * H + h) * M + m), Bb);
        for (let l = 0; l < L; l++) {
          k[(c * H + h) * L + (backwards ? L - 1 - l : l)] += 2 * term[0];
          term = mul(term, Ab);
        }
      }
    }
  }
  return k;
}

/** sum_l g[l] conj(a^l) and sum_l l g[l] conj(a^(l - 1)). */
export function moments(g: Float64Array, a: Complex): [sum: Complex, slope: Complex] {
  let [sum, slope]: [Complex, Complex] = [
    [0, 0],
    [0, 0],
  ];
  let [power, previous]: [Complex, Complex] = [
    [1, 0],
    [0, 0],
  ];
  g.forEach((value, l) => {
    sum = add(sum, scale(value, conj(power)));
    slope = add(slope, scale(value * l, conj(previous)));
    previous = power;
    power = mul(power, a);
  });
  return [sum, slope];
}

/**
 * The transpose of {@link s4dKernel}'s derivative in every parameter.
 *
 * @param dk - cotangent of k, [C, H, L].
 */
export function s4dKernelVjp(
  params: S4dParams,
  dk: Float64Array,
  dims: S4dDims,
  L: number,
  options: ops.S4dOptions = {},
): S4dGradients {
  const { H, S, M, C } = dims;
  const gradients = zeroGradients(dims);
  for (let h = 0; h < H; h++) {
    for (let m = 0; m < M; m++) {
      const i = (h % S) * M + m;
      const here = mode(params, dims, h, m, options, L);
      const { Ab, coef, backwards } = here;
      const B = at(params.B, i);
      let dAb: Complex = [0, 0];
      let dCoef: Complex = [0, 0];
      for (let c = 0; c < C; c++) {
        const row = dk.slice((c * H + h) * L, (c * H + h + 1) * L);
        const [sum, slope] = moments(backwards ? row.reverse() : row, Ab);
        // dw is the cotangent of w = C coef B.
        const dw = scale(2, sum);
        const weight = at(params.C, (c * H + h) * M + m);
        addAt(gradients.dC, (c * H + h) * M + m, mul(conj(mul(coef, B)), dw));
        addAt(gradients.dB, i, mul(conj(mul(coef, weight)), dw));
        dCoef = add(dCoef, mul(conj(mul(weight, B)), dw));
        dAb = add(dAb, mul(conj(mul(mul(weight, B), coef)), scale(2, slope)));
      }
      addModeGradients(gradients, params, dims, h, m, options, here, dAb, dCoef);
    }
  }
  return gradients;
}
