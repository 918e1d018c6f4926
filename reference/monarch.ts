/**
 * @file Monarch matrices: products of two block-diagonal matrices with a permutation between them.
 *
 * Dao et al., Monarch: expressive structured matrices for efficient and accurate training, arXiv:2204.00595.
 */
import { singularTriplets } from './svd.js';

/** Sizes of the two factors. */
export interface MonarchSizes {
  /** Blocks of the first factor, and their inputs and outputs. */
  readonly k: number;
  readonly p: number;
  readonly q: number;
  /** Blocks of the second factor, and their outputs and inputs; l r = k q. */
  readonly l: number;
  readonly s: number;
  readonly r: number;
}

export interface MonarchDims extends MonarchSizes {
  readonly B: number;
  /** Inputs, at most k p. */
  readonly I: number;
  /** Outputs, at most l s. */
  readonly O: number;
}

/** y[b, g, o] = sum_i w[g, o, i] x[b, g, i]. */
function blocks(x: Float64Array, w: Float64Array, B: number, G: number, O: number, I: number): Float64Array {
  const y = new Float64Array(B * G * O);
  for (let bg = 0; bg < B * G; bg++) {
    for (let o = 0; o < O; o++) {
      for (let i = 0; i < I; i++) y[bg * O + o] += w[((bg % G) * O + o) * I + i] * x[bg * I + i];
    }
  }
  return y;
}

function blocksVjp(
  x: Float64Array,
  w: Float64Array,
  dy: Float64Array,
  B: number,
  G: number,
  O: number,
  I: number,
): { dx: Float64Array; dw: Float64Array } {
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(w.length);
  for (let bg = 0; bg < B * G; bg++) {
    for (let o = 0; o < O; o++) {
      for (let i = 0; i < I; i++) {
        dx[bg * I + i] += w[((bg % G) * O + o) * I + i] * dy[bg * O + o];
        dw[((bg % G) * O + o) * I + i] += x[bg * I + i] * dy[bg * O + o];
      }
    }
  }
  return { dx, dw };
}

/** Rows of x read as [R, C] and transposed to [C, R]. */
function turn(x: Float64Array, B: number, R: number, C: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let b = 0; b < B; b++) {
    for (let i = 0; i < R; i++) for (let j = 0; j < C; j++) y[(b * C + j) * R + i] = x[(b * R + i) * C + j];
  }
  return y;
}

/** Rows of x cut off or extended by zeros. */
function fit(x: Float64Array, B: number, from: number, to: number): Float64Array {
  const y = new Float64Array(B * to);
  for (let b = 0; b < B; b++) y.set(x.subarray(b * from, b * from + Math.min(from, to)), b * to);
  return y;
}

/**
 * Monarch matrix times vector.
 *
 *     a[k, q] = sum_p w1[k, q, p] x[k, p], read as a[r, l];  y[s l + l'] = sum_r w2[l', s, r] a[r, l'] + bias[s l + l']
 *
 * @param x - [B, I], extended by zeros to [B, k p].
 * @param w1 - [k, q, p].
 * @param w2 - [l, s, r].
 * @param bias - [O].
 * @returns y, [B, O]: the first of [B, l s].
 */
export function monarch(
  x: Float64Array,
  w1: Float64Array,
  w2: Float64Array,
  dims: MonarchDims,
  bias?: Float64Array,
): Float64Array {
  const { B, I, O, k, p, q, l, s, r } = dims;
  const a = turn(blocks(fit(x, B, I, k * p), w1, B, k, q, p), B, r, l);
  const y = fit(turn(blocks(a, w2, B, l, s, r), B, l, s), B, l * s, O);
  return bias === undefined ? y : y.map((value, i) => value + bias[i % O]);
}

/**
 * The transpose of {@link monarch}'s derivative.
 *
 * @param dy - cotangent of y, [B, O].
 */
export function monarchVjp(
  x: Float64Array,
  w1: Float64Array,
  w2: Float64Array,
  dy: Float64Array,
  dims: MonarchDims,
): { dx: Float64Array; dw1: Float64Array; dw2: Float64Array; dBias: Float64Array } {
  const { B, I, O, k, p, q, l, s, r } = dims;
  const whole = fit(x, B, I, k * p);
  const a = turn(blocks(whole, w1, B, k, q, p), B, r, l);
  const second = blocksVjp(a, w2, turn(fit(dy, B, O, l * s), B, s, l), B, l, s, r);
  const first = blocksVjp(whole, w1, turn(second.dx, B, l, r), B, k, q, p);
  const dBias = new Float64Array(O);
  dy.forEach((value, i) => (dBias[i % O] += value));
  return { dx: fit(first.dx, B, k * p, I), dw1: first.dw, dw2: second.dw, dBias };
}

