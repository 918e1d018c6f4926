/**
 * @file Convolution kernels that are parameters themselves, by their definition.
 *
 * SGConv: Li, Cai, Zhang, Chen and Dey, arXiv:2210.09298. Squash and smoothing: Fu, Epstein, Nguyen, Thomas, Zhang,
 * Dao, Rudra and Ré, arXiv:2302.06646.
 */
import type * as ops from '../src/ops/kernels.js';

/** Sizes of a multi-scale kernel. */
export interface SgconvDims {
  /** Scales. */
  readonly S: number;
  readonly C: number;
  readonly H: number;
  /** Weights of one scale. */
  readonly d: number;
  /** Taps. */
  readonly L: number;
}

export type SgconvOptions = Omit<ops.SgconvOptions<Float64Array>, 'L'>;

/** Where scale i begins and how far it is stretched. */
function scaleAt(i: number, d: number, { mode, initScale }: SgconvOptions): { start: number; factor: number } {
  if (mode === 'sum') return { start: 0, factor: 2 ** (i + initScale) };
  return { start: i === 0 ? 0 : d * 2 ** (i - 1 + initScale), factor: 2 ** (Math.max(0, i - 1) + initScale) };
}

/**
 * Call `visit` for every weight that has a part in a tap: k[c, h, l] is the sum of factor * w[at] over the calls.
 * Linear interpolation has half-pixel centres and clamped edges: sample j of d weights stretched by f lies at
 * max((j + 1/2) / f - 1/2, 0).
 */
function visitTaps(
  dims: SgconvDims,
  options: SgconvOptions,
  visit: (tap: number, at: number, factor: number, h: number) => void,
): void {
  const { S, C, H, d, L } = dims;
  for (let i = 0; i < S; i++) {
    const { start, factor: f } = scaleAt(i, d, options);
    for (let c = 0; c < C; c++) {
      for (let h = 0; h < H; h++) {
        const row = c * H + h;
        const scale = (options.decay?.[h] ?? 1) ** (S - 1 - i) / (options.norm?.[row] ?? 1);
        const at = (i * C * H + row) * d;
        for (let j = 0; j < d * f && start + j < L; j++) {
          const l = start + j;
          const factor = scale * (l + 1) ** -(options.power?.[h] ?? 0);
          if (options.interpolation === 'nearest') {
            visit(row * L + l, at + Math.floor(j / f), factor, h);
            continue;
          }
          const x = Math.max((j + 0.5) / f - 0.5, 0);
          const q = Math.floor(x);
          visit(row * L + l, at + q, factor * (1 - (x - q)), h);
          visit(row * L + l, at + Math.min(q + 1, d - 1), factor * (x - q), h);
        }
      }
    }
  }
}

/**
 * The multi-scale kernel of SGConv.
 *
 *     k[c, h, l] = (l + 1)^-power[h] / norm[c, h] sum_i decay[h]^(S - 1 - i) Up_i(w[i, c, h])[l - start_i]
 *
 * @param w - [S, C, H, d].
 * @returns k, [C, H, L].
 */
export function sgconvKernel(w: Float64Array, dims: SgconvDims, options: SgconvOptions): Float64Array {
  const k = new Float64Array(dims.C * dims.H * dims.L);
  visitTaps(dims, options, (tap, at, factor) => {
    k[tap] += factor * w[at];
  });
  return k;
}

/**
 * The transpose of {@link sgconvKernel}'s derivative in w and, where given, in power.
 *
 * @param dk - cotangent of k, [C, H, L].
 */
export function sgconvKernelVjp(
  w: Float64Array,
  dk: Float64Array,
  dims: SgconvDims,
  options: SgconvOptions,
): { dw: Float64Array; dPower?: Float64Array } {
  const dw = new Float64Array(w.length);
  const dPower = new Float64Array(dims.H);
  visitTaps(dims, options, (tap, at, factor, h) => {
    dw[at] += factor * dk[tap];
    dPower[h] -= Math.log((tap % dims.L) + 1) * factor * w[at] * dk[tap];
  });
  return options.power === undefined ? { dw } : { dw, dPower };
}

/**
 * Z, what a kernel is divided by: the Euclidean norm of each whole kernel, before it is cut and without a norm.
 *
 * @returns [C, H].
 */
export function sgconvNorm(
  w: Float64Array,
  { S, C, H, d }: Omit<SgconvDims, 'L'>,
  options: SgconvOptions,
): Float64Array {
  const L = d * 2 ** (S - 1 + options.initScale);
  const k = sgconvKernel(w, { S, C, H, d, L }, { ...options, norm: undefined });
  return Float64Array.from({ length: C * H }, (_, row) => {
    let sum = 0;
    for (let l = 0; l < L; l++) sum += k[row * L + l] ** 2;
    return Math.sqrt(sum);
  });
}

/** sign(x) max(|x| - lambda, 0). */
export function squash(x: Float64Array, lambda: number): Float64Array {
  return x.map((v) => Math.sign(v) * Math.max(Math.abs(v) - lambda, 0));
}

/** dy where |x| > lambda, else 0. */
export function squashVjp(x: Float64Array, dy: Float64Array, lambda: number): Float64Array {
  return dy.map((g, i) => (Math.abs(x[i]) > lambda ? g : 0));
}

/**
 * Weighted sums of neighbours; what lies outside the row counts as 0. Its own transpose, as the weights are symmetric.
 *
 *     y[r, l] = sum_i weights[i] x[r, l + stride (i - (width - 1) / 2)]
 *
 * @param x - [rows, length].
 * @param weights - an odd number of them.
 */
export function smooth(
  x: Float64Array,
  { length, stride }: { readonly length: number; readonly stride: 1 | 2 },
  weights: Float64Array,
): Float64Array {
  const reach = (weights.length - 1) / 2;
  return x.map((_, at) => {
    const l = at % length;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) {
      const from = l + stride * (i - reach);
      if (from >= 0 && from < length) sum += weights[i] * x[at - l + from];
    }
    return sum;
  });
}

/** Rows of K entries cut or filled with zeros to L. Its transpose is the same from L to K. */
export function resize(x: Float64Array, K: number, L: number): Float64Array {
  return Float64Array.from({ length: (x.length / K) * L }, (_, i) => {
    const l = i % L;
    return l < K ? x[((i - l) / L) * K + l] : 0;
  });
}
