import { embedding, linear } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import { type HostArray, hostParam } from './params.js';

/** An affine map of features: W [O, I], bias [O]. */
export interface Linear<X> {
  readonly W: X;
  readonly bias: X;
}

/** Weight and bias uniform in +-1 / sqrt(inputs). */
export function initLinear(
  rng: Rng,
  { inputs, outputs, decayBias }: { inputs: number; outputs: number; decayBias?: boolean | undefined },
): Linear<Param<HostArray>> {
  const bound = 1 / Math.sqrt(inputs);
  const uniform = (stream: Rng) => (): number => bound * (2 * stream.uniform() - 1);
  return {
    W: hostParam([outputs, inputs], uniform(rng.split('W'))),
    bias: hostParam([outputs], uniform(rng.split('bias')), { decay: decayBias }),
  };
}

/** x [B, I, L] or [B, I]; y [B, O, L] or [B, O]. */
export function linearLayer<T extends TensorLike>({ W, bias }: Linear<Var<T>>, x: Var<T>): Var<T> {
  return linear(x, W, { bias });
}

/** One vector for each token: table [V, H]. */
export interface Embedding<X> {
  readonly table: X;
}

/** Standard normal. */
export function initEmbedding(
  rng: Rng,
  { vocab, features }: { vocab: number; features: number },
): Embedding<Param<HostArray>> {
  const stream = rng.split('table');
  return { table: hostParam([vocab, features], () => stream.normal()) };
}

/** tokens u32 [B, L]; y [B, H, L]. */
export function embeddingLayer<T extends TensorLike>({ table }: Embedding<Var<T>>, tokens: Var<T>): Var<T> {
  return embedding(tokens, table);
}
