import butterflyCode from '../../wgsl/common/butterfly.wgsl?raw';
import complexCode from '../../wgsl/common/complex.wgsl?raw';
import leaveDirect from '../../wgsl/common/leave-direct.wgsl?raw';
import leaveTurned from '../../wgsl/common/leave-turned.wgsl?raw';
import outerDirect from '../../wgsl/common/outer-direct.wgsl?raw';
import outerTurned from '../../wgsl/common/outer-turned.wgsl?raw';
import samplesComplex from '../../wgsl/common/samples-complex.wgsl?raw';
import samplesReal from '../../wgsl/common/samples-real.wgsl?raw';
import dfactorDirectCode from '../../wgsl/butterfly/dfactor-direct.wgsl?raw';
import dfactorCode from '../../wgsl/butterfly/dfactor.wgsl?raw';
import dlevelDirectCode from '../../wgsl/butterfly/dlevel-direct.wgsl?raw';
import dlevelCode from '../../wgsl/butterfly/dlevel.wgsl?raw';
import levelDirectCode from '../../wgsl/butterfly/level-direct.wgsl?raw';
import levelCode from '../../wgsl/butterfly/level.wgsl?raw';
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
import { type Kernel, kernel } from './kernel.js';
import { busyGroups, emptyParts, flatGrid, foldParts } from './launch.js';
import type { Tensor } from './tensor.js';

/** A kernel for complex samples, and one for real ones, which only the first level has. */
type BySamples = Readonly<Record<'complex' | 'real', Kernel>>;

function bySamples(name: string, ...parts: readonly string[]): BySamples {
  return {
    complex: kernel(`butterfly/${name}`, complexCode, samplesComplex, butterflyCode, ...parts),
    real: kernel(`butterfly/${name}-real`, complexCode, samplesReal, butterflyCode, ...parts),
  };
}

const level: BySamples = /* @__PURE__ */ bySamples('level', leaveDirect, levelCode);
const levelDirect: BySamples = /* @__PURE__ */ bySamples('level-direct', levelDirectCode);
const levelTurned: BySamples = /* @__PURE__ */ bySamples('level-turned', leaveTurned, levelCode);
const dlevel: BySamples = /* @__PURE__ */ bySamples('dlevel', outerDirect, dlevelCode);
const dlevelDirect: BySamples = /* @__PURE__ */ bySamples('dlevel-direct', dlevelDirectCode);
const dlevelTurned: BySamples = /* @__PURE__ */ bySamples('dlevel-turned', outerTurned, dlevelCode);
const dfactor: BySamples = /* @__PURE__ */ bySamples('dfactor', dfactorCode);
const dfactorDirect: BySamples = /* @__PURE__ */ bySamples('dfactor-direct', dfactorDirectCode);

/** Columns of a workgroup of level.wgsl and dlevel.wgsl, and results of a workgroup of their direct forms. */
const COLUMNS = 64;

/** Columns that an invocation of dfactor.wgsl adds at least, where there are as many. */
const LEAST_TERMS = 32;

/** Invocations among which a software device shares a sum. */
const BUSY = 2048;

/** Sums of parts run in two steps where there are more of them than this and it divides them. */
const FOLD = 16;

/**
 * A Fourier transform by radix 16 with learned matrices for its small transforms.
 *
 * @param x - complex [B, H, L, 2] or real [B, H, L], extended by zeros to n.
 * @param factors - complex [Hd, s, s, 2] of s = 16 and n / 16^a points, Hd = 1 or H.
 * @param options.n - points, a power of two; the next one from L where left out.
 * @returns y, [B, H, n, 2]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree or n is not a power of two of at least L.
 * @see `reference/butterfly.ts` for the definition, `wgsl/butterfly/README.md` for the method.
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
 * Pull a cotangent of {@link butterfly}'s output back to its inputs. Sums run in a fixed order.
 *
 * @param dy - [B, H, n, 2].
 * @returns dx, shaped like x, and the cotangents of the factors used; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function butterflyVjp(
  x: Tensor,
  factors: ButterflyFactors<Tensor>,
  dy: Tensor,
): { dx: Tensor; dFactors: ButterflyFactors<Tensor> } {
  const dims = butterflyVjpDims('butterflyVjp', x, factors, dy);
  const { levels, Hd } = dims;
  const sides = forward(x, factors, dims, levels.slice(0, -1));
  const plans = levels.map((at) => sumPlan(dims, at, levelColumns(dims, at), x));
  const sums = new Map<FactorSize, { readonly parts: Tensor; readonly count: number; filled: number }>();
  for (const [radix, count] of sumByFactor(levels, plans.map(({ parts }) => parts))) {
    sums.set(radix, { parts: emptyParts(x.device, count, [Hd, radix, radix, 2]), count, filled: 0 });
  }
  let side = dy;
  for (let i = levels.length - 1; i >= 0; i--) {
    const sum = sums.get(levels[i].radix) as { readonly parts: Tensor; filled: number };
    sumFactor(sides[i], side, sum, dims, i, plans[i]);
    sum.filled += plans[i].parts;
    const next = backward(side, factors, dims, i);
    if (side !== dy) side.dispose();
    if (i > 0) sides[i].dispose();
    side = next;
  }
  const gradients = [...sums].map(([radix, { parts, count }]): [FactorSize, Tensor] => {
    const shape = [Hd, radix, radix, 2];
    const steps = count > FOLD && count % FOLD === 0 ? FOLD : 1;
    const some = foldParts(x.device, parts, steps, [count / steps, ...shape]);
    return [radix, foldParts(x.device, some, count / steps, shape)];
  });
  return { dx: side, dFactors: Object.fromEntries(gradients) as ButterflyFactors<Tensor> };
}

/**
 * The conjugate transpose of {@link butterfly}: n times the inverse transform where the factors are exact.
 *
 * @param y - [B, H, n, 2].
 * @param options.L - samples, n where left out; `real`: only real parts.
 * @returns x, [B, H, L, 2] or, real, [B, H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
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
  for (const [i, at] of levels.entries()) {
    const outer = x.device.empty([dims.B, dims.H, dims.n, 2]);
    runLevel(choose(outer, at, levelTurned, level, levelDirect), { inner: sides[i], outer }, factors, dims, i);
    sides.push(outer);
  }
  return sides;
}

/** From the outer side of level i to its inner one. */
function backward(outer: Tensor, factors: ButterflyFactors<Tensor>, dims: ButterflyDims, i: number): Tensor {
  const inner = outer.device.empty(innerShape(dims, i));
  runLevel(choose(outer, dims.levels[i], dlevelTurned, dlevel, dlevelDirect), { inner, outer }, factors, dims, i);
  return inner;
}

