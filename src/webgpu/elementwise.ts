import sigmoidFragment from '../../wgsl/common/sigmoid.wgsl?raw';
import addCode from '../../wgsl/dense/add.wgsl?raw';
import dreluCode from '../../wgsl/dense/drelu.wgsl?raw';
import dropoutCode from '../../wgsl/dense/dropout.wgsl?raw';
import dsigmoidCode from '../../wgsl/dense/dsigmoid.wgsl?raw';
import maskLengthCode from '../../wgsl/dense/mask-length.wgsl?raw';
import reluCode from '../../wgsl/dense/relu.wgsl?raw';
import scaleCode from '../../wgsl/dense/scale.wgsl?raw';
import sigmoidCode from '../../wgsl/dense/sigmoid.wgsl?raw';
import type { Dropout } from '../backend.js';
import { elementwiseDims, lengthDims, sameShape } from '../shapes/dense.js';
import { checkTensors } from '../tensor.js';
import { type Lanes, dropoutArguments, dropoutParts, lanes, lanesOf, runElements } from './launch.js';
import type { Tensor } from './tensor.js';

const sigmoidKernel: Lanes = /* @__PURE__ */ lanes('dense/sigmoid', sigmoidFragment, sigmoidCode);
const dsigmoid: Lanes = /* @__PURE__ */ lanes('dense/dsigmoid', sigmoidFragment, dsigmoidCode);
const reluKernel: Lanes = /* @__PURE__ */ lanes('dense/relu', reluCode);
const drelu: Lanes = /* @__PURE__ */ lanes('dense/drelu', dreluCode);
const addKernel: Lanes = /* @__PURE__ */ lanes('dense/add', addCode);
const scaleKernel: Lanes = /* @__PURE__ */ lanes('dense/scale', scaleCode);
const dropoutKernel: Lanes = /* @__PURE__ */ lanes('dense/dropout', ...dropoutParts, dropoutCode);
const maskLengthKernel: Lanes = /* @__PURE__ */ lanes('dense/mask-length', maskLengthCode);

/** y = 1 / (1 + exp(-x)), of any shape. The caller disposes y. */
export function sigmoid(x: Tensor): Tensor {
  checkTensors('sigmoid', { x });
  return map(sigmoidKernel, { x }, 'y');
}

/** dx = dy s(x) s(-x) with the logistic function s. @throws {@link ShapeError} unless dy is shaped like x. */
export function sigmoidVjp(x: Tensor, dy: Tensor): { dx: Tensor } {
  sameShape('sigmoidVjp', { x, dy });
  return { dx: map(dsigmoid, { x, dy }, 'dx') };
}

/** y = max(x, 0), of any shape. NaN stays NaN. The caller disposes y. */
export function relu(x: Tensor): Tensor {
  checkTensors('relu', { x });
  return map(reluKernel, { x }, 'y');
}

/** dx = dy where x > 0, else 0. @throws {@link ShapeError} unless dy is shaped like x. */
export function reluVjp(x: Tensor, dy: Tensor): { dx: Tensor } {
  sameShape('reluVjp', { x, dy });
  return { dx: map(drelu, { x, dy }, 'dx') };
}

/** y = a + b. The caller disposes y. @throws {@link ShapeError} unless b is shaped like a. */
export function add(a: Tensor, b: Tensor): Tensor {
  sameShape('add', { a, b });
  return map(addKernel, { a, b }, 'y');
}

/** y = factor x, of any shape. The caller disposes y. */
export function scale(x: Tensor, factor: number): Tensor {
  checkTensors('scale', { x });
  return map(scaleKernel, { x }, 'y', { factor });
}

/**
 * x with dropped entries zeroed and the others divided by 1 - p. It is its own gradient: apply it to dy.
 *
 * @param x - [B, H, L] or [B, H], which counts as length 1.
 * @param dropout - probability, key and stream; `tied` draws once for each (b, h).
 * @returns y, shaped like x. The caller disposes it.
 * @throws {@link ShapeError} if p or the key does not fit.
 * @see `reference/rng.ts` for the masks.
 */
export function dropout(x: Tensor, dropout: Dropout<Tensor>): Tensor {
  const { L } = elementwiseDims('dropout', x, { dropout });
  const gpu = x.device;
  const n = lanesOf(dropout.tied === true ? L : x.size);
  const { params, constants, key } = dropoutArguments(gpu, dropout);
  const y = gpu.empty(x.shape);
  // rows matter for tied dropout only
  const row = dropout.tied === true ? L / n : 1;
  runElements(gpu, dropoutKernel[n], x.size / n, { constants, params: { L: row, ...params }, buffers: { x, key, y } });
  return y;
}

/**
 * x with entries at positions l >= lengths[b] zeroed. It is its own gradient: apply it to dy.
 *
 * @param x - [B, H, L].
 * @param lengths - u32 [B], clamped to 1..L.
 * @returns y, [B, H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function maskLength(x: Tensor, lengths: Tensor): Tensor {
  const { H, L } = lengthDims('maskLength', x, lengths);
  const gpu = x.device;
  const n = lanesOf(L);
  const y = gpu.empty(x.shape);
  runElements(gpu, maskLengthKernel[n], x.size / n, { params: { H, L: L / n }, buffers: { x, lengths, y } });
  return y;
}

/** Dispatch a kernel that works entry by entry on tensors of one shape. */
function map(
  kernels: Lanes,
  inputs: Readonly<Record<string, Tensor>>,
  output: string,
  params: Readonly<Record<string, number>> = {},
): Tensor {
  const first = Object.values(inputs)[0] as Tensor;
  const gpu = first.device;
  const n = lanesOf(first.size);
  const result = gpu.empty(first.shape);
  runElements(gpu, kernels[n], first.size / n, { params, buffers: { ...inputs, [output]: result } });
  return result;
}
