import type { MatmulOptions } from '../backend.js';
import { linearDims, matmulDims } from '../shapes/dense.js';
import type { Shape } from '../tensor.js';
import { sumParts } from './sums.js';
import type { Tensor } from './tensor.js';

/** y[g] = sum over t < terms of a[g, t] b[g, t] (+ bias), g < batch. Distances are in floats. */
interface Product {
  /** [M, K], or [K, M] where transposeA. */
  readonly a: Tensor;
  /** [K, N], or [N, K] where transposeB. */
  readonly b: Tensor;
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Number of products. */
  readonly batch?: number;
  /** Distance from the operands of one product to those of the next; 0 where they share it. */
  readonly aBatch?: number;
  readonly bBatch?: number;
  /** Number of terms of each product's sum. */
  readonly terms?: number;
  readonly aTerm?: number;
  readonly bTerm?: number;
  /** [M], added to every column. */
  readonly rowBias?: Tensor | undefined;
  /** [N], added to every row. */
  readonly columnBias?: Tensor | undefined;
}

/** Sizes of the blocks that are packed at a time: together they fit the second-level cache. */
const BLOCK_K = 256;
const MAX_TILE = 256;
const MIN_TILE = 64;
/** Items of work to aim at, for the threads to share; a sum is cut only into runs of at least SPLIT_K steps. */
const ITEMS = 16;
const SPLIT_K = 1024;

/** Tiles and cuts follow from the shapes alone, so that results do not depend on the number of threads. */
function plan({ M, N, K, batch = 1, terms = 1 }: Product): { tileM: number; tileN: number; splits: number } {
  let tileM = Math.min(MAX_TILE, Math.ceil(M / 4) * 4);
  let tileN = Math.min(MAX_TILE, Math.ceil(N / 8) * 8);
  const tiles = (): number => batch * Math.ceil(M / tileM) * Math.ceil(N / tileN);
  const runs = Math.min(terms * Math.ceil(K / BLOCK_K), Math.floor((terms * K) / SPLIT_K));
  const splits = Math.max(1, Math.min(runs, Math.ceil(ITEMS / tiles())));
  while (splits * tiles() < ITEMS && Math.max(tileM, tileN) > MIN_TILE) {
    if (tileM > tileN) tileM = Math.ceil(tileM / 8) * 4;
    else tileN = Math.ceil(tileN / 16) * 8;
  }
  return { tileM, tileN, splits };
}

function multiply(shape: Shape, product: Product): Tensor {
  const { a, b, M, N, K, transposeA = false, transposeB = false, batch = 1, terms = 1 } = product;
  const { aBatch = 0, bBatch = 0, aTerm = 0, bTerm = 0, rowBias, columnBias } = product;
  const cpu = a.device;
  const { tileM, tileN, splits } = plan(product);
  const bias = rowBias ?? columnBias;
  const y = cpu.empty(splits === 1 ? shape : [splits, batch * M * N]);
  cpu.run(
    'matmul',
    splits * batch * Math.ceil(M / tileM) * Math.ceil(N / tileN),
    [
      ...[y, a, b, bias ?? 0, bias === undefined ? 0 : bias === rowBias ? 1 : 2],
      ...[batch, M, N, K, terms, splits, aBatch, aTerm, bBatch, bTerm, Number(transposeA), Number(transposeB)],
      ...[tileM, tileN, BLOCK_K],
    ],
    { scratch: 4 * (32 + (tileM + tileN) * (Math.min(BLOCK_K, K) + 1)) },
  );
  if (splits === 1) return y;
  using parts = y;
  return sumParts(shape, parts, splits);
}

/**
 * Matrix product, y[g, m, n] = sum_k a[g, m, k] b[g, k, n] (+ bias[n]).
 *
 * @param a - [M, K] or [G, M, K]; with `transposeA` its last two axes are swapped.
 * @param b - [K, N] or [G, K, N]; with `transposeB` its last two axes are swapped.
 * @param options.bias - [N].
 * @returns y, [M, N], or [G, M, N] where a or b has G.
 * @throws ShapeError if the shapes do not fit together.
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions<Tensor> = {}): Tensor {
  const { G, M, K, N, batchedA, batchedB, shape } = matmulDims('matmul', a, b, options);
  const { transposeA = false, transposeB = false, bias: columnBias } = options;
  // Rows of all products in one where b is shared.
  const joined = batchedA && !batchedB && !transposeA;
  return multiply(shape, {
    ...{ a, b, M: joined ? G * M : M, N, K, transposeA, transposeB, columnBias },
    ...(joined ? {} : { batch: G, aBatch: batchedA ? M * K : 0, bBatch: batchedB ? K * N : 0 }),
  });
}

/**
 * Gradient of {@link matmul}: da = dy bᵀ, db = aᵀ dy, dBias[n] = sum dy[.., n], summed over g where shared.
 *
 * @param dy - cotangent of y, [M, N] or [G, M, N].
 * @returns da and db, stored as a and b are; dBias where a bias was given.
 * @throws ShapeError if the shapes do not fit together.
 */
