/** @file What a sequence model needs entry by entry: activations, gates, dropout, embedding and the loss. */
import { erfc } from './erf.js';
import { dropoutFactor } from './rng.js';

/** Batch, features and length. */
export interface SequenceDims {
  readonly B: number;
  readonly H: number;
  readonly L: number;
}

/** Which entries are zeroed; see {@link dropoutFactor}. */
export interface Dropout {
  /** Probability of zeroing an entry, 0 <= p < 1. Kept entries are scaled by 1 / (1 - p). */
  readonly p: number;
  /** Two words. */
  readonly key: ArrayLike<number>;
  /** Number of the place in the model. */
  readonly stream: number;
  /** One draw for each row of length L instead of one for each entry. */
  readonly tied?: boolean | undefined;
}

/** The factor of entry i of a tensor whose rows have length L; 1 without dropout. */
function factor(dropout: Dropout | undefined, i: number, L: number): number {
  if (dropout === undefined) return 1;
  const { p, key, stream, tied } = dropout;
  return dropoutFactor(p, key, stream, tied === true ? Math.floor(i / L) : i);
}

/** Entries multiplied by 0 or 1 / (1 - p). Its own transpose. x [B, H, L]. */
export function dropout(x: Float64Array, { L }: SequenceDims, dropout: Dropout): Float64Array {
  return x.map((v, i) => v * factor(dropout, i, L));
}

/** 1 / (1 + exp(-x)) of one number. */
function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

export function sigmoid(x: Float64Array): Float64Array {
  return x.map(logistic);
}

export function sigmoidVjp(x: Float64Array, dy: Float64Array): Float64Array {
  return x.map((v, i) => dy[i] * logistic(v) * logistic(-v));
}

/** max(x, 0). NaN stays NaN. */
export function relu(x: Float64Array): Float64Array {
  return x.map((v) => Math.max(v, 0));
}

/** dy where x > 0, else 0. */
export function reluVjp(x: Float64Array, dy: Float64Array): Float64Array {
  return x.map((v, i) => (v > 0 ? dy[i] : 0));
}

/** Phi(v) = (1 + erf(v / sqrt 2)) / 2. */
const normalCdf = (v: number): number => erfc(-v * Math.SQRT1_2) / 2;

/**
 * y = dropout(gelu(x + bias[h])), gelu(v) = v Phi(v) with the normal distribution function Phi.
 *
 * @param x - [B, H, L].
 * @param options.bias - [H].
 */
export function gelu(
  x: Float64Array,
  { H, L }: SequenceDims,
  { bias, dropout }: { readonly bias?: Float64Array | undefined; readonly dropout?: Dropout | undefined } = {},
): Float64Array {
  return x.map((v, i) => {
    const shifted = v + (bias?.[Math.floor(i / L) % H] ?? 0);
    return shifted * normalCdf(shifted) * factor(dropout, i, L);
  });
}

/** gelu'(v) = Phi(v) + v exp(-v^2 / 2) / sqrt(2 pi). dBias sums over batch and length. */
export function geluVjp(
  x: Float64Array,
  dy: Float64Array,
  { H, L }: SequenceDims,
  { bias, dropout }: { readonly bias?: Float64Array | undefined; readonly dropout?: Dropout | undefined } = {},
): { dx: Float64Array; dBias?: Float64Array } {
  const dBias = new Float64Array(H);
  const dx = x.map((x, i) => {
    const h = Math.floor(i / L) % H;
    const v = x + (bias?.[h] ?? 0);
    const slope = normalCdf(v) + (v * Math.exp((-v * v) / 2)) / Math.sqrt(2 * Math.PI);
    const cotangent = slope * dy[i] * factor(dropout, i, L);
    dBias[h] += cotangent;
    return cotangent;
  });
  return bias === undefined ? { dx } : { dx, dBias };
}

/**
 * y = residual + dropout(a sigmoid(g)), x = [a; g] along axis 1.
 *
 * @param x - [B, 2H, L].
 * @param dims - of y.
 * @param options.residual - [B, H, L].
 */
