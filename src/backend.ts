/**
 * @file The operations that every backend offers, over its own tensor type T.
 *
 * Sequence activations are [B, H, L]: batch, channels, length, the last axis contiguous. Convolutions,
 * pointwise products, norms and pools all work on it as it lies, so no layer transposes.
 * A gradient is a function of its own: `xxxVjp(inputs…, dy, options)` returns `{ dInput… }`.
 * Every result is a new tensor which the caller disposes; what is updated in place says so.
 */
import type { AdamwOptions } from './ops/adamw.js';
import type { ButterflyOps } from './ops/butterfly.js';
import type { FftOps } from './ops/fft.js';
import type { KernelOps } from './ops/kernels.js';
import type { MatmulOptions } from './ops/matmul.js';
import type { S4Ops } from './ops/s4.js';
import type { S4dOps } from './ops/s4d.js';
import type { TensorLike } from './tensor.js';

export type { AdamwOptions } from './ops/adamw.js';
export type { ButterflyFactors, FactorSize, MonarchOptions } from './ops/butterfly.js';
export type { SgconvOptions, SmoothOptions } from './ops/kernels.js';
export type { MatmulOptions } from './ops/matmul.js';
export type { S4Gradients, S4KernelOptions, S4Params, S4StepParams } from './ops/s4.js';
export type { S4dGradients, S4dOptions, S4dParams, S4dStepParams } from './ops/s4d.js';
export type { SsmOptions, Transform } from './ops/ssm.js';

/** Which entries are zeroed, from a counter-based generator: the same bits on every backend. */
export interface Dropout<T> {
  /** Probability of zeroing an entry, 0 <= p < 1. Kept entries are scaled by 1 / (1 - p). */
  readonly p: number;
  /** Two words, u32 [2]. A trainer writes fresh ones at every step. */
  readonly key: T;
  /** Number of this place in the model, so that places sharing a key draw different masks. */
  readonly stream: number;
  /** One draw for each row of the last axis ([B, H] draws for [B, H, L]) instead of one for each entry. */
  readonly tied?: boolean;
}

export interface LongconvOptions<T> {
  /** Skip weights, [C, H] ([H] where k is [H, K]): adds D[c, h] u[b, h, t]. */
  readonly D?: T | undefined;
  /** k then has 2C channels: C that act on the past and the present, C that act on the future. */
  readonly bidirectional?: boolean | undefined;
  /** w, shaped like u: u is multiplied by it before the convolution and before D. */
  readonly pregate?: T | undefined;
  /** v, shaped like y: multiplies the sum of convolution and skip. y = v (k * (w u) + D (w u)). */
  readonly postgate?: T | undefined;
  /**
   * Low-pass: of the rfft of k extended by zeros to 2L only bins f < `bins` are kept, and the convolution is circular
   * over 2L. From 1 to L + 1, which is all and the same as leaving it out. Causal only.
   */
  readonly bins?: number | undefined;
}

/** Cotangents of a long convolution's inputs, each shaped like its input; of options where they were given. */
export interface LongconvGradients<T> {
  du: T;
  dk: T;
  dD?: T;
  dPregate?: T;
  dPostgate?: T;
}

