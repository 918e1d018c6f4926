/** @file Matrix products and linear maps. */
import ndarray, { type NdArray } from 'ndarray';
import type * as ops from '../src/ops/matmul.js';

/** G products of [M, K] and [K, N]; an operand that is not batched is shared by all of them. */
export interface MatmulDims {
  readonly G: number;
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly batchedA: boolean;
  readonly batchedB: boolean;
}

export type MatmulOptions = ops.MatmulOptions<Float64Array>;

/** A view [G, rows, columns] of matrices which may be stored transposed, or once for all G. */
function matrices(
  x: Float64Array,
  G: number,
  rows: number,
  columns: number,
  batched: boolean,
  transposed: boolean | undefined,
): NdArray<Float64Array> {
  const [down, across] = transposed === true ? [1, rows] : [columns, 1];
  return ndarray(x, [G, rows, columns], [batched ? rows * columns : 0, down, across]);
}

/**
 * y[g, m, n] = sum_k a[g, m, k] b[g, k, n] (+ bias[n]).
 *
 * @returns y, [G, M, N].
 */
export function matmul(a: Float64Array, b: Float64Array, dims: MatmulDims, options: MatmulOptions = {}): Float64Array {
  const { G, M, K, N, batchedA, batchedB } = dims;
  const A = matrices(a, G, M, K, batchedA, options.transposeA);
  const B = matrices(b, G, K, N, batchedB, options.transposeB);
  const y = ndarray(new Float64Array(G * M * N), [G, M, N]);
  for (let g = 0; g < G; g++) {
    for (let m = 0; m < M; m++) {
      for (let n = 0; n < N; n++) {
        let sum = options.bias === undefined ? 0 : options.bias[n];
        for (let k = 0; k < K; k++) sum += A.get(g, m, k) * B.get(g, k, n);
        y.set(g, m, n, sum);
      }
    }
  }
  return y.data;
}

/**
 * da[g, m, k] = sum_n dy[g, m, n] b[g, k, n], db[g, k, n] = sum_m a[g, m, k] dy[g, m, n], dBias[n] = sum dy;
 * summed over g where an operand is shared.
 *
 * @param dy - cotangent of y, [G, M, N].
 * @returns da and db, stored as a and b are; dBias where a bias was given.
 */
export function matmulVjp(
  a: Float64Array,
  b: Float64Array,
  dy: Float64Array,
  dims: MatmulDims,
  options: MatmulOptions = {},
): { da: Float64Array; db: Float64Array; dBias?: Float64Array } {
  const { G, M, K, N, batchedA, batchedB } = dims;
  const [da, db] = [new Float64Array(a.length), new Float64Array(b.length)];
  const A = matrices(a, G, M, K, batchedA, options.transposeA);
  const B = matrices(b, G, K, N, batchedB, options.transposeB);
  const dA = matrices(da, G, M, K, batchedA, options.transposeA);
  const dB = matrices(db, G, K, N, batchedB, options.transposeB);
  const dY = ndarray(dy, [G, M, N]);
  for (let g = 0; g < G; g++) {
    for (let m = 0; m < M; m++) {
      for (let n = 0; n < N; n++) {
        const cotangent = dY.get(g, m, n);
        for (let k = 0; k < K; k++) {
          dA.set(g, m, k, dA.get(g, m, k) + cotangent * B.get(g, k, n));
          dB.set(g, k, n, dB.get(g, k, n) + cotangent * A.get(g, m, k));
        }
      }
    }
  }
  if (options.bias === undefined) return { da, db };
  const dBias = new Float64Array(N);
  dy.forEach((cotangent, i) => (dBias[i % N] += cotangent));
  return { da, db, dBias };
}

export interface LinearDims {
  readonly B: number;
  readonly I: number;
  readonly O: number;
  readonly L: number;
}

/**
 * y[b, o, l] = sum_i W[o, i] x[b, i, l] (+ bias[o]).
 *
 * @param x - [B, I, L].
 * @param W - [O, I].
 * @returns y, [B, O, L].
 */
export function linear(
  x: Float64Array,
  W: Float64Array,
  { B, I, O, L }: LinearDims,
  bias?: Float64Array,
): Float64Array {
  const y = new Float64Array(B * O * L);
  for (let b = 0; b < B; b++) {
    for (let o = 0; o < O; o++) {
      const out = (b * O + o) * L;
      if (bias !== undefined) y.fill(bias[o], out, out + L);
      for (let i = 0; i < I; i++) {
        const row = (b * I + i) * L;
        for (let l = 0; l < L; l++) y[out + l] += W[o * I + i] * x[row + l];
      }
    }
  }
  return y;
}

/**
 * The transpose of {@link linear} in x, in W and in the bias.
 *
 * @param dy - cotangent of y, [B, O, L].
 */
export function linearVjp(
  x: Float64Array,
  W: Float64Array,
  dy: Float64Array,
  { B, I, O, L }: LinearDims,
  bias?: Float64Array,
): { dx: Float64Array; dW: Float64Array; dBias?: Float64Array } {
  const dx = new Float64Array(B * I * L);
  const dW = new Float64Array(O * I);
  const dBias = new Float64Array(O);
  for (let b = 0; b < B; b++) {
    for (let o = 0; o < O; o++) {
      const out = (b * O + o) * L;
      for (let l = 0; l < L; l++) dBias[o] += dy[out + l];
      for (let i = 0; i < I; i++) {
        const row = (b * I + i) * L;
        let sum = 0;
        for (let l = 0; l < L; l++) {
          dx[row + l] += W[o * I + i] * dy[out + l];
          sum += x[row + l] * dy[out + l];
        }
        dW[o * I + i] += sum;
      }
    }
  }
  return bias === undefined ? { dx, dW } : { dx, dW, dBias };
}

/** Swap the last two axes: x [G, M, N], result [G, N, M]. */
export function transpose(x: Float64Array, G: number, M: number, N: number): Float64Array {
  const y = new Float64Array(x.length);
  const from = ndarray(x, [G, M, N]);
  const to = ndarray(y, [G, N, M]).transpose(0, 2, 1);
  for (let g = 0; g < G; g++) {
    for (let m = 0; m < M; m++) {
      for (let n = 0; n < N; n++) to.set(g, m, n, from.get(g, m, n));
    }
  }
  return y;
}
