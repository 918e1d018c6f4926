/** @file S4 models as recurrences with full real matrices. */
import { Matrix } from 'ml-matrix';
import { ShapeError } from '../src/errors.js';
import type { SsmOptions } from '../src/ops/ssm.js';
import type { S4Dims, S4Params } from './s4.js';
import { type S4Linear, applyAb, s4Linear } from './s4-linear.js';
import type { DenseParams } from './s4-step.js';

/**
 * Ab, Bb and C over the N = 2M real coordinates Re x[0], Im x[0], Re x[1], ..: y = 2 Re sum_m C x is C x there.
 *
 * @param params - with C itself, not corrected for a length; see s4RecoverC.
 * @returns A [H, N, N], B [H, N], C [C, H, N].
 * @throws ShapeError unless the rank is 1 or 2 and dt a positive number.
 */
export function s4StepMatrices(params: S4Params, dims: S4Dims, options: SsmOptions = {}): DenseParams {
  const { H, M } = dims;
  const N = 2 * M;
  const A = new Float64Array(H * N * N);
  const B = new Float64Array(H * N);
  for (let h = 0; h < H; h++) {
    const linear = s4Linear(params, dims, h, options);
    B.set(linear.B, h * N);
    A.set(denseAb(linear).to1DArray(), h * N * N);
  }
  return { A, B, C: realRows(params.C) };
}

/** Ab over the real coordinates, [N, N]. */
export function denseAb(linear: S4Linear): Matrix {
  const N = linear.E.length;
  const columns = Array.from({ length: N }, (_, n) => {
    const x = new Float64Array(N);
    x[n] = 1;
    applyAb(linear, x);
    return x;
  });
  return new Matrix(columns).transpose();
}

/** From rows C of y = 2 Re sum_m C x to real rows over Re x and Im x; the inverse is {@link complexRows}. */
export function realRows(C: Float64Array): Float64Array {
  return C.map((x, i) => (i % 2 === 0 ? 2 * x : -2 * x));
}

/** The inverse of {@link realRows}. */
export function complexRows(C: ArrayLike<number>): Float64Array {
  return Float64Array.from(C, (x, i) => (i % 2 === 0 ? x / 2 : -x / 2));
}

/**
 * k[c, h, l] = C A^l B by repeated products, O(L N^2): the definition that faster kernels are tested against.
 *
 * @param params - A [H, N, N], B [H, N], C [C, H, N].
 * @returns k, [C, H, L].
 * @throws ShapeError if the arrays do not fit H and N, or L is not a whole number of at least 1.
 */
export function denseKernel(
  { A, B, C }: DenseParams,
  { H, N }: { readonly H: number; readonly N: number },
  L: number,
): Float64Array {
  if (A.length !== H * N * N || B.length !== H * N || C.length % (H * N) !== 0) {
    throw new ShapeError(`denseKernel: ${A.length}, ${B.length} and ${C.length} values do not fit H = ${H}, N = ${N}`);
  }
  if (!Number.isSafeInteger(L) || L < 1) {
    throw new ShapeError(`denseKernel: L is ${L}, expected a whole number of at least 1`);
  }
  const channels = C.length / (H * N);
  const k = new Float64Array(channels * H * L);
  for (let h = 0; h < H; h++) {
    let x = B.subarray(h * N, (h + 1) * N);
    for (let l = 0; l < L; l++) {
      for (let c = 0; c < channels; c++) {
        for (let n = 0; n < N; n++) k[(c * H + h) * L + l] += C[(c * H + h) * N + n] * x[n];
      }
      const before = x;
      x = x.map((_, i) => before.reduce((sum, value, j) => sum + A[(h * N + i) * N + j] * value, 0));
    }
  }
  return k;
}
