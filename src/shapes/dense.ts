/** @file Argument checks of the dense operations. Each returns the dimensions the launchers work with. */
import type { Dropout, MatmulOptions } from '../backend.js';
import { ShapeError } from '../errors.js';
import { type Shape, type TensorLike, checkTensors, expectShape, sizeOf } from '../tensor.js';

/** Batch, features and length; a [B, H] tensor counts as length 1. */
export interface SequenceDims {
  readonly B: number;
  readonly H: number;
  readonly L: number;
}

function sequenceDims(name: string, id: string, shape: Shape): SequenceDims {
  if (shape.length !== 2 && shape.length !== 3) {
    throw new ShapeError(`${name}: ${id} has shape [${shape}], expected [B, H, L] or [B, H]`);
  }
  const [B, H, L = 1] = shape as [number, number, number?];
  return { B, H, L };
}

function rank3(name: string, id: string, shape: Shape): SequenceDims {
  if (shape.length !== 3) throw new ShapeError(`${name}: ${id} has shape [${shape}], expected [B, H, L]`);
  return sequenceDims(name, id, shape);
}

export interface MatmulDims {
  /** Number of products. */
  readonly G: number;
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly batchedA: boolean;
  readonly batchedB: boolean;
  readonly shape: Shape;
}

export function matmulDims(
  name: string,
  a: TensorLike,
  b: TensorLike,
  options: MatmulOptions<TensorLike>,
  dy?: TensorLike,
): MatmulDims {
  checkTensors(name, { a, b, bias: options.bias, dy });
  for (const [id, { shape }] of [['a', a], ['b', b]] as const) {
    if (shape.length !== 2 && shape.length !== 3) {
      throw new ShapeError(`${name}: ${id} has shape [${shape}], expected a matrix or a batch of matrices`);
    }
  }
  const [batchedA, batchedB] = [a.shape.length === 3, b.shape.length === 3];
  const [a0, a1] = a.shape.slice(-2) as [number, number];
  const [b0, b1] = b.shape.slice(-2) as [number, number];
  const [M, K] = options.transposeA === true ? [a1, a0] : [a0, a1];
  const [Kb, N] = options.transposeB === true ? [b1, b0] : [b0, b1];
  if (K !== Kb) {
    throw new ShapeError(`${name}: a [${a.shape}] and b [${b.shape}] disagree on the inner size: ${K} and ${Kb}`);
  }
  const G = batchedA ? (a.shape[0] as number) : batchedB ? (b.shape[0] as number) : 1;
  if (batchedA && batchedB && b.shape[0] !== G) {
    throw new ShapeError(`${name}: b has ${b.shape[0]} matrices, expected ${G} to match a [${a.shape}]`);
  }
  if (options.bias !== undefined) expectShape(name, 'bias', options.bias.shape, [N], `to match b [${b.shape}]`);
  const shape = batchedA || batchedB ? [G, M, N] : [M, N];
  if (dy !== undefined) expectShape(name, 'dy', dy.shape, shape, `to match a [${a.shape}] and b [${b.shape}]`);
  return { G, M, K, N, batchedA, batchedB, shape };
}

export function linearDims(
  name: string,
  x: TensorLike,
  W: TensorLike,
  bias: TensorLike | undefined,
  dy?: TensorLike,
): { readonly B: number; readonly I: number; readonly O: number; readonly L: number; readonly shape: Shape } {
  checkTensors(name, { x, W, bias, dy });
  const { B, H: I, L } = sequenceDims(name, 'x', x.shape);
  if (W.shape.length !== 2 || W.shape[1] !== I) {
    throw new ShapeError(`${name}: W has shape [${W.shape}], expected [O, ${I}] to match x [${x.shape}]`);
  }
  const O = W.shape[0] as number;
  if (bias !== undefined) expectShape(name, 'bias', bias.shape, [O], `to match W [${W.shape}]`);
  const shape = x.shape.length === 3 ? [B, O, L] : [B, O];
  if (dy !== undefined) expectShape(name, 'dy', dy.shape, shape, `to match x [${x.shape}] and W [${W.shape}]`);
  return { B, I, O, L, shape };
}

/**
 * Arguments of an op that works entry by entry, with an optional bias [H] and dropout. Without a bias x may have more
 * axes.
 */
export function elementwiseDims(
  name: string,
  x: TensorLike,
  {
    bias,
    dropout,
    dy,
  }: {
    readonly bias?: TensorLike | undefined;
    readonly dropout?: Dropout<TensorLike> | undefined;
    readonly dy?: TensorLike | undefined;
  },
): SequenceDims {
  checkTensors(name, { x, bias, dy }, { key: dropout?.key });
  const last = x.shape.slice(-2);
  const joined = bias === undefined && x.shape.length > 3 ? [x.size / sizeOf(last), ...last] : x.shape;
  const dims = sequenceDims(name, 'x', joined);
  if (bias !== undefined) expectShape(name, 'bias', bias.shape, [dims.H], `to match x [${x.shape}]`);
  if (dy !== undefined) expectShape(name, 'dy', dy.shape, x.shape, "= x's shape");
  if (dropout !== undefined) checkDropout(name, dropout);
  return dims;
}

function checkDropout(name: string, dropout: Dropout<TensorLike>): void {
  if (!(dropout.p >= 0 && dropout.p < 1)) {
    throw new ShapeError(`${name}: dropout.p is ${dropout.p}, expected 0 <= p < 1`);
  }
  if (!Number.isInteger(dropout.stream) || dropout.stream < 0 || dropout.stream > 0xffffffff) {
    throw new ShapeError(`${name}: dropout.stream is ${dropout.stream}, expected a whole number below 2^32`);
  }
  expectShape(name, 'dropout.key', dropout.key.shape, [2], '= two words');
}

