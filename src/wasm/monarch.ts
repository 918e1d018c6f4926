import type { MonarchOptions } from '../backend.js';
import { type MonarchFactor, monarchDims, monarchFactors } from '../shapes/butterfly.js';
import type { Shape } from '../tensor.js';
import { sumParts } from './sums.js';
import type { Tensor } from './tensor.js';

/** Rows, columns and depth of what is packed at a time. */
const TILE_ROWS = 128;
const TILE_COLUMNS = 256;
const BLOCK = 256;

type Factor = MonarchFactor<Tensor>;

/**
 * A vector times a Monarch matrix, for every row of x.
 *
 * @param x - [.., I].
 * @param w1 - [k, q, p], p = ceil(I / k).
 * @param w2 - [l, s, r], l r = k q.
 * @param options - `outputs` O, l s where left out; `bias` [O].
 * @returns y, [.., O].
 * @throws ShapeError if the shapes do not fit together.
 * @see reference/monarch.ts for the definition.
 */
export function monarch(x: Tensor, w1: Tensor, w2: Tensor, options: MonarchOptions<Tensor> = {}): Tensor {
  const dims = monarchDims('monarch', x, w1, w2, options);
  const [first, second] = monarchFactors(dims, w1, w2);
  using a = multiply(first, x, dims.B, [dims.B, dims.k * dims.q]);
  return multiply(second, a, dims.B, dims.shape, options.bias);
}

/**
 * Gradient of {@link monarch}.
 *
 * @param dy - cotangent of y, [.., O].
 * @returns dx, dw1, dw2, and dBias where a bias was given.
 * @throws ShapeError if the shapes do not fit together.
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
  return bias === undefined ? gradients : { ...gradients, dBias: sumParts(bias.shape, dy, B) };
}

function multiply(factor: Factor, x: Tensor, B: number, shape: Shape, bias?: Tensor): Tensor {
  return blocks({ ...factor, transposed: false }, x, B, shape, bias);
}

/** The same with the transpose of every block: from cotangents of the outputs to those of the inputs. */
function multiplyTransposed(factor: Factor, dy: Tensor, B: number, shape: Shape): Tensor {
  const { O, I, inputs, outputs } = factor;
  const turned = { ...factor, O: I, I: O, inputs: outputs, outputs: inputs };
  return blocks({ ...turned, transposed: true }, dy, B, shape);
}

function blocks(
  { w, G, O, I, inputs, outputs, interleaved, transposed }: Factor & { readonly transposed: boolean },
  x: Tensor,
  B: number,
  shape: Shape,
  bias?: Tensor,
): Tensor {
  const y = x.device.empty(shape);
  const [rows, columns] = [roundUp(B, 4, TILE_ROWS), roundUp(O, 8, TILE_COLUMNS)];
  x.device.run(
    'monarchBlocks',
    G * Math.ceil(B / rows) * Math.ceil(O / columns),
    [
      ...[x, w, bias ?? 0, y, B, G, O, I, inputs, outputs],
      ...[interleaved, transposed].map(Number),
      ...[rows, columns, BLOCK],
    ],
    { scratch: 4 * (32 + (rows + columns) * Math.min(BLOCK, I) + rows * columns) },
  );
  return y;
}

function weights({ w, G, O, I, inputs, outputs, interleaved }: Factor, x: Tensor, dy: Tensor, B: number): Tensor {
  const dw = x.device.empty(w.shape);
  const [rows, columns] = [roundUp(O, 4, TILE_ROWS), roundUp(I, 8, TILE_COLUMNS)];
  x.device.run(
    'monarchWeights',
    G * Math.ceil(O / rows) * Math.ceil(I / columns),
    [x, dy, dw, B, G, O, I, inputs, outputs, Number(interleaved), rows, columns, BLOCK],
    { scratch: 4 * (32 + (rows + columns) * Math.min(BLOCK, B)) },
  );
  return dw;
}

/** n as a multiple of `unit`, at most `most`. */
function roundUp(n: number, unit: number, most: number): number {
  return Math.min(most, unit * Math.ceil(n / unit));
}