export interface Backend<T extends TensorLike>
  extends FftOps<T>, S4dOps<T>, S4Ops<T>, KernelOps<T>, ButterflyOps<T> {
  readonly name: 'webgpu' | 'wasm' | 'reference';

  // --- memory ---

  /** Copy host values into a new tensor. dtype is 'f32' unless given. */
  tensor(values: ArrayLike<number>, shape: readonly number[], dtype?: 'f32' | 'u32'): T;
  zeros(shape: readonly number[], dtype?: 'f32' | 'u32'): T;
  /** Overwrite a tensor's values from the host. */
  write(x: T, values: ArrayLike<number>): void;
  /**
   * Make a step that can be repeated: runs `step` once and returns a function that runs it again on the
   * same tensors (what changes from call to call is written into its inputs). What `step` returns stays
   * valid and is overwritten by each repetition. Backends without command recording return `step` itself.
   */
  capture<R>(step: () => R): { result: R; replay(): void } & Disposable;

  // --- longconv ---

  /**
   * y[b, c H + h, t] = sum_{s <= t} k[c, h, s] u[b, h, t - s]  (+ D[c, h] u[b, h, t])
   * and, bidirectional,  + sum_{s > t} k[C + c, h, s - t - 1] u[b, h, s].
   * u [B, H, L]; k [C, H, K] or [H, K] (C = 1; bidirectional [2C, H, K]), 1 <= K <= L <= 2^22; y [B, C H, L].
   */
  longconv(u: T, k: T, options?: LongconvOptions<T>): T;
  longconvVjp(u: T, k: T, dy: T, options?: LongconvOptions<T>): LongconvGradients<T>;

  // --- dense ---

  /** y = a b (+ bias). a [M, K] or [G, M, K], b [K, N] or [G, K, N]; y has G where either has. */
  matmul(a: T, b: T, options?: MatmulOptions<T>): T;
  matmulVjp(a: T, b: T, dy: T, options?: MatmulOptions<T>): { da: T; db: T; dBias?: T };
  /** y[b, o, l] = sum_i W[o, i] x[b, i, l] (+ bias[o]). x [B, I, L] or [B, I]; W [O, I]; bias [O]. */
  linear(x: T, W: T, options?: { readonly bias?: T | undefined }): T;
  linearVjp(x: T, W: T, dy: T, options?: { readonly bias?: T | undefined }): { dx: T; dW: T; dBias?: T };
  /** y[b, h, l] = table[tokens[b, l], h]. tokens u32 [B, L], table [V, H]; y [B, H, L]. Tokens >= V give zero. */
  embedding(tokens: T, table: T): T;
  embeddingVjp(tokens: T, dy: T, options: { readonly V: number }): { dTable: T };
  /** dropout(gelu(x + bias[h])), gelu(v) = v (1 + erf(v / sqrt 2)) / 2. x [B, H, L] or [B, H]; bias [H]. */
  gelu(x: T, options?: { readonly bias?: T | undefined; readonly dropout?: Dropout<T> | undefined }): T;
  geluVjp(
    x: T,
    dy: T,
    options?: { readonly bias?: T | undefined; readonly dropout?: Dropout<T> | undefined },
  ): { dx: T; dBias?: T };
  /** residual + dropout(a sigmoid(g)), x = [a; g] along axis 1. x [B, 2H, L] or [B, 2H]; residual [B, H, L]. */
  glu(x: T, options?: { readonly residual?: T | undefined; readonly dropout?: Dropout<T> | undefined }): T;
  /** The residual's cotangent is dy itself. */
  gluVjp(x: T, dy: T, options?: { readonly dropout?: Dropout<T> | undefined }): { dx: T };
  sigmoid(x: T): T;
  sigmoidVjp(x: T, dy: T): { dx: T };
  relu(x: T): T;
  reluVjp(x: T, dy: T): { dx: T };
  /** a + b, of equal shape. */
  add(a: T, b: T): T;
  /** factor * x. */
  scale(x: T, factor: number): T;
  /** x with dropped entries zeroed and the others scaled. It is its own gradient: apply it to dy. */
  dropout(x: T, dropout: Dropout<T>): T;
  /** x with entries at positions l >= lengths[b] zeroed. Its own gradient. x [B, H, L]; lengths u32 [B]. */
  maskLength(x: T, lengths: T): T;
  /** Normalise over axis 1: y = gamma (x - mean) / sqrt(var + eps) + beta. x [B, H, L] or [B, H]. eps 1e-5. */
  layerNorm(x: T, gamma: T, beta: T, options?: { readonly eps?: number | undefined }): T;
  layerNormVjp(
    x: T,
    gamma: T,
    dy: T,
    options?: { readonly eps?: number | undefined },
  ): { dx: T; dGamma: T; dBeta: T };
  /**
   * Normalise each channel over batch and length with the batch's own statistics. Where `running` is given it
   * is updated in place: running = (1 - momentum) running + momentum statistic, with the unbiased variance.
   * @returns y, and mean and rstd = 1 / sqrt(var + eps), [H], which the gradient needs.
   */
  batchNorm(
    x: T,
    gamma: T,
    beta: T,
    options?: {
      readonly eps?: number | undefined;
      readonly momentum?: number | undefined;
      readonly running?: { readonly mean: T; readonly variance: T } | undefined;
    },
  ): { y: T; mean: T; rstd: T };
  batchNormVjp(x: T, gamma: T, mean: T, rstd: T, dy: T): { dx: T; dGamma: T; dBeta: T };
  /** Normalise with given statistics: what evaluation does with the running ones. */
  batchNormInference(
    x: T,
    gamma: T,
    beta: T,
    mean: T,
    variance: T,
    options?: { readonly eps?: number | undefined },
  ): T;
  /** Mean over the first lengths[b] positions (all L without lengths). x [B, H, L]; y [B, H]. */
  meanPool(x: T, options?: { readonly lengths?: T | undefined }): T;
  meanPoolVjp(dy: T, options: { readonly L: number; readonly lengths?: T | undefined }): { dx: T };
  /** The last valid position, lengths[b] - 1 (L - 1 without lengths). x [B, H, L]; y [B, H]. */
  lastPool(x: T, options?: { readonly lengths?: T | undefined }): T;
  lastPoolVjp(dy: T, options: { readonly L: number; readonly lengths?: T | undefined }): { dx: T };
  /** Mean over the batch of -log softmax(logits)[b, labels[b]]. logits [B, K]; labels u32 [B]; loss [1]. */
  crossEntropy(logits: T, labels: T): T;
  /** dy is the cotangent of the loss, [1]. */
  crossEntropyVjp(logits: T, labels: T, dy: T): { dLogits: T };
  /** Swap the last two axes. */
  transpose(x: T): T;

  // --- optimiser ---

  /** [2]: the factor min(1, maxNorm / (norm + 1e-6)), and norm = the Euclidean norm of all gradients together. */
  clipScale(grads: readonly T[], maxNorm: number): T;
  /**
   * One step of AdamW, in place on param, m and v:
   *     g = gradScale[0] grad;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
   *     param -= lr hyper[0] (weightDecay param + m hyper[1] / (sqrt(v hyper[2]) + eps))
   * @param hyper - [3]: the schedule's factor, 1 / (1 - b1^t), 1 / (1 - b2^t).
   * @param gradScale - as {@link clipScale} returns it; 1 where left out.
   */
  adamw(param: T, grad: T, m: T, v: T, hyper: T, options: AdamwOptions, gradScale?: T): void;
}
