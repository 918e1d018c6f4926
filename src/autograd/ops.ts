/**
 * @file The operations of {@link Backend} on variables of a tape, with their gradients. Names, shapes and equations are
 * those of Backend. Integer arguments and dropout keys are plain tensors.
 */
import type { Dropout, LongconvOptions, MatmulOptions } from '../backend.js';
import type { TensorLike } from '../tensor.js';
import type { Var } from './tape.js';

/** k [C, H, K] or [H, K] convolved with u [B, H, L], plus D u, between two gates; y [B, C H, L]. */
export function longconv<T extends TensorLike>(
  u: Var<T>,
  k: Var<T>,
  { D, pregate, postgate, bidirectional, bins }: LongconvOptions<Var<T>> = {},
): Var<T> {
  const { tape } = u;
  const gates = { pregate: pregate?.value, postgate: postgate?.value };
  const options = { D: D?.value, ...gates, bidirectional, bins };
  const backward = (dy: T): (T | undefined)[] => {
    const { du, dk, dD, dPregate, dPostgate } = tape.backend.longconvVjp(u.value, k.value, dy, options);
    return [du, dk, dD, dPregate, dPostgate];
  };
  const inputs = [u, k, D, pregate, postgate];
  return tape.record(tape.backend.longconv(u.value, k.value, options), { inputs, keeps: inputs, backward });
}

/** y = a b (+ bias), each [.., M, K] and [.., K, N]. */
export function matmul<T extends TensorLike>(
  a: Var<T>,
  b: Var<T>,
  { bias, transposeA, transposeB }: MatmulOptions<Var<T>> = {},
): Var<T> {
  const { tape } = a;
  const options = { bias: bias?.value, transposeA, transposeB };
  const backward = (dy: T): (T | undefined)[] => {
    const { da, db, dBias } = tape.backend.matmulVjp(a.value, b.value, dy, options);
    return [da, db, dBias];
  };
  const inputs = [a, b, bias];
  return tape.record(tape.backend.matmul(a.value, b.value, options), { inputs, keeps: inputs, backward });
}

/** y[b, o, l] = sum_i W[o, i] x[b, i, l] (+ bias[o]). */
export function linear<T extends TensorLike>(
  x: Var<T>,
  W: Var<T>,
  { bias }: { readonly bias?: Var<T> | undefined } = {},
): Var<T> {
  const { tape } = x;
  const options = { bias: bias?.value };
  const backward = (dy: T): (T | undefined)[] => {
    const { dx, dW, dBias } = tape.backend.linearVjp(x.value, W.value, dy, options);
    return [dx, dW, dBias];
  };
  const inputs = [x, W, bias];
  return tape.record(tape.backend.linear(x.value, W.value, options), { inputs, keeps: inputs, backward });
}

/** y[b, h, l] = table[tokens[b, l], h]. tokens u32 [B, L]; table [V, H]. */
export function embedding<T extends TensorLike>(tokens: Var<T>, table: Var<T>): Var<T> {
  const { tape } = table;
  const V = table.shape[0] as number;
  return tape.record(tape.backend.embedding(tokens.value, table.value), {
    inputs: [table],
    keeps: [tokens],
    backward: (dy) => [tape.backend.embeddingVjp(tokens.value, dy, { V }).dTable],
  });
}

/** dropout(gelu(x + bias)), with the exact error function. x [B, H, L] or [B, H]; bias [H]. */
export function gelu<T extends TensorLike>(
  x: Var<T>,
  { bias, dropout: drop }: { readonly bias?: Var<T> | undefined; readonly dropout?: Dropout<T> | undefined } = {},
): Var<T> {
  const { tape } = x;
  const options = { bias: bias?.value, dropout: drop };
  const backward = (dy: T): (T | undefined)[] => {
    const { dx, dBias } = tape.backend.geluVjp(x.value, dy, options);
    return [dx, dBias];
  };
  return tape.record(tape.backend.gelu(x.value, options), { inputs: [x, bias], keeps: [x, bias], backward });
}

/** residual + dropout(a sigmoid(g)), x = [a; g] along axis 1. x [B, 2H, L] or [B, 2H]. */
export function glu<T extends TensorLike>(
  x: Var<T>,
  {
    residual,
    dropout: drop,
  }: { readonly residual?: Var<T> | undefined; readonly dropout?: Dropout<T> | undefined } = {},
): Var<T> {
  const { tape } = x;
  return tape.record(tape.backend.glu(x.value, { residual: residual?.value, dropout: drop }), {
    inputs: [x, residual],
    keeps: [x],
    backward: (dy) => [tape.backend.gluVjp(x.value, dy, { dropout: drop }).dx, residual && dy],
  });
}

/** 1 / (1 + exp(-x)). */
export function sigmoid<T extends TensorLike>(x: Var<T>): Var<T> {
  const { tape } = x;
  const backward = (dy: T): T[] => [tape.backend.sigmoidVjp(x.value, dy).dx];
  return tape.record(tape.backend.sigmoid(x.value), { inputs: [x], keeps: [x], backward });
}

/** max(x, 0). */
export function relu<T extends TensorLike>(x: Var<T>): Var<T> {
  const { tape } = x;
  const backward = (dy: T): T[] => [tape.backend.reluVjp(x.value, dy).dx];
  return tape.record(tape.backend.relu(x.value), { inputs: [x], keeps: [x], backward });
}

