// Cross-entropy of a batch of logits [B, K]: small, so in f64 throughout.

/** log sum_k exp(logits[k]). */
function logSumExp(logits: usize, K: i32): f64 {
  let largest = <f64>load<f32>(logits);
  for (let k = 1; k < K; k++) largest = Math.max(largest, <f64>load<f32>(logits + (<usize>k << 2)));
  let sum: f64 = 0;
  for (let k = 0; k < K; k++) sum += Math.exp(<f64>load<f32>(logits + (<usize>k << 2)) - largest);
  return largest + Math.log(sum);
}

/** loss [1] = -(1/B) sum_b log softmax(logits)[b, labels[b]], NaN if a label is no class. There is one item. */
export function crossEntropy(
  from: i32, to: i32, scratch: usize, logits: usize, labels: usize, loss: usize, B: i32, K: i32,
): void {
  let total: f64 = 0;
  for (let b = 0; b < B; b++) {
    const row = logits + (<usize>(b * K) << 2);
    const label = load<u32>(labels + (<usize>b << 2));
    total += logSumExp(row, K) - (label < <u32>K ? <f64>load<f32>(row + (<usize>label << 2)) : NaN);
  }
  store<f32>(loss, <f32>(total / <f64>B));
}

/** dLogits[b, k] = dy (softmax(logits)[b, k] - [k = labels[b]]) / B. One item is a sample. */
export function crossEntropyVjp(
  from: i32, to: i32, scratch: usize, logits: usize, labels: usize, dy: usize, dLogits: usize, B: i32, K: i32,
): void {
  const share = <f64>load<f32>(dy) / <f64>B;
  for (let b = from; b < to; b++) {
    const row = <usize>(b * K) << 2;
    const lse = logSumExp(logits + row, K);
    const label = load<u32>(labels + (<usize>b << 2));
    for (let k = 0; k < K; k++) {
      const at = row + (<usize>k << 2);
      const p = Math.exp(<f64>load<f32>(logits + at) - lse);
      store<f32>(dLogits + at, <f32>(share * (p - (<u32>k == label ? 1 : 0))));
    }
  }
}
