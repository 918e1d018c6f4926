import { crossEntropyDims } from '../shapes/dense.js';
import type { Tensor } from './tensor.js';

/**
 * Mean over the batch of -log softmax(logits)[b, labels[b]].
 *
 * @param logits - [B, K].
 * @param labels - u32 [B]. One that is no class makes the loss NaN.
 * @returns loss, [1].
 * @throws ShapeError if labels does not fit logits.
 * @see `crossEntropy` in reference/dense.ts.
 */
export function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const { B, K } = crossEntropyDims('crossEntropy', logits, labels);
  const loss = logits.device.empty([1]);
  logits.device.run('crossEntropy', 1, [logits, labels, loss, B, K]);
  return loss;
}

/**
 * Gradient of {@link crossEntropy}: dLogits[b, k] = dy (softmax(logits)[b, k] - [k = labels[b]]) / B.
 *
 * @param dy - cotangent of the loss, [1].
 * @returns dLogits, [B, K].
 * @throws ShapeError if labels or dy do not fit logits.
 */
export function crossEntropyVjp(logits: Tensor, labels: Tensor, dy: Tensor): { dLogits: Tensor } {
  const { B, K } = crossEntropyDims('crossEntropyVjp', logits, labels, dy);
  const dLogits = logits.device.empty(logits.shape);
  logits.device.run('crossEntropyVjp', B, [logits, labels, dy, dLogits, B, K]);
  return { dLogits };
}