/** Values of a column that are neighbours on the outer side are worth turning in workgroup memory, on hardware. */
function choose<K>({ device }: Tensor, { done }: ButterflyLevel, turned: K, straight: K, direct: K): K {
  return device.software ? direct : done === 1 ? turned : straight;
}

function runLevel(
  kernels: BySamples,
  sides: { readonly inner: Tensor; readonly outer: Tensor },
  factors: ButterflyFactors<Tensor>,
  dims: ButterflyDims,
  i: number,
): void {
  const at = dims.levels[i];
  const gpu = sides.inner.device;
  const groups = Math.ceil((levelColumns(dims, at) * (gpu.software ? at.radix : 1)) / COLUMNS);
  gpu.run(kernels[dims.real && i === 0 ? 'real' : 'complex'], {
    constants: { RADIX: at.radix },
    params: { ...levelParams(dims, i), groups },
    buffers: { ...sides, factors: factors[at.radix] as Tensor, twiddle: twiddles(sides.inner, at) },
    grid: flatGrid(gpu, dims.Hd * groups),
  });
}

function levelParams(dims: ButterflyDims, i: number): Record<string, number> {
  const { H, L, n, Hd, levels } = dims;
  const { radix, done } = levels[i];
  return {
    sets: Hd,
    H,
    columns: levelColumns(dims, levels[i]),
    L: i === 0 ? L : n,
    widthLog: Math.log2(n / radix),
    doneLog: Math.log2(done),
  };
}

function twiddles({ device }: Tensor, at: ButterflyLevel): Tensor {
  const { radix, turns } = at;
  return device.memo(`butterfly/${radix}x${turns}`, () => device.tensor(levelTwiddles(at), [radix, turns, 2]));
}

interface SumPlan {
  /** Workgroups of one set, columns of a workgroup or, direct, of a part, and parts of all sets. */
  readonly groups: number;
  readonly chunk: number;
  readonly parts: number;
}

/**
 * How the sum over the columns of a level is dealt out; on hardware a workgroup makes `slices` parts of a set's factor.
 */
function sumPlan(dims: ButterflyDims, { radix }: ButterflyLevel, columns: number, { device }: Tensor): SumPlan {
  if (device.software) {
    const parts = Math.min(Math.ceil(BUSY / (dims.Hd * radix ** 2)), Math.ceil(columns / LEAST_TERMS));
    return { groups: Math.ceil((parts * dims.Hd * radix ** 2) / 64), chunk: Math.ceil(columns / parts), parts };
  }
  const slices = 64 / Math.ceil(radix / 4) ** 2;
  const unit = Math.max(1, FOLD / slices);
  const wanted = Math.min(Math.ceil(busyGroups(device) / dims.Hd), Math.ceil(columns / (slices * LEAST_TERMS)));
  const groups = unit * Math.ceil(wanted / unit);
  return { groups, chunk: Math.ceil(columns / groups), parts: groups * slices };
}

/** The sums of level i into the parts from `filled` on. */
function sumFactor(
  inner: Tensor,
  outer: Tensor,
  { parts, filled }: { readonly parts: Tensor; readonly filled: number },
  dims: ButterflyDims,
  i: number,
  plan: SumPlan,
): void {
  const at = dims.levels[i];
  const gpu = inner.device;
  const { groups, chunk } = plan;
  gpu.run((gpu.software ? dfactorDirect : dfactor)[dims.real && i === 0 ? 'real' : 'complex'], {
    constants: { RADIX: at.radix },
    params: { ...levelParams(dims, i), ...(gpu.software ? { count: plan.parts } : { groups }), chunk, first: filled },
    buffers: { inner, outer, twiddle: twiddles(inner, at), parts },
    grid: flatGrid(gpu, gpu.software ? groups : dims.Hd * groups),
  });
}
