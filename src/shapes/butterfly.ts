import type { ButterflyFactors, FactorSize, MonarchOptions } from '../backend.js';
import { ShapeError } from '../errors.js';
import { type Shape, type TensorLike, checkTensors, expectShape } from '../tensor.js';

/** Dimensions of a butterfly transform. */
export interface ButterflyDims {
  readonly B: number;
  readonly H: number;
  /** Samples of a row, at most n. */
  readonly L: number;
  /** Points, a power of two from 2. */
  readonly n: number;
  /** Sets of factors: 1, or H. */
  readonly Hd: number;
  /** The samples are real, [B, H, L]. */
  readonly real: boolean;
  /** First level first. */
  readonly levels: readonly ButterflyLevel[];
}

/**
 * A level takes the place of R = `radix` points of each of P = `done` transforms that earlier levels have begun:
 * from x[(j m + t) P + p] to X[(t R + k) P + p] = exp(-2 pi i k t / (m R)) sum_j F[k, j] x[(j m + t) P + p].
 */
export interface ButterflyLevel {
  readonly radix: FactorSize;
  readonly done: number;
  /** m = n / (R P). */
  readonly turns: number;
}

/** The least power of two of at least 2 and L. */
function pointsFor(L: number): number {
  return Math.max(2, 2 ** Math.ceil(Math.log2(L)));
}

/** n = 16 16 .. s. */
function levelsOf(n: number): ButterflyLevel[] {
  const levels: ButterflyLevel[] = [];
  for (let done = 1; done < n; ) {
    const radix = Math.min(16, n / done) as FactorSize;
    levels.push({ radix, done, turns: n / (radix * done) });
    done *= radix;
  }
  return levels;
}

/** Columns that share one set of factors. */
export function levelColumns({ B, H, n, Hd }: ButterflyDims, { radix }: ButterflyLevel): number {
  return ((B * H) / Hd) * (n / radix);
}

/** Shape of the inner side of level i, which the first level has in the form of x. */
export function innerShape({ B, H, L, n, real }: ButterflyDims, i: number): Shape {
  return i > 0 ? [B, H, n, 2] : real ? [B, H, L] : [B, H, L, 2];
}

/** Sums of something over the levels of each factor. */
export function sumByFactor(levels: readonly ButterflyLevel[], counts: readonly number[]): Map<FactorSize, number> {
  const sums = new Map<FactorSize, number>();
  for (const [i, { radix }] of levels.entries()) sums.set(radix, (sums.get(radix) ?? 0) + counts[i]);
  return sums;
}

/** exp(-2 pi i k t / (m R)), complex [R, m, 2]. */
export function levelTwiddles({ radix, turns }: ButterflyLevel): Float64Array {
  const table = new Float64Array(2 * radix * turns);
  for (let k = 0; k < radix; k++) {
    for (let t = 0; t < turns; t++) {
      const angle = (2 * Math.PI * k * t) / (radix * turns);
      table.set([Math.cos(angle), -Math.sin(angle)], 2 * (k * turns + t));
    }
  }
  return table;
}

function isPowerOfTwo(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 2 && Number.isInteger(Math.log2(n));
}

/** Hd, after checking the factors that n points need. */
function setsOf(name: string, factors: ButterflyFactors<TensorLike>, H: number, n: number): number {
  let Hd: number | undefined;
  for (const { radix: s } of levelsOf(n)) {
    const shape = factors[s]?.shape;
    if (shape === undefined) throw new ShapeError(`${name}: factor ${s} is missing, expected it for n = ${n}`);
    Hd ??= shape[0];
    if (Hd !== 1 && Hd !== H) {
      throw new ShapeError(`${name}: factor ${s} has shape [${shape}], expected 1 or H = ${H} sets`);
    }
    expectShape(name, `factor ${s}`, shape, [Hd as number, s, s, 2], '= [Hd, s, s, 2]');
  }
  return Hd as number;
}

const named = (factors: ButterflyFactors<TensorLike>): Record<string, TensorLike | undefined> =>
  Object.fromEntries(Object.entries(factors).map(([s, tensor]) => [`factor ${s}`, tensor]));

function sequence(name: string, x: TensorLike): { B: number; H: number; L: number; real: boolean } {
  const { shape } = x;
  const real = shape.length === 3;
  if (!real && (shape.length !== 4 || shape[3] !== 2)) {
    throw new ShapeError(`${name}: x has shape [${shape}], expected [B, H, L, 2] or [B, H, L]`);
  }
  const [B, H, L] = shape as [number, number, number];
  return { B, H, L, real };
}

/** Arguments of the transform. */
export function butterflyDims(
  name: string,
  x: TensorLike,
  factors: ButterflyFactors<TensorLike>,
  options: { readonly n?: number | undefined },
): ButterflyDims {
  checkTensors(name, { x, ...named(factors) });
  const { B, H, L, real } = sequence(name, x);
  const n = options.n ?? pointsFor(L);
  if (!isPowerOfTwo(n) || n < L) {
    const least = Math.max(2, L);
    throw new ShapeError(`${name}: n is ${n}, expected a power of two of at least ${least} for x [${x.shape}]`);
  }
  return { B, H, L, n, real, Hd: setsOf(name, factors, H, n), levels: levelsOf(n) };
}

