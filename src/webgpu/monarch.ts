import monarchDirectCode from '../../wgsl/butterfly/monarch-direct.wgsl?raw';
import monarchCode from '../../wgsl/butterfly/monarch.wgsl?raw';
import common from '../../wgsl/common/monarch.wgsl?raw';
import tileCode from '../../wgsl/common/tile.wgsl?raw';
import type { MonarchOptions } from '../backend.js';
import { type MonarchFactor, monarchDims, monarchFactors } from '../shapes/butterfly.js';
import type { Shape } from '../tensor.js';
import { type Kernel, kernel } from './kernel.js';
import { emptyParts, flatGrid, foldParts, partSize, unused } from './launch.js';
import { columnSum } from './matmul.js';
import type { Tensor } from './tensor.js';

const tiled: Kernel = /* @__PURE__ */ kernel('butterfly/monarch', common, tileCode, monarchCode);
const direct: Kernel = /* @__PURE__ */ kernel('butterfly/monarch-direct', common, monarchDirectCode);

/** Rows and columns of a tile, and steps of the sum at a time, of the two kernels. */
const TILED = { kernel: tiled, tile: 64, depth: 16 };
const DIRECT = { kernel: direct, tile: 32, depth: 1 };

/** Rows worth a part of the sum over rows. */
const LEAST_ROWS = 256;

type Factor = MonarchFactor<Tensor>;

/**
 * A vector times a Monarch matrix, for every row of x.
 *
 *     a[k, q] = sum_p w1[k, q, p] x[k, p], read as a[r, l];  y[s l + l'] = sum_r w2[l', s, r] a[r, l'] + bias[s l + l']
 *
 * @param x - [.., I].
 * @param w1 - [k, q, p], p = ceil(I / k).
 * @param w2 - [l, s, r], l r = k q.
 * @param options - `outputs` O, l s where left out; `bias` [O].
 * @returns y, [.., O]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 * @see `reference/monarch.ts` for the definition, `wgsl/butterfly/README.md` for the method.
 */
export function monarch(x: Tensor, w1: Tensor, w2: Tensor, options: MonarchOptions<Tensor> = {}): Tensor {
  const dims = monarchDims('monarch', x, w1, w2, options);
  const [first, second] = monarchFactors(dims, w1, w2);
  using a = multiply(first, x, dims.B, [dims.B, dims.k * dims.q]);
  return multiply(second, a, dims.B, dims.shape, options.bias);
}

/**
 * Pull a cotangent of {@link monarch}'s output back to its inputs. Sums run in a fixed order.
 *
 * @param dy - [.., O].
 * @returns dx, dw1, dw2 and, where a bias is given, dBias, each shaped like its input; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function monarchVjp(
  x: Tensor,
  w1: Tensor,
  w2: Tensor,
  dy: Tensor,
  { bias }: { readonly bias?: Tensor | undefined } = {},
): { dx: Tensor; dw1: Tensor; dw2: Tensor; dBias?: Tensor } {
  const dims = monarchDims('monarchVjp', x, w1, w2, { bias, dy });
  const { B } = dims;
  const [first, second] = monarchFactors(dims, w1, w2);
  using a = multiply(first, x, B, [B, dims.k * dims.q]);
  using da = multiplyTransposed(second, dy, B, a.shape);
  const dx = multiplyTransposed(first, da, B, x.shape);
  const gradients = { dx, dw1: weights(first, x, da, B), dw2: weights(second, a, dy, B) };
  return bias === undefined ? gradients : { ...gradients, dBias: columnSum(dy, dims.O) };
}

function multiply(factor: Factor, x: Tensor, B: number, shape: Shape, bias?: Tensor): Tensor {
  const { w, G, O, I, inputs, outputs, interleaved } = factor;
  return product(shape, {
    constants: {
      A_INTERLEAVED: Number(interleaved),
      Y_INTERLEAVED: Number(interleaved),
      BIAS: Number(bias !== undefined),
    },
    params: { G, M: B, N: O, K: I, aLength: inputs, bLength: 0, yLength: outputs },
    buffers: { a: x, b: w, bias: bias ?? unused(x.device) },
  });
}

/** From cotangents of a factor's outputs to those of its inputs. */
function multiplyTransposed(factor: Factor, dy: Tensor, B: number, shape: Shape): Tensor {
  const { w, G, O, I, inputs, outputs, interleaved } = factor;
  return product(shape, {
    constants: { A_INTERLEAVED: Number(interleaved), Y_INTERLEAVED: Number(interleaved), TRANSPOSED: 1 },
    params: { G, M: B, N: I, K: O, aLength: outputs, bLength: 0, yLength: inputs },
    buffers: { a: dy, b: w, bias: unused(dy.device) },
  });
}

/** The cotangent of a factor's blocks: a sum over rows, in parts where it is long. */
function weights({ w, G, O, I, inputs, outputs, interleaved }: Factor, x: Tensor, dy: Tensor, B: number): Tensor {
  return product(w.shape, {
    constants: { A_INTERLEAVED: Number(interleaved), B_INTERLEAVED: Number(interleaved), WEIGHTS: 1 },
    params: { G, M: O, N: I, K: B, aLength: outputs, bLength: inputs, yLength: 0 },
    buffers: { a: dy, b: x, bias: unused(x.device) },
  });
}

interface Product {
  readonly constants: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<'G' | 'M' | 'N' | 'K' | 'aLength' | 'bLength' | 'yLength', number>>;
  readonly buffers: { readonly a: Tensor; readonly b: Tensor; readonly bias: Tensor };
}

/** The product into a tensor of `shape`; see monarch.wgsl. */
function product(shape: Shape, { constants, params, buffers }: Product): Tensor {
  const gpu = buffers.a.device;
  const { kernel, tile, depth } = gpu.software ? DIRECT : TILED;
  const [tilesM, tilesN] = [Math.ceil(params.M / tile), Math.ceil(params.N / tile)];
  const { G, K } = params;
  const sums = tilesM * tilesN * G;
  const span = constants['WEIGHTS'] === 1 ? depth * Math.ceil(partSize(gpu, K, sums, LEAST_ROWS) / depth) : K;
  const parts = Math.ceil(K / span);
  const y = emptyParts(gpu, parts, shape);
  gpu.run(kernel, {
    constants,
    params: { ...params, tilesM, tilesN, span, count: sums * parts },
    buffers: { ...buffers, y },
    grid: flatGrid(gpu, sums * parts),
  });
  return foldParts(gpu, y, parts, shape);
}