export function matmulVjp(
  a: Tensor,
  b: Tensor,
  dy: Tensor,
  options: MatmulOptions<Tensor> = {},
): { da: Tensor; db: Tensor; dBias?: Tensor } {
  const { G, M, K, N, batchedA, batchedB } = matmulDims('matmulVjp', a, b, options, dy);
  const { transposeA = false, transposeB = false, bias } = options;
  const [atA, atB, atY] = [batchedA ? M * K : 0, batchedB ? K * N : 0, batchedA || batchedB ? M * N : 0];
  const da = multiply(a.shape, {
    ...(transposeA
      ? { a: b, b: dy, M: K, K: N, N: M, transposeA: transposeB, transposeB: true }
      : { a: dy, b, M, K: N, N: K, transposeB: !transposeB }),
    ...over(batchedA, G, transposeA ? [atB, atY] : [atY, atB]),
  });
  const db = multiply(b.shape, {
    ...(transposeB
      ? { a: dy, b: a, M: N, K: M, N: K, transposeA: true, transposeB: transposeA }
      : { a, b: dy, M: K, K: M, N, transposeA: !transposeA }),
    ...over(batchedB, G, transposeB ? [atY, atA] : [atA, atY]),
  });
  return bias === undefined ? { da, db } : { da, db, dBias: sumParts(bias.shape, dy, dy.size / N) };
}

/** G products, or the sum of them. */
function over(batched: boolean, G: number, [a, b]: readonly [number, number]): Partial<Product> {
  return batched ? { batch: G, aBatch: a, bBatch: b } : { terms: G, aTerm: a, bTerm: b };
}

/**
 * Linear map of the features at every position, y[b, o, l] = sum_i W[o, i] x[b, i, l] (+ bias[o]).
 *
 * @param x - [B, I, L] or [B, I].
 * @param W - [O, I].
 * @param options.bias - [O].
 * @returns y, [B, O, L] or [B, O].
 * @throws ShapeError if the shapes do not fit together.
 */
export function linear(x: Tensor, W: Tensor, { bias }: { readonly bias?: Tensor | undefined } = {}): Tensor {
  const { B, I, O, L, shape } = linearDims('linear', x, W, bias);
  if (L === 1) return multiply(shape, { a: x, b: W, M: B, N: O, K: I, transposeB: true, columnBias: bias });
  return multiply(shape, { a: W, b: x, M: O, N: L, K: I, batch: B, bBatch: I * L, rowBias: bias });
}

/**
 * Gradient of {@link linear}: dx[b] = Wᵀ dy[b], dW = sum_b dy[b] x[b]ᵀ, dBias[o] = sum dy[b, o, l].
 *
 * @param dy - cotangent of y, [B, O, L] or [B, O].
 * @returns dx, dW, and dBias where a bias was given.
 * @throws ShapeError if the shapes do not fit together.
 */
export function linearVjp(
  x: Tensor,
  W: Tensor,
  dy: Tensor,
  { bias }: { readonly bias?: Tensor | undefined } = {},
): { dx: Tensor; dW: Tensor; dBias?: Tensor } {
  const { B, I, O, L } = linearDims('linearVjp', x, W, bias, dy);
  if (L === 1) {
    const dx = multiply(x.shape, { a: dy, b: W, M: B, N: I, K: O });
    const dW = multiply(W.shape, { a: dy, b: x, M: O, N: I, K: B, transposeA: true });
    return bias === undefined ? { dx, dW } : { dx, dW, dBias: sumParts(bias.shape, dy, B) };
  }
  const dx = multiply(x.shape, { a: W, b: dy, M: I, N: L, K: O, transposeA: true, batch: B, bBatch: O * L });
  const dW = multiply(W.shape, {
    ...{ a: dy, b: x, M: O, N: I, K: L, transposeB: true },
    ...{ terms: B, aTerm: O * L, bTerm: I * L },
  });
  return bias === undefined ? { dx, dW } : { dx, dW, dBias: sumOutput(bias.shape, dy, B, O, L) };
}

/** dBias[o] = sum over b and l of dy[b, o, l]. */
function sumOutput(shape: Shape, dy: Tensor, B: number, O: number, L: number): Tensor {
  using rows = dy.device.empty([B, O]);
  dy.device.run('sumRows', B * O, [rows, dy, L]);
  return sumParts(shape, rows, B);
}