/** The matrix of {@link monarch}, [l s, k p]. */
export function monarchDense(w1: Float64Array, w2: Float64Array, dims: MonarchSizes): Float64Array {
  const { k, p, l, s } = dims;
  const n = k * p;
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  return turn(monarch(identity, w1, w2, { ...dims, B: n, I: n, O: l * s }), 1, n, l * s);
}

/**
 * The Monarch matrix nearest to a dense one in the Frobenius norm. Of the rows (s, l) and columns (k, p) of M the part
 * with given k and l is a matrix [s, p] of its own, whose best approximation of the given rank is its truncated
 * singular value decomposition; both factors get the roots of the singular values.
 *
 * @param M - [rows, columns].
 * @param options.k - blocks of the first factor, a divisor of columns.
 * @param options.l - blocks of the second, a divisor of rows.
 * @param options.rank - of the parts, 1 by default: q = rank l, r = rank k.
 * @returns w1 [k, rank l, p] and w2 [l, s, rank k].
 * @throws RangeError if the sizes do not divide each other or the rank is above that of the parts.
 */
export function monarchProject(
  M: Float64Array,
  { rows, columns, k, l, rank = 1 }: { rows: number; columns: number; k: number; l: number; rank?: number },
): { w1: Float64Array; w2: Float64Array; dims: MonarchSizes } {
  const [s, p] = [rows / l, columns / k];
  if (M.length !== rows * columns || !Number.isInteger(s) || !Number.isInteger(p)) {
    throw new RangeError(
      `monarchProject: ${M.length} values in ${k} and ${l} blocks, expected a matrix that they divide`,
    );
  }
  if (!Number.isInteger(rank) || rank < 1 || rank > Math.min(s, p)) {
    throw new RangeError(`monarchProject: rank is ${rank}, expected 1 to ${Math.min(s, p)}`);
  }
  const w1 = new Float64Array(k * rank * l * p);
  const w2 = new Float64Array(l * s * k * rank);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < l; j++) {
      const part = Float64Array.from({ length: s * p }, (_, e) => {
        return M[(Math.floor(e / p) * l + j) * columns + i * p + (e % p)];
      });
      const triplets = singularTriplets(part, s, p).slice(0, rank);
      triplets.forEach(({ value, left, right }, t) => {
        const root = Math.sqrt(value);
        for (let c = 0; c < p; c++) w1[((i * rank + t) * l + j) * p + c] = root * right[c];
        for (let e = 0; e < s; e++) w2[(j * s + e) * k * rank + i * rank + t] = root * left[e];
      });
    }
  }
  return { w1, w2, dims: { k, p, q: rank * l, l, s, r: rank * k } };
}

/**
 * The orthonormal Fourier transform of n = k l points as a Monarch matrix of a permuted vector.
 *
 *     X = monarch(x[order], w1, w2),  order[k' l + p] = p k + k'
 *     w1[k', l', p] = exp(-2 pi i (l' p / l + l' k' / n)) / sqrt l,  w2[l', s, k'] = exp(-2 pi i s k' / k) / sqrt k
 *
 * @returns order [n], and complex w1 [k, l, l, 2] and w2 [l, k, k, 2]; their conjugates make the inverse.
 */
export function monarchFourier(k: number, l: number): { order: Uint32Array; w1: Float64Array; w2: Float64Array } {
  const n = k * l;
  const order = Uint32Array.from({ length: n }, (_, i) => (i % l) * k + Math.floor(i / l));
  const roots = (count: number, size: number, turns: (i: number) => number): Float64Array =>
    Float64Array.from({ length: 2 * count }, (_, e) => {
      const angle = 2 * Math.PI * (turns(e >> 1) % 1);
      return (e % 2 === 0 ? Math.cos(angle) : -Math.sin(angle)) / Math.sqrt(size);
    });
  const w1 = roots(k * l * l, l, (i) => {
    const [block, row, column] = [Math.floor(i / (l * l)), Math.floor(i / l) % l, i % l];
    return ((row * column * k + row * block) % n) / n;
  });
  const w2 = roots(l * k * k, k, (i) => (((Math.floor(i / k) % k) * (i % k)) % k) / k);
  return { order, w1, w2 };
}
