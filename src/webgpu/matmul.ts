import blocks from '../../wgsl/common/blocks.wgsl?raw';
import matrix1 from '../../wgsl/common/matrix-1.wgsl?raw';
import matrix4 from '../../wgsl/common/matrix-4.wgsl?raw';
import tile from '../../wgsl/common/tile.wgsl?raw';
import columnSumCode from '../../wgsl/dense/column-sum.wgsl?raw';
import directCode from '../../wgsl/dense/matmul-direct.wgsl?raw';
import matmulCode from '../../wgsl/dense/matmul.wgsl?raw';
import type { MatmulOptions } from '../backend.js';
import { matmulDims } from '../shapes/dense.js';
import type { Shape } from '../tensor.js';
import { type Kernel, kernel } from './kernel.js';
import { type Lanes, emptyParts, flatGrid, foldParts, lanes, partSize, runElements, unused } from './launch.js';
import type { Tensor } from './tensor.js';

const tiled: Lanes = /* @__PURE__ */ lanes('dense/matmul', { 1: matrix1, 4: matrix4 }, blocks, tile, matmulCode);
const direct: Lanes = /* @__PURE__ */ lanes('dense/matmul-direct', { 1: matrix1, 4: matrix4 }, blocks, directCode);
const columnSumKernel: Kernel = /* @__PURE__ */ kernel('dense/column-sum', columnSumCode);

/**
 * The product of two matrices, or of batches of them.
 *
 *     y[g, m, n] = sum_k a[g, m, k] b[g, k, n]  (+ bias[n])
 *
 * @param a - [M, K] or [G, M, K]; with `transposeA` stored as [.., K, M].
 * @param b - [K, N] or [G, K, N]; with `transposeB` stored as [.., N, K].
 * @param options - `transposeA`, `transposeB`; `bias` [N], added to every row.
 * @returns y, [G, M, N], or [M, N] where neither has G. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 * @see `wgsl/dense/README.md` for the method.
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions<Tensor> = {}): Tensor {
  const { shape, ...dims } = matmulDims('matmul', a, b, options);
  const { transposeA, transposeB, bias } = options;
  return product({ ...dims, a, b, transposeA, transposeB, bias, shape });
}

/**
 * Pull a cotangent of {@link matmul}'s output back to its inputs. Where one of them has no batch and the other has,
 * its gradient is summed over the batch.
 *
 * @param dy - shaped like y.
 * @returns da, db and, where a bias is given, dBias [N], each shaped like its input; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function matmulVjp(
  a: Tensor,
  b: Tensor,
  dy: Tensor,
  options: MatmulOptions<Tensor> = {},
): { da: Tensor; db: Tensor; dBias?: Tensor } {
  const { G, M, K, N, batchedA, batchedB } = matmulDims('matmulVjp', a, b, options, dy);
  const { transposeA = false, transposeB = false, bias } = options;
  const batchedY = batchedA || batchedB;
  const forA = { G, sum: batchedY && !batchedA, shape: a.shape };
  const da = transposeA
    ? product({
        ...forA,
        a: b,
        b: dy,
        M: K,
        K: N,
        N: M,
        batchedA: batchedB,
        batchedB: batchedY,
        transposeA: transposeB,
        transposeB: true,
      })
    : product({ ...forA, a: dy, b, M, K: N, N: K, batchedA: batchedY, batchedB, transposeB: !transposeB });
  const forB = { G, sum: batchedY && !batchedB, shape: b.shape };
  const db = transposeB
    ? product({
        ...forB,
        a: dy,
        b: a,
        M: N,
        K: M,
        N: K,
        batchedA: batchedY,
        batchedB: batchedA,
        transposeA: true,
        transposeB: transposeA,
      })
    : product({ ...forB, a, b: dy, M: K, K: M, N, batchedA, batchedB: batchedY, transposeA: !transposeA });
  return bias === undefined ? { da, db } : { da, db, dBias: columnSum(dy, N) };
}

/** Products of matrices in any orientation. The names are those of {@link matmul}. */
export interface Product {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly G: number;
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly batchedA: boolean;
  readonly batchedB: boolean;
  readonly transposeA?: boolean | undefined;
  readonly transposeB?: boolean | undefined;
  readonly bias?: Tensor | undefined;
  /** The bias is [M] and added to every column, rather than [N]. */
  readonly biasOfRows?: boolean | undefined;
  /** Add the products of the batch. */
  readonly sum?: boolean | undefined;
  /** Of the result. */
  readonly shape: Shape;
}

/** Sizes of the two kernels: rows and columns of a tile, K taken at a time, K worth splitting off. */
const TILED = { tile: 64, depth: 16, least: 16 };
const DIRECT = { tile: 32, depth: 4, least: 128 };

/**
 * Plan and dispatch. A sum that is long for its few tiles (weight gradients) is split into parts, which are added in
 * order.
 */
export function product(p: Product): Tensor {
  const gpu = p.a.device;
  const { M, K, N, G } = p;
  const { tile, depth, least } = gpu.software ? DIRECT : TILED;
  const rowLengths = [p.transposeA === true ? M : K, p.transposeB === true ? K : N, N];
  const width = rowLengths.every((length) => length % 4 === 0) ? 4 : 1;
  const [tilesM, tilesN] = [Math.ceil(M / tile), Math.ceil(N / tile)];
  const steps = Math.ceil(K / depth);
  const total = G * steps;
  const whole = p.sum === true || (G === 1 && p.bias === undefined);
  const span = whole ? partSize(gpu, total, tilesM * tilesN, least) : steps;
  const outputs = Math.ceil(total / span);
  const parts = whole ? outputs : 1;
  const y = emptyParts(gpu, parts, p.shape);
  const count = tilesM * tilesN * outputs;
  gpu.run((gpu.software ? direct : tiled)[width], {
    constants: {
      TRANSPOSE_A: Number(p.transposeA === true),
      TRANSPOSE_B: Number(p.transposeB === true),
      BIAS: p.bias === undefined ? 0 : p.biasOfRows === true ? 2 : 1,
    },
    params: {
      M,
      N,
      K,
      strideA: p.batchedA ? M * K : 0,
      strideB: p.batchedB ? K * N : 0,
      tilesM,
      tilesN,
      steps,
      span,
      total,
      count,
    },
    buffers: { a: p.a, b: p.b, bias: p.bias ?? unused(gpu), y },
    grid: flatGrid(gpu, count),
  });
  return foldParts(gpu, y, parts, p.shape);
}

/** Sum of the rows of x, seen as [R, N]; [N]. */
export function columnSum(x: Tensor, N: number): Tensor {
  const gpu = x.device;
  const R = x.size / N;
  const chunk = partSize(gpu, R, Math.ceil(N / 256), 64);
  const parts = Math.ceil(R / chunk);
  const y = emptyParts(gpu, parts, [N]);
  runElements(gpu, columnSumKernel, parts * N, { params: { R, N, chunk }, buffers: { x, y } });
  return foldParts(gpu, y, parts, [N]);
}
