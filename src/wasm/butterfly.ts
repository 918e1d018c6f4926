import type { ButterflyFactors, FactorSize } from '../backend.js';
import {
  type ButterflyDims,
  type ButterflyLevel,
  butterflyAdjointDims,
  butterflyDims,
  butterflyVjpDims,
  innerShape,
  levelColumns,
  levelTwiddles,
  sumByFactor,
} from '../shapes/butterfly.js';
import { sumParts } from './sums.js';
import type { Tensor } from './tensor.js';

/** Bytes of scratch of a level; see wasm/butterfly.ts. */
const LEVEL_SCRATCH = 64 + 2048 + 1024 + 512;

/** Columns whose products are summed in a row, at least, and parts of such a sum to aim at, for threads to share. */
const LEAST_COLUMNS = 256;
const PARTS = 16;

/**
 * A Fourier transform by radix 16 with learned matrices for its small transforms.
 *
 * @param x - complex [B, H, L, 2] or real [B, H, L], extended by zeros to n.
 * @param factors - complex [Hd, s, s, 2] of s = 16 and n / 16^a points, Hd = 1 or H.
 * @param options.n - points, a power of two; the next one from L where left out.
 * @returns y, [B, H, n, 2].
 * @throws ShapeError if the shapes do not fit together or n is not a power of two of at least L.
 * @see reference/butterfly.ts for the definition.
 */
export function butterfly(
  x: Tensor,
  factors: ButterflyFactors<Tensor>,
  options: { readonly n?: number | undefined } = {},
): Tensor {
  const dims = butterflyDims('butterfly', x, factors, options);
  const sides = forward(x, factors, dims, dims.levels);
  for (const side of sides.slice(1, -1)) side.dispose();
  return sides.at(-1) as Tensor;
}

/**
 * Gradient of {@link butterfly}. Sums run in a fixed order.
 *
 * @param dy - cotangent of y, [B, H, n, 2].
 * @returns dx, shaped like x, and the cotangents of the factors used.
 * @throws ShapeError if the shapes do not fit together.
 */
export function butterflyVjp(
  x: Tensor,
  factors: ButterflyFactors<Tensor>,
  dy: Tensor,
): { dx: Tensor; dFactors: ButterflyFactors<Tensor> } {
  const dims = butterflyVjpDims('butterflyVjp', x, factors, dy);
  const { levels } = dims;
  const sides = forward(x, factors, dims, levels.slice(0, -1));
  const chunks = levels.map((level) => plan(dims, level));
  const sums = new Map<FactorSize, Tensor>();
  for (const [radix, parts] of sumByFactor(levels, chunks.map(({ parts }) => parts))) {
    sums.set(radix, x.device.empty([parts, dims.Hd, radix, radix, 2]));
  }
  const filled = new Map<FactorSize, number>();
  let side = dy;
  for (let i = levels.length - 1; i >= 0; i--) {
    const { radix } = levels[i];
    const at = filled.get(radix) ?? 0;
    filled.set(radix, at + chunks[i].parts);
    sumFactor(sides[i], side, sums.get(radix) as Tensor, at, chunks[i], dims, levels[i]);
    const next = backward(side, factors, dims, i);
    if (side !== dy) side.dispose();
    if (i > 0) sides[i].dispose();
    side = next;
  }
  const gradients = [...sums].map(([radix, parts]): [FactorSize, Tensor] => {
    using all = parts;
    return [radix, sumParts([dims.Hd, radix, radix, 2], all, all.shape[0] as number)];
  });
  return { dx: side, dFactors: Object.fromEntries(gradients) as ButterflyFactors<Tensor> };
}

/**
 * The conjugate transpose of {@link butterfly}: n times the inverse transform where the factors are exact.
 *
 * @param y - [B, H, n, 2].
 * @param options.L - samples, n where left out; `real`: only real parts.
 * @returns x, [B, H, L, 2] or, real, [B, H, L].
 * @throws ShapeError if the shapes do not fit together.
 */
export function butterflyAdjoint(
  y: Tensor,
  factors: ButterflyFactors<Tensor>,
  options: { readonly L?: number | undefined; readonly real?: boolean | undefined } = {},
): Tensor {
  const dims = butterflyAdjointDims('butterflyAdjoint', y, factors, options);
  let side = y;
  for (let i = dims.levels.length - 1; i >= 0; i--) {
    const next = backward(side, factors, dims, i);
    if (side !== y) side.dispose();
    side = next;
  }
  return side;
}

/** x and the outer sides of levels, in order. */
function forward(
  x: Tensor,
  factors: ButterflyFactors<Tensor>,
  dims: ButterflyDims,
  levels: readonly ButterflyLevel[],
): Tensor[] {
  const sides = [x];
  for (const [i, level] of levels.entries()) {
    const outer = x.device.empty([dims.B, dims.H, dims.n, 2]);
    runLevel(sides[i], outer, factors, dims, level, i === 0, false);
    sides.push(outer);
  }
  return sides;
}

/** From the outer side of a level to its inner one. */
function backward(outer: Tensor, factors: ButterflyFactors<Tensor>, dims: ButterflyDims, i: number): Tensor {
  const inner = outer.device.empty(innerShape(dims, i));
  runLevel(inner, outer, factors, dims, dims.levels[i], i === 0, true);
  return inner;
}

function twiddles({ device }: Tensor, level: ButterflyLevel): Tensor {
  const { radix, turns } = level;
  return device.memo(`butterfly/${radix}x${turns}`, () => device.tensor(levelTwiddles(level), [radix, turns, 2]));
}

function numbers(dims: ButterflyDims, { radix, done }: ButterflyLevel, first: boolean): number[] {
  const { B, H, L, n, Hd, real } = dims;
  return [Hd, H, B * H, n, radix, done, first ? L : n, Number(first && real)];
}

function runLevel(
  inner: Tensor,
  outer: Tensor,
  factors: ButterflyFactors<Tensor>,
  dims: ButterflyDims,
  level: ButterflyLevel,
  first: boolean,
  adjoint: boolean,
): void {
  const args = [inner, outer, factors[level.radix] as Tensor, twiddles(inner, level), ...numbers(dims, level, first)];
  const groups = dims.Hd * Math.ceil(levelColumns(dims, level) / 4);
  inner.device.run('butterflyLevel', groups, [...args, Number(adjoint)], { scratch: LEVEL_SCRATCH });
}

/** How a sum over columns is cut; follows from the shapes alone. */
function plan(dims: ButterflyDims, level: ButterflyLevel): { readonly parts: number; readonly chunk: number } {
  const total = levelColumns(dims, level);
  const wanted = Math.min(Math.ceil(PARTS / dims.Hd), Math.ceil(total / LEAST_COLUMNS));
  const chunk = Math.ceil(total / wanted);
  return { parts: Math.ceil(total / chunk), chunk };
}

/** The sums of one level's factor, from part `at` of `sums`. */
function sumFactor(
  inner: Tensor,
  outer: Tensor,
  sums: Tensor,
  at: number,
  { parts, chunk }: { readonly parts: number; readonly chunk: number },
  dims: ButterflyDims,
  level: ButterflyLevel,
): void {
  const { radix } = level;
  const to = sums.pointer + 4 * at * dims.Hd * 2 * radix * radix;
  const args = [inner, outer, to, twiddles(inner, level), ...numbers(dims, level, level.done === 1), chunk];
  inner.device.run('butterflyFactor', parts * dims.Hd, args, {
    scratch: 64 + 4 * 512 * radix + 16 * radix * radix,
    chunk: 1,
  });
}