/** a + b, of equal shape. */
export function add<T extends TensorLike>(a: Var<T>, b: Var<T>): Var<T> {
  const { tape } = a;
  return tape.record(tape.backend.add(a.value, b.value), { inputs: [a, b], backward: (dy) => [dy, dy] });
}

/** factor * x. */
export function scale<T extends TensorLike>(x: Var<T>, factor: number): Var<T> {
  const { tape } = x;
  const backward = (dy: T): T[] => [tape.backend.scale(dy, factor)];
  return tape.record(tape.backend.scale(x.value, factor), { inputs: [x], backward });
}

/** x with dropped entries zeroed and the others scaled. */
export function dropout<T extends TensorLike>(x: Var<T>, options: Dropout<T>): Var<T> {
  const { tape } = x;
  const backward = (dy: T): T[] => [tape.backend.dropout(dy, options)];
  return tape.record(tape.backend.dropout(x.value, options), { inputs: [x], backward });
}

/** x [B, H, L] with entries at positions l >= lengths[b] zeroed. */
export function maskLength<T extends TensorLike>(x: Var<T>, lengths: T): Var<T> {
  const { tape } = x;
  const backward = (dy: T): T[] => [tape.backend.maskLength(dy, lengths)];
  return tape.record(tape.backend.maskLength(x.value, lengths), { inputs: [x], backward });
}

/** y = gamma (x - mean) / sqrt(var + eps) + beta over axis 1. x [B, H, L] or [B, H]; gamma, beta [H]. */
export function layerNorm<T extends TensorLike>(
  x: Var<T>,
  gamma: Var<T>,
  beta: Var<T>,
  options: { readonly eps?: number | undefined } = {},
): Var<T> {
  const { tape } = x;
  const backward = (dy: T): T[] => {
    const { dx, dGamma, dBeta } = tape.backend.layerNormVjp(x.value, gamma.value, dy, options);
    return [dx, dGamma, dBeta];
  };
  const y = tape.backend.layerNorm(x.value, gamma.value, beta.value, options);
  return tape.record(y, { inputs: [x, gamma, beta], keeps: [x, gamma], backward });
}

/** Layer norm's equation for each channel over batch and length; updates `running` in place. */
export function batchNorm<T extends TensorLike>(
  x: Var<T>,
  gamma: Var<T>,
  beta: Var<T>,
  {
    running,
    ...options
  }: {
    readonly eps?: number | undefined;
    readonly momentum?: number | undefined;
    readonly running?: { readonly mean: Var<T>; readonly variance: Var<T> } | undefined;
  } = {},
): Var<T> {
  const { tape } = x;
  const { y, mean, rstd } = tape.backend.batchNorm(x.value, gamma.value, beta.value, {
    ...options,
    running: running && { mean: running.mean.value, variance: running.variance.value },
  });
  const backward = (dy: T): T[] => {
    const { dx, dGamma, dBeta } = tape.backend.batchNormVjp(x.value, gamma.value, mean, rstd, dy);
    return [dx, dGamma, dBeta];
  };
  return tape.record(y, { inputs: [x, gamma, beta], keeps: [x, gamma], owns: [mean, rstd], backward });
}

/** Normalise with given statistics. Evaluation only. @throws TypeError when a gradient is asked through it. */
export function batchNormInference<T extends TensorLike>(
  x: Var<T>,
  gamma: Var<T>,
  beta: Var<T>,
  mean: Var<T>,
  variance: Var<T>,
  options: { readonly eps?: number | undefined } = {},
): Var<T> {
  const { tape } = x;
  const y = tape.backend.batchNormInference(x.value, gamma.value, beta.value, mean.value, variance.value, options);
  const backward = (): never => {
    throw new TypeError('batchNormInference: it has no gradient, expected batchNorm in training');
  };
  return tape.record(y, { inputs: [x, gamma, beta], backward });
}

/** Mean over the first lengths[b] positions; x [B, H, L], y [B, H]. */
export function meanPool<T extends TensorLike>(x: Var<T>, options: { readonly lengths?: T | undefined } = {}): Var<T> {
  const { tape } = x;
  const L = x.shape[2] as number;
  const backward = (dy: T): T[] => [tape.backend.meanPoolVjp(dy, { ...options, L }).dx];
  return tape.record(tape.backend.meanPool(x.value, options), { inputs: [x], backward });
}

/** Position lengths[b] - 1, or the last; x [B, H, L], y [B, H]. */
export function lastPool<T extends TensorLike>(x: Var<T>, options: { readonly lengths?: T | undefined } = {}): Var<T> {
  const { tape } = x;
  const L = x.shape[2] as number;
  const backward = (dy: T): T[] => [tape.backend.lastPoolVjp(dy, { ...options, L }).dx];
  return tape.record(tape.backend.lastPool(x.value, options), { inputs: [x], backward });
}

/** Mean over the batch of -log softmax(logits)[b, labels[b]]; [1]. */
export function crossEntropy<T extends TensorLike>(logits: Var<T>, labels: T): Var<T> {
  const { tape } = logits;
  const backward = (dy: T): T[] => [tape.backend.crossEntropyVjp(logits.value, labels, dy).dLogits];
  return tape.record(tape.backend.crossEntropy(logits.value, labels), { inputs: [logits], keeps: [logits], backward });
}

/** Swap the last two axes. */
export function transpose<T extends TensorLike>(x: Var<T>): Var<T> {
  const { tape } = x;
  const backward = (dy: T): T[] => [tape.backend.transpose(dy)];
  return tape.record(tape.backend.transpose(x.value), { inputs: [x], backward });
}