export function glu(
  x: Float64Array,
  { B, H, L }: SequenceDims,
  { residual, dropout }: { readonly residual?: Float64Array | undefined; readonly dropout?: Dropout | undefined } = {},
): Float64Array {
  const y = new Float64Array(B * H * L);
  return y.map((_, i) => {
    const a = i + Math.floor(i / (H * L)) * H * L;
    return (residual?.[i] ?? 0) + x[a] * logistic(x[a + H * L]) * factor(dropout, i, L);
  });
}

/** da = dy sigmoid(g), dg = dy a sigmoid(g) (1 - sigmoid(g)), after dropout. The residual's cotangent is dy. */
export function gluVjp(x: Float64Array, dy: Float64Array, { H, L }: SequenceDims, dropout?: Dropout): Float64Array {
  const dx = new Float64Array(x.length);
  dy.forEach((cotangent, i) => {
    const a = i + Math.floor(i / (H * L)) * H * L;
    const g = a + H * L;
    const d = cotangent * factor(dropout, i, L);
    dx[a] = d * logistic(x[g]);
    dx[g] = d * x[a] * logistic(x[g]) * logistic(-x[g]);
  });
  return dx;
}

/** a + b. */
export function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((v, i) => v + b[i]);
}

/** factor x. */
export function scale(x: Float64Array, factor: number): Float64Array {
  return x.map((v) => factor * v);
}

/**
 * y[b, h, l] = table[tokens[b, l], h], zero for tokens beyond the table.
 *
 * @param tokens - [B, L].
 * @param table - [V, H].
 * @returns y, [B, H, L].
 */
export function embedding(tokens: Uint32Array, table: Float64Array, { B, H, L }: SequenceDims): Float64Array {
  const y = new Float64Array(B * H * L);
  return y.map((_, i) => {
    const [b, h, l] = [Math.floor(i / (H * L)), Math.floor(i / L) % H, i % L];
    return table[tokens[b * L + l] * H + h] ?? 0;
  });
}

/** dTable[v, h] = sum of dy[b, h, l] over the places where tokens[b, l] = v; [V, H]. */
export function embeddingVjp(tokens: Uint32Array, dy: Float64Array, { H, L }: SequenceDims, V: number): Float64Array {
  const dTable = new Float64Array(V * H);
  dy.forEach((cotangent, i) => {
    const [b, h, l] = [Math.floor(i / (H * L)), Math.floor(i / L) % H, i % L];
    const token = tokens[b * L + l];
    if (token < V) dTable[token * H + h] += cotangent;
  });
  return dTable;
}

/** log sum_k exp(logits[b, k]) for every b. */
function logSumExp(logits: Float64Array, B: number, K: number): number[] {
  return Array.from({ length: B }, (_, b) => {
    const row = logits.subarray(b * K, (b + 1) * K);
    const max = Math.max(...row);
    return max + Math.log(row.reduce((sum, v) => sum + Math.exp(v - max), 0));
  });
}

/**
 * loss = -(1/B) sum_b log softmax(logits)[b, labels[b]].
 *
 * @param logits - [B, K].
 * @param labels - [B].
 */
export function crossEntropy(logits: Float64Array, labels: Uint32Array, B: number, K: number): number {
  const lse = logSumExp(logits, B, K);
  return lse.reduce((sum, v, b) => sum + v - logits[b * K + labels[b]], 0) / B;
}

/** dLogits[b, k] = dy (softmax(logits)[b, k] - [k = labels[b]]) / B. */
export function crossEntropyVjp(
  logits: Float64Array,
  labels: Uint32Array,
  dy: number,
  B: number,
  K: number,
): Float64Array {
  const lse = logSumExp(logits, B, K);
  return logits.map((v, i) => {
    const b = Math.floor(i / K);
    return (dy * (Math.exp(v - lse[b]) - (i % K === labels[b] ? 1 : 0))) / B;
  });
}