/** Arguments of its gradient. */
export function butterflyVjpDims(
  name: string,
  x: TensorLike,
  factors: ButterflyFactors<TensorLike>,
  dy: TensorLike,
): ButterflyDims {
  checkTensors(name, { x, ...named(factors), dy });
  const { B, H, L, real } = sequence(name, x);
  const n = dy.shape[2] ?? 0;
  if (!isPowerOfTwo(n) || n < L) {
    throw new ShapeError(`${name}: dy has shape [${dy.shape}], expected [${B},${H},n,2], n a power of two from ${L}`);
  }
  expectShape(name, 'dy', dy.shape, [B, H, n, 2], `to match x [${x.shape}]`);
  return { B, H, L, n, real, Hd: setsOf(name, factors, H, n), levels: levelsOf(n) };
}

/** Arguments of the conjugate transpose. */
export function butterflyAdjointDims(
  name: string,
  y: TensorLike,
  factors: ButterflyFactors<TensorLike>,
  options: { readonly L?: number | undefined; readonly real?: boolean | undefined },
): ButterflyDims {
  checkTensors(name, { y, ...named(factors) });
  const { shape } = y;
  if (shape.length !== 4 || shape[3] !== 2 || !isPowerOfTwo(shape[2] as number)) {
    throw new ShapeError(`${name}: y has shape [${shape}], expected [B, H, n, 2], n a power of two from 2`);
  }
  const [B, H, n] = shape as [number, number, number];
  const L = options.L ?? n;
  if (!Number.isSafeInteger(L) || L < 1 || L > n) {
    throw new ShapeError(`${name}: L is ${L}, expected a whole number from 1 to n = ${n}`);
  }
  return { B, H, L, n, real: options.real === true, Hd: setsOf(name, factors, H, n), levels: levelsOf(n) };
}

/** Dimensions of a Monarch matrix; l r = k q. */
export interface MonarchDims {
  /** Rows of x. */
  readonly B: number;
  /** Inputs, at most k p, and outputs, at most l s. */
  readonly I: number;
  readonly O: number;
  readonly k: number;
  readonly p: number;
  readonly q: number;
  readonly l: number;
  readonly s: number;
  readonly r: number;
  /** Of y. */
  readonly shape: Shape;
}

/** One factor of a Monarch matrix: blocks w [G, O, I], and how rows of its inputs and outputs are cut into blocks. */
export interface MonarchFactor<T> {
  readonly w: T;
  readonly G: number;
  readonly O: number;
  readonly I: number;
  /** Numbers of values in the rows of inputs and outputs. */
  readonly inputs: number;
  readonly outputs: number;
  /** Whether blocks are interleaved in the rows of both. */
  readonly interleaved: boolean;
}

/** Both factors, the first first. */
export function monarchFactors<T>(
  { k, q, p, l, s, r, I, O }: MonarchDims,
  w1: T,
  w2: T,
): [MonarchFactor<T>, MonarchFactor<T>] {
  return [
    { w: w1, G: k, O: q, I: p, inputs: I, outputs: k * q, interleaved: false },
    { w: w2, G: l, O: s, I: r, inputs: k * q, outputs: O, interleaved: true },
  ];
}

export function monarchDims(
  name: string,
  x: TensorLike,
  w1: TensorLike,
  w2: TensorLike,
  { bias, outputs, dy }: MonarchOptions<TensorLike> & { readonly dy?: TensorLike | undefined },
): MonarchDims {
  checkTensors(name, { x, w1, w2, bias, dy });
  if (w1.shape.length !== 3) throw new ShapeError(`${name}: w1 has shape [${w1.shape}], expected [k, q, p]`);
  if (w2.shape.length !== 3) throw new ShapeError(`${name}: w2 has shape [${w2.shape}], expected [l, s, r]`);
  const [k, q, p] = w1.shape as [number, number, number];
  const [l, s, r] = w2.shape as [number, number, number];
  const I = x.shape.at(-1) ?? 0;
  if (Math.ceil(I / k) !== p) {
    throw new ShapeError(
      `${name}: x has shape [${x.shape}], expected [.., I] with p = ceil(I / k) for w1 [${w1.shape}]`,
    );
  }
  if (l * r !== k * q) {
    throw new ShapeError(
      `${name}: w2 has shape [${w2.shape}], expected l r = k q = ${k * q} to match w1 [${w1.shape}]`,
    );
  }
  const O = outputs ?? dy?.shape.at(-1) ?? l * s;
  if (Math.ceil(O / l) !== s) {
    throw new ShapeError(`${name}: ${O} outputs, expected s = ceil(outputs / l) for w2 [${w2.shape}]`);
  }
  const shape = [...x.shape.slice(0, -1), O];
  if (bias !== undefined) expectShape(name, 'bias', bias.shape, [O], `to match w2 [${w2.shape}]`);
  if (dy !== undefined) expectShape(name, 'dy', dy.shape, shape, `to match x [${x.shape}] and w2 [${w2.shape}]`);
  return { B: x.size / I, I, O, k, p, q, l, s, r, shape };
}
