/** @file What the launchers of the dense operations share: kernel variants, grids and partial sums. */
import channel from '../../wgsl/common/channel.wgsl?raw';
import draw1 from '../../wgsl/common/draw-1.wgsl?raw';
import draw4 from '../../wgsl/common/draw-4.wgsl?raw';
import dropoutFragment from '../../wgsl/common/dropout.wgsl?raw';
import lanes1 from '../../wgsl/common/lanes-1.wgsl?raw';
import lanes4 from '../../wgsl/common/lanes-4.wgsl?raw';
import random from '../../wgsl/common/random.wgsl?raw';
import reduceFragment from '../../wgsl/common/reduce.wgsl?raw';
import foldCode from '../../wgsl/dense/fold.wgsl?raw';
import { keepThreshold } from '../../reference/rng.js';
import type { Dropout } from '../backend.js';
import type { SequenceDims } from '../shapes/dense.js';
import type { Shape } from '../tensor.js';
import type { RunOptions } from './arguments.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import type { Tensor } from './tensor.js';

/** A kernel that works on single entries, and one that works on four at a time. */
export type Lanes = Readonly<Record<1 | 4, Kernel>>;

/** A fragment, or two interchangeable ones. */
export type Fragment = string | Readonly<Record<1 | 4, string>>;

/** Make both kernels of `family/file`. */
export function lanes(name: string, ...parts: readonly Fragment[]): Lanes {
  const make = (n: 1 | 4): Kernel => {
    const fragments = parts.map((part) => (typeof part === 'string' ? part : part[n]));
    return kernel(n === 1 ? name : `${name}-4`, n === 1 ? lanes1 : lanes4, ...fragments);
  };
  return { 1: make(1), 4: make(4) };
}

/** Fragments of kernels with dropout. */
export const dropoutParts: readonly Fragment[] = [random, { 1: draw1, 4: draw4 }, dropoutFragment];

/** Fragments of kernels that sum over channels. */
export const channelParts: readonly string[] = [reduceFragment, channel];

const fold: Lanes = /* @__PURE__ */ lanes('dense/fold', foldCode);

/** How many neighbouring entries a kernel may take at a time where rows have length `length`. */
export function lanesOf(length: number): 1 | 4 {
  return length % 4 === 0 ? 4 : 1;
}

/** A grid for n workgroups that a kernel counts as x + y * gridX. */
export function flatGrid(gpu: Gpu, n: number): [number, number] {
  const rows = Math.ceil(n / gpu.limits.maxComputeWorkgroupsPerDimension);
  return [Math.ceil(n / rows), rows];
}

/** What is bound where an optional input is left out. */
export function unused(gpu: Gpu): Tensor {
  return gpu.memo('dense/unused', () => gpu.tensor([0, 0, 0, 0], [4]));
}

const ELEMENTS_PER_GROUP = 256;

/** Dispatch a kernel that has one invocation for each of n elements. */
export function runElements(gpu: Gpu, kernel: Kernel, n: number, { params, ...rest }: Omit<RunOptions, 'grid'>): void {
  gpu.run(kernel, { params: { n, ...params }, ...rest, grid: flatGrid(gpu, Math.ceil(n / ELEMENTS_PER_GROUP)) });
}

/** Dispatch a kernel that has one workgroup for each of `count` rows; a row has `length` elements. */
export function runGroups(
  gpu: Gpu,
  kernel: Kernel,
  count: number,
  length: number,
  { params, constants, buffers }: Omit<RunOptions, 'grid'>,
): void {
  const WG = groupSize(gpu, length);
  gpu.run(kernel, {
    constants: { ...constants, WG },
    params: { count, ...params },
    buffers,
    grid: flatGrid(gpu, count),
  });
}

/** Invocations that share a sum of n elements. Software pays for every barrier, so it gets no more than a vector. */
export function groupSize(gpu: Gpu, n: number): number {
  if (gpu.software) return 8;
  return n > 512 ? 256 : 64;
}

/** How the B L elements of each of H channels are dealt out to workgroups. */
export interface ChannelPlan {
  readonly lanes: 1 | 4;
  readonly parts: number;
  readonly params: Readonly<Record<'H' | 'L' | 'n' | 'chunk' | 'parts', number>>;
}

/** Enough parts to fill the device, each long enough to be worth a workgroup. */
export function channelPlan(gpu: Gpu, { B, H, L }: SequenceDims): ChannelPlan {
  const lanes = lanesOf(L);
  const n = (B * L) / lanes;
  const chunk = partSize(gpu, n, H, 1024);
  const parts = Math.ceil(n / chunk);
  return { lanes, parts, params: { H, L: L / lanes, n, chunk, parts } };
}

/** Workgroups that keep a device busy. */
export function busyGroups(gpu: Gpu): number {
  return gpu.software ? 8 : 512;
}

/** Size of the parts into which a sum of n terms is split, where there are `sums` of them; at least `least`. */
export function partSize(gpu: Gpu, n: number, sums: number, least: number): number {
  const parts = Math.max(1, Math.min(Math.ceil(busyGroups(gpu) / sums), Math.floor(n / least)));
  return Math.ceil(n / parts);
}

/** Dispatch a kernel over the parts of all channels. */
export function runChannels(gpu: Gpu, kernels: Lanes, plan: ChannelPlan, options: Omit<RunOptions, 'grid'>): void {
  const { H, chunk, parts } = plan.params;
  runGroups(gpu, kernels[plan.lanes], H * parts, chunk, { ...options, params: { ...plan.params, ...options.params } });
}

/** Where partial sums of a result of `shape` are put; see {@link foldParts}. */
export function emptyParts(gpu: Gpu, parts: number, shape: Shape): Tensor {
  return gpu.empty(parts === 1 ? shape : [parts, ...shape]);
}

/** Add partial sums, which are disposed. One part is the sum itself. */
export function foldParts(gpu: Gpu, partial: Tensor, parts: number, shape: Shape): Tensor {
  if (parts === 1) return partial;
  using x = partial;
  const y = gpu.empty(shape);
  const n = lanesOf(y.size);
  runElements(gpu, fold[n], y.size / n, { params: { P: parts }, buffers: { x, y } });
  return y;
}

/** Params, constants and key of a kernel with dropout. */
export function dropoutArguments(
  gpu: Gpu,
  dropout: Dropout<Tensor> | undefined,
): {
  readonly params: { readonly threshold: number; readonly keepScale: number; readonly stream: number };
  readonly constants: { readonly DROPOUT: number };
  readonly key: Tensor;
} {
  if (dropout === undefined || dropout.p === 0) {
    return { params: { threshold: 0, keepScale: 1, stream: 0 }, constants: { DROPOUT: 0 }, key: unused(gpu) };
  }
  const { p, key, stream, tied } = dropout;
  const params = { threshold: keepThreshold(p), keepScale: 1 / (1 - p), stream };
  return { params, constants: { DROPOUT: tied === true ? 2 : 1 }, key };
}
