import reduce from '../../wgsl/common/reduce.wgsl?raw';
import crossEntropyCode from '../../wgsl/dense/cross-entropy.wgsl?raw';
import dcrossEntropyCode from '../../wgsl/dense/dcross-entropy.wgsl?raw';
import meanCode from '../../wgsl/dense/mean.wgsl?raw';
import { crossEntropyDims } from '../shapes/dense.js';
import { type Kernel, kernel } from './kernel.js';
import { groupSize, runGroups } from './launch.js';
import type { Tensor } from './tensor.js';

const crossEntropyKernel: Kernel = /* @__PURE__ */ kernel('dense/cross-entropy', reduce, crossEntropyCode);
const dcrossEntropy: Kernel = /* @__PURE__ */ kernel('dense/dcross-entropy', reduce, dcrossEntropyCode);
const mean: Kernel = /* @__PURE__ */ kernel('dense/mean', reduce, meanCode);

/**
 * Mean over the batch of the cross entropy of softmax(logits) and the labels.
 *
 *     loss = (1/B) sum_b (log sum_k exp(logits[b, k]) - logits[b, labels[b]])
 *
 * @param logits - [B, K].
 * @param labels - u32 [B], below K.
 * @returns the loss, [1]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const { B, K } = crossEntropyDims('crossEntropy', logits, labels);
  const gpu = logits.device;
  using loss = gpu.empty([B]);
  runGroups(gpu, crossEntropyKernel, B, K, { params: { K }, buffers: { logits, labels, loss } });
  const y = gpu.empty([1]);
  gpu.run(mean, { constants: { WG: groupSize(gpu, B) }, params: { n: B }, buffers: { x: loss, y }, grid: [1] });
  return y;
}

/**
 * Pull a cotangent of {@link crossEntropy} back to the logits.
 *
 *     dLogits[b, k] = dy (softmax(logits)[b, k] - [k = labels[b]]) / B
 *
 * @param dy - [1].
 * @returns dLogits, [B, K]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function crossEntropyVjp(logits: Tensor, labels: Tensor, dy: Tensor): { dLogits: Tensor } {
  const { B, K } = crossEntropyDims('crossEntropyVjp', logits, labels, dy);
  const gpu = logits.device;
  const dLogits = gpu.empty([B, K]);
  runGroups(gpu, dcrossEntropy, B, K, { params: { K }, buffers: { logits, labels, dy, dLogits } });
  return { dLogits };
}