/** GLU: x has 2H features, the result H. */
export function gluDims(
  name: string,
  x: TensorLike,
  {
    residual,
    dropout,
    dy,
  }: {
    readonly residual?: TensorLike | undefined;
    readonly dropout?: Dropout<TensorLike> | undefined;
    readonly dy?: TensorLike | undefined;
  },
): SequenceDims & { readonly shape: Shape } {
  checkTensors(name, { x, residual, dy }, { key: dropout?.key });
  const { B, H: twoH, L } = sequenceDims(name, 'x', x.shape);
  if (twoH % 2 !== 0) throw new ShapeError(`${name}: x has shape [${x.shape}], expected an even number of features`);
  const H = twoH / 2;
  const shape = x.shape.length === 3 ? [B, H, L] : [B, H];
  if (residual !== undefined) expectShape(name, 'residual', residual.shape, shape, `to match x [${x.shape}]`);
  if (dy !== undefined) expectShape(name, 'dy', dy.shape, shape, `to match x [${x.shape}]`);
  if (dropout !== undefined) checkDropout(name, dropout);
  return { B, H, L, shape };
}

/** Norms: every tensor of `channels` is [H]. */
export function normDims(
  name: string,
  x: TensorLike,
  channels: Readonly<Record<string, TensorLike | undefined>>,
  dy?: TensorLike,
): SequenceDims {
  checkTensors(name, { x, ...channels, dy });
  const dims = sequenceDims(name, 'x', x.shape);
  for (const id in channels) {
    const tensor = channels[id];
    if (tensor !== undefined) expectShape(name, id, tensor.shape, [dims.H], `to match x [${x.shape}]`);
  }
  if (dy !== undefined) expectShape(name, 'dy', dy.shape, x.shape, "= x's shape");
  return dims;
}

/** Pools and masks over length. `lengths` [B] are trusted to lie in 1..L; kernels clamp them. */
export function lengthDims(name: string, x: TensorLike, lengths: TensorLike | undefined): SequenceDims {
  checkTensors(name, { x }, { lengths });
  const dims = rank3(name, 'x', x.shape);
  if (lengths !== undefined) expectShape(name, 'lengths', lengths.shape, [dims.B], `to match x [${x.shape}]`);
  return dims;
}

/** The gradient of a pool: dy [B, H] and the length to spread it over. */
export function poolVjpDims(
  name: string,
  dy: TensorLike,
  L: number,
  lengths: TensorLike | undefined,
): SequenceDims {
  checkTensors(name, { dy }, { lengths });
  if (dy.shape.length !== 2) throw new ShapeError(`${name}: dy has shape [${dy.shape}], expected [B, H]`);
  if (!Number.isSafeInteger(L) || L < 1) {
    throw new ShapeError(`${name}: L is ${L}, expected a whole number of at least 1`);
  }
  const [B, H] = dy.shape as [number, number];
  if (lengths !== undefined) expectShape(name, 'lengths', lengths.shape, [B], `to match dy [${dy.shape}]`);
  return { B, H, L };
}

export function embeddingDims(
  name: string,
  tokens: TensorLike,
  { table, dy, V }: { readonly table?: TensorLike; readonly dy?: TensorLike; readonly V?: number },
): { readonly B: number; readonly L: number; readonly H: number } {
  checkTensors(name, { table, dy }, { tokens });
  if (tokens.shape.length !== 2) throw new ShapeError(`${name}: tokens has shape [${tokens.shape}], expected [B, L]`);
  const [B, L] = tokens.shape as [number, number];
  if (table !== undefined && table.shape.length !== 2) {
    throw new ShapeError(`${name}: table has shape [${table.shape}], expected [V, H]`);
  }
  const H = table !== undefined ? (table.shape[1] as number) : (dy?.shape[1] ?? 0);
  if (dy !== undefined) expectShape(name, 'dy', dy.shape, [B, H, L], `to match tokens [${tokens.shape}]`);
  if (V !== undefined && (!Number.isSafeInteger(V) || V < 1)) {
    throw new ShapeError(`${name}: V is ${V}, expected a whole number of at least 1`);
  }
  return { B, L, H };
}

export function crossEntropyDims(
  name: string,
  logits: TensorLike,
  labels: TensorLike,
  dy?: TensorLike,
): { readonly B: number; readonly K: number } {
  checkTensors(name, { logits, dy }, { labels });
  if (logits.shape.length !== 2) throw new ShapeError(`${name}: logits has shape [${logits.shape}], expected [B, K]`);
  const [B, K] = logits.shape as [number, number];
  expectShape(name, 'labels', labels.shape, [B], `to match logits [${logits.shape}]`);
  if (dy !== undefined) expectShape(name, 'dy', dy.shape, [1], '= the cotangent of one loss');
  return { B, K };
}

/** Tensors of equal shape, the first of which sets it. */
export function sameShape(name: string, tensors: Readonly<Record<string, TensorLike>>): void {
  checkTensors(name, tensors);
  const ids = Object.keys(tensors);
  const first = tensors[ids[0] as string] as TensorLike;
  for (const id of ids) {
    expectShape(name, id, (tensors[id] as TensorLike).shape, first.shape, `= ${ids[0]}'s shape`);
  }
}

/** G matrices of [M, N] whose axes are swapped. */
export function transposeDims(
  name: string,
  x: TensorLike,
): { readonly G: number; readonly M: number; readonly N: number; readonly shape: Shape } {
  checkTensors(name, { x });
  if (x.shape.length < 2) throw new ShapeError(`${name}: x has shape [${x.shape}], expected at least two axes`);
  const [M, N] = x.shape.slice(-2) as [number, number];
  return { G: x.size / (M * N), M, N, shape: [...x.shape.slice(0, -2), N, M] };
}
