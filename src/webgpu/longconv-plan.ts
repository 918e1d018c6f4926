/**
 * @file What a long convolution and its two gradients have in common, and the sizes with which it is computed.
 *
 * A transform of nfft real values runs as M = nfft / 2 complex ones, 16 to an invocation; sizes are log2 M.
 */
import type { LongconvDims } from '../shapes/longconv.js';
import type { Gpu } from './gpu.js';
import type { Tensor } from './tensor.js';

/**
 * Sums of convolutions of real rows, one row of y for each group and row:
 *
 *     y[row y.row + group] = sum_term x[row x.row + term x.term + group % x.groups]
 *                                   * g[row g.row + term g.term + group % g.groups]
 *
 * where `term` runs to `terms`, but row * terms + term stays below `total`.
 */
export interface Convolution {
  readonly log: number;
  readonly groups: number;
  readonly rows: number;
  readonly terms: number;
  readonly total: number;
  readonly x: Rows;
  readonly g: Rows & {
    /** Take g[-lag]. */
    readonly reversed: boolean;
    /** Rows `future` further down hold the taps at negative lags. */
    readonly twoSided: boolean;
    /** Added at lag 0, one for each row. */
    readonly D?: Tensor | undefined;
    /** A sequence with which g is convolved: its spectrum as {@link weightTable} makes it. */
    readonly weights?: Tensor | undefined;
  };
  readonly y: {
    readonly tensor: Tensor;
    /** Lags 0 to length - 1 are kept; two-sided, also -length to -1, in the rows `future` further down. */
    readonly length: number;
    readonly row: number;
    readonly twoSided: boolean;
    /** Multiplies the result. */
    readonly gate?: Tensor | undefined;
  };
  readonly future: number;
}

interface Rows {
  readonly tensor: Tensor;
  /** Multiplies it. */
  readonly gate?: Tensor | undefined;
  readonly length: number;
  readonly row: number;
  readonly term: number;
  readonly groups: number;
}

/** log2 of the complex points of a transform at which nothing that is kept wraps around; at least 4. */
export function transformLog({ L, K, bidirectional }: Pick<LongconvDims, 'L' | 'K' | 'bidirectional'>): number {
  const least = L + K - (bidirectional ? 0 : 1);
  return Math.max(4, Math.ceil(Math.log2(least)) - 1);
}

/** Radices, as log2, of passes that together make 2^log: at most 16, widest first. */
export function radices(log: number): number[] {
  const passes: number[] = [];
  for (let rest = log; rest > 0; rest -= 4) passes.push(Math.min(4, rest));
  return passes;
}

/**
 * Of the sixteenths of a transform, those that hold `length` samples, where the first pass has radix 16; at least half
 * of them, since every number is one more kernel to compile.
 */
export function legs(bits: number | undefined, length: number, log: number): number {
  return bits === 4 ? Math.min(16, Math.max(8, Math.ceil(length / 2 ** (log - 3)))) : 16;
}

/** log2 of the complex points that one workgroup holds. */
export function workgroupLog({ limits }: Gpu): number {
  const invocations = Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX, 256);
  return Math.floor(Math.log2(Math.min(limits.maxComputeWorkgroupStorageSize / 8, 16 * invocations)));
}

/** Overrides of fft-workgroup.wgsl for 2^slots transforms of 2^log points side by side. */
export function workgroupConstants(log: number, slots: number): Record<string, number> {
  const [PASS1 = 0, PASS2 = 0, PASS3 = 0] = radices(log - 3);
  return { LOG: log, PASS1, PASS2, PASS3, SLOTS: 2 ** slots };
}

/** exp(-2 pi i j / M) for j < M / 2. */
export function twiddleTable(gpu: Gpu, log: number): Tensor {
  return gpu.memo(`longconv/twiddle/${log}`, () => {
    const M = 2 ** log;
    const w = new Float32Array(M);
    for (let j = 0; j < M / 2; j++) {
      w[2 * j] = Math.cos((2 * Math.PI * j) / M);
      w[2 * j + 1] = -Math.sin((2 * Math.PI * j) / M);
    }
    return gpu.tensor(w, [M / 2, 2]);
  });
}

/** Workgroups that fill a large GPU. */
export const BUSY = 512;

/** Rows that share one spectrum of g, held in registers. */
export const MOST_ROWS = 8;

/** Bytes of the largest intermediate buffer. */
const MOST_BYTES = 2 ** 27;

/** Transforms of 2^log complex values that one buffer holds. */
export function mostTransforms({ limits }: Gpu, log: number): number {
  const bytes = Math.min(MOST_BYTES, limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  return Math.max(1, Math.floor(bytes / (8 * 2 ** log)));
}

/** How many parts to cut the batch into, so that sums over it keep the device busy and a part fits in a buffer. */
export function batchParts(gpu: Gpu, B: number, groups: number, log: number): number {
  const each = Math.min(Math.ceil(B / Math.min(B, Math.ceil(BUSY / groups))), mostTransforms(gpu, log));
  return Math.ceil(B / each);
}
