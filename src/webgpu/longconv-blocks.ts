/**
 * @file Convolution with kernels much shorter than the rows: overlapping windows of the rows, each a row of its own.
 */
import cutCode from '../../wgsl/longconv/cut.wgsl?raw';
import pasteCode from '../../wgsl/longconv/paste.wgsl?raw';
import type { LongconvOptions } from '../backend.js';
import type { LongconvDims } from '../shapes/longconv.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { runElements } from './launch.js';
import type { KernelGradients } from './longconv-jobs.js';
import { transformLog, workgroupLog } from './longconv-plan.js';
import type { Tensor } from './tensor.js';

const cutKernel: Kernel = /* @__PURE__ */ kernel('longconv/cut', cutCode);
const pasteKernel: Kernel = /* @__PURE__ */ kernel('longconv/paste', pasteCode);

/** A block makes `step` outputs from a window of `size` inputs that begins `lead` before them. */
export interface BlockPlan {
  readonly blocks: number;
  readonly size: number;
  readonly step: number;
  readonly lead: number;
}

/** Blocks where they are worth cutting out and putting back their values, else undefined. */
export function blockPlan(gpu: Gpu, dims: LongconvDims): BlockPlan | undefined {
  const { L, K, bidirectional } = dims;
  const lead = K - 1;
  const overlap = lead + (bidirectional ? K : 0);
  const log = transformLog(dims);
  let best: { plan: BlockPlan | undefined; cost: number } = { plan: undefined, cost: cost(gpu, log) };
  for (let small = 5; small < log; small++) {
    const size = 2 ** (small + 1);
    const step = size - overlap;
    if (step < 1) continue;
    const blocks = Math.ceil(L / step);
    const price = blocks * cost(gpu, small) + (gpu.software ? 35 : 8) * (blocks * size + L);
    if (price < best.cost) best = { plan: { blocks, size, step, lead }, cost: price };
  }
  return best.plan;
}

/** Relative time of a transform of 2^log complex values there and back: butterflies, and passes through memory. */
function cost(gpu: Gpu, log: number): number {
  const fits = log <= workgroupLog(gpu);
  return 2 ** log * (2 * log + (gpu.software || !fits ? 20 + 2 * log : 12));
}

/** y by blocks; `convolve` computes z = k * x (+ D x) of the windows x, circular over their size. */
export function convolveBlocks(
  u: Tensor,
  y: Tensor,
  dims: LongconvDims,
  plan: BlockPlan,
  { pregate, postgate }: LongconvOptions<Tensor>,
  convolve: (x: Tensor, z: Tensor, size: LongconvDims, log: number) => void,
): void {
  const { H, C } = dims;
  const { size, step, lead } = plan;
  const windows = windowDims(dims, plan);
  using x = cut(u, H, plan, [0, size], pregate);
  using z = u.device.empty([windows.B, C * H, size]);
  convolve(x, z, windows, Math.log2(size) - 1);
  paste(z, y, C * H, plan, [lead, lead + step], postgate);
}

/** Gradients by blocks; `vjp` computes those of the windows. */
export function convolveBlocksVjp(
  u: Tensor,
  dy: Tensor,
  dims: LongconvDims,
  plan: BlockPlan,
  { pregate, postgate }: LongconvOptions<Tensor>,
  vjp: (x: Tensor, dz: Tensor, size: LongconvDims, log: number) => KernelGradients,
): KernelGradients {
  const { H, C } = dims;
  const { size, step, lead } = plan;
  using x = cut(u, H, plan, [0, size], pregate);
  using dz = cut(dy, C * H, plan, [lead, lead + step], postgate);
  const { dx: dWindows, ...rest } = vjp(x, dz, windowDims(dims, plan), Math.log2(size) - 1);
  const dx = u.device.empty(u.shape);
  paste(dWindows, dx, H, plan, [0, size]);
  dWindows.dispose();
  return { dx, ...rest };
}

function windowDims(dims: LongconvDims, { blocks, size }: BlockPlan): LongconvDims {
  return { ...dims, B: dims.B * blocks, L: size };
}

/** Windows of rows; outside of the range they are zero. */
function cut(x: Tensor, H: number, plan: BlockPlan, [begin, end]: [number, number], gate?: Tensor): Tensor {
  const gpu = x.device;
  const [B = 1, , L = 1] = x.shape;
  const windows = gpu.empty([B * plan.blocks, H, plan.size]);
  const params = { H, L, ...plan, begin, end, gated: Number(gate !== undefined) };
  runElements(gpu, cutKernel, windows.size, { params, buffers: { x, gate: gate ?? x, windows } });
  return windows;
}

/** Rows as sums of windows; only entries in the range count. */
function paste(
  windows: Tensor,
  y: Tensor,
  H: number,
  plan: BlockPlan,
  [begin, end]: [number, number],
  gate?: Tensor,
): void {
  const [, , L = 1] = y.shape;
  const params = { H, L, ...plan, begin, end, gated: Number(gate !== undefined) };
  runElements(y.device, pasteKernel, y.size, { params, buffers: { windows, gate: gate ?? windows, y } });
}
