import complexCode from '../../wgsl/common/complex.wgsl?raw';
import fftCode from '../../wgsl/common/fft.wgsl?raw';
import fftEnterCode from '../../wgsl/common/fft-enter.wgsl?raw';
import putCode from '../../wgsl/common/fft-put.wgsl?raw';
import takeCode from '../../wgsl/common/fft-take.wgsl?raw';
import workgroupCode from '../../wgsl/common/fft-workgroup.wgsl?raw';
import keepPairsCode from '../../wgsl/common/keep-pairs.wgsl?raw';
import keepSamplesCode from '../../wgsl/common/keep-samples.wgsl?raw';
import productCode from '../../wgsl/common/real-product.wgsl?raw';
import runsCode from '../../wgsl/common/runs.wgsl?raw';
import takePairsCode from '../../wgsl/common/take-pairs.wgsl?raw';
import takeSamplesCode from '../../wgsl/common/take-samples.wgsl?raw';
import weightsCode from '../../wgsl/common/weights.wgsl?raw';
import enterCode from '../../wgsl/longconv/enter.wgsl?raw';
import leaveCode from '../../wgsl/longconv/leave.wgsl?raw';
import middleCode from '../../wgsl/longconv/middle.wgsl?raw';
import passCode from '../../wgsl/longconv/pass.wgsl?raw';
import registerProductCode from '../../wgsl/longconv/product.wgsl?raw';
import { UnsupportedError } from '../errors.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid } from './launch.js';
import {
  BUSY,
  type Convolution,
  MOST_ROWS,
  legs,
  mostTransforms,
  radices,
  twiddleTable,
  workgroupConstants,
  workgroupLog,
} from './longconv-plan.js';
import type { Tensor } from './tensor.js';

/** The first and the last pass, of rows of any length and of even length. */
const enter: Kernel = /* @__PURE__ */ enterFrom('longconv/enter', takeSamplesCode);
const enterPairs: Kernel = /* @__PURE__ */ enterFrom('longconv/enter-pairs', takePairsCode);
const leave: Kernel = /* @__PURE__ */ leaveTo('longconv/leave', keepSamplesCode);
const leavePairs: Kernel = /* @__PURE__ */ leaveTo('longconv/leave-pairs', keepPairsCode);

function enterFrom(name: string, samples: string): Kernel {
  return kernel(name, complexCode, fftCode, putCode, fftEnterCode, samples, enterCode);
}

function leaveTo(name: string, samples: string): Kernel {
  return kernel(name, complexCode, fftCode, takeCode, samples, leaveCode);
}

const pass: Kernel = /* @__PURE__ */ kernel('longconv/pass', complexCode, fftCode, takeCode, putCode, passCode);
const product: Kernel = /* @__PURE__ */ kernel(
  'longconv/product',
  complexCode,
  fftCode,
  productCode,
  runsCode,
  weightsCode,
  registerProductCode,
);
const middle: Kernel = /* @__PURE__ */ kernel(
  'longconv/middle',
  complexCode,
  fftCode,
  workgroupCode,
  productCode,
  weightsCode,
  middleCode,
);

/** Rows and groups that are computed at a time. */
interface Chunk {
  readonly firstRow: number;
  readonly rows: number;
  readonly firstGroup: number;
  readonly groups: number;
}

/**
 * {@link Convolution} by passes through global memory: the outer passes of the transforms, 16 values to an invocation
 * and no barrier; then what remains of them, the product, and the inverse. What remains is a row in workgroup memory,
 * or, on software adapters, runs of 8 to 32 values in registers.
 *
 * @throws {@link UnsupportedError} if the transforms of one sum are larger than a buffer.
 */
export function convolveByPasses(gpu: Gpu, job: Convolution): void {
  const { rows, groups, terms } = job;
  const most = mostTransforms(gpu, job.log);
  if (terms > most) {
    const [needs, has] = [terms * 8 * 2 ** job.log, most * 8 * 2 ** job.log];
    throw new UnsupportedError(
      `longconv: the transforms of ${terms} channels of this length take ${needs} bytes, expected at most ${has}`,
      { needs: `${needs} bytes in a buffer`, has: `${has}` },
    );
  }
  const groupsEach = Math.min(groups, Math.floor(most / terms));
  const rowsEach = Math.min(rows, Math.floor(most / (terms * groupsEach)));
  for (let firstGroup = 0; firstGroup < groups; firstGroup += groupsEach) {
    const some = { firstGroup, groups: Math.min(groupsEach, groups - firstGroup) };
    const shared = job.g.row === 0 ? outward(gpu, job, job.g, { ...some, firstRow: 0, rows: 1 }) : undefined;
    for (let firstRow = 0; firstRow < rows; firstRow += rowsEach) {
      const chunk = { ...some, firstRow, rows: Math.min(rowsEach, rows - firstRow) };
      const g = shared ?? outward(gpu, job, job.g, chunk);
      const z = outward(gpu, job, job.x, chunk);
      multiply(gpu, job, chunk, g, z, shared !== undefined);
      back(gpu, job, chunk, z);
      z.dispose();
      if (shared === undefined) g.dispose();
    }
    shared?.dispose();
  }
}

/**
 * log2 of the part of a transform that is left to the middle kernel, whose workgroups hold two such rows; in registers
 * 8 values, or 16 or 32 where that saves a pass.
 */
function innerLog(gpu: Gpu, log: number): number {
  if (!gpu.software) return Math.min(workgroupLog(gpu) - 1, 10, log - 1);
  const over = log % 4;
  return log >= 8 && over < 2 ? 4 + over : 3;
}

/** log2 radices of the outer passes. */
function outerRadices(gpu: Gpu, log: number): number[] {
  return radices(log - innerLog(gpu, log));
}

/** Radices as `scramble()` takes them. */
export function digits(passes: readonly number[]): number {
  return passes.reduce((packed, bits, i) => packed | (bits << (4 * i)), 0);
}

/** Outer passes of the rows that a chunk needs: [rows, groups, terms, M, 2]. */
function outward(gpu: Gpu, job: Convolution, from: Convolution['x'] | Convolution['g'], chunk: Chunk): Tensor {
  const { log, terms, total, future } = job;
  const { rows, groups, firstRow, firstGroup } = chunk;
  const filter = 'reversed' in from ? from : undefined;
  const { reversed = false, twoSided = false } = filter ?? {};
  const z = gpu.empty([rows, groups, terms, 2 ** log, 2]);
  const twiddle = twiddleTable(gpu, log);
  const grid = invocations(gpu, rows * groups * terms, log);
  const [BITS = 0, ...rest] = outerRadices(gpu, log);
  const plain = !reversed && !twoSided;
  gpu.run(plain && from.length % 2 === 0 ? enterPairs : enter, {
    constants: {
      BITS,
      LEGS: plain ? legs(BITS, from.length, log) : 16,
      REVERSED: Number(reversed),
      TWO_SIDED: Number(twoSided),
      HAS_D: Number(filter?.D !== undefined),
      GATED: Number(from.gate !== undefined),
    },
    params: {
      log,
      rows,
      groups,
      terms,
      total,
      firstRow,
      firstGroup,
      row: from.row,
      stride: from.term,
      modulus: from.groups,
      K: from.length,
      future,
    },
    buffers: { twiddle, x: from.tensor, D: filter?.D ?? from.tensor, gate: from.gate ?? from.tensor, z },
    grid,
  });
  let span = log - BITS;
  for (const BITS of rest) {
    span -= BITS;
    const params = { log, span, rows: rows * groups * terms };
    gpu.run(pass, { constants: { BITS, INVERSE: 0 }, params, buffers: { twiddle, z }, grid });
  }
  return z;
}

/** Everything between the outer passes: z becomes the product, at term 0. */
function multiply(gpu: Gpu, job: Convolution, chunk: Chunk, gz: Tensor, z: Tensor, shared: boolean): void {
  const { log, terms } = job;
  const { rows, groups, firstRow } = chunk;
  const inner = innerLog(gpu, log);
  const SUM = Number(terms > 1);
  const WEIGHTED = Number(job.g.weights !== undefined);
  const DIGITS = digits(outerRadices(gpu, log));
  const params = { rows, groups, terms, total: job.total - firstRow * terms };
  const reuse = shared && terms === 1;
  if (gpu.software) {
    const rowsEach = reuse ? MOST_ROWS : 1;
    gpu.run(product, {
      constants: { RUN: inner, G_SHARED: Number(shared), SUM, WEIGHTED },
      params: { ...params, rowsEach, log, digits: DIGITS },
      buffers: { twiddle: twiddleTable(gpu, log), gz, weights: job.g.weights ?? gz, z },
      grid: invocations(gpu, Math.ceil(rows / rowsEach) * groups, log + 3 - inner),
    });
    return;
  }
  const pairs = 2 ** (log - inner - 1);
  const rowsEach = reuse ? Math.min(MOST_ROWS, Math.max(1, Math.floor((pairs * groups * rows) / BUSY))) : 1;
  gpu.run(middle, {
    constants: { ...workgroupConstants(inner, 1), OUTER: log - inner, DIGITS, SUM, WEIGHTED },
    params: { ...params, gShared: Number(shared), rowsEach },
    buffers: {
      twiddle: twiddleTable(gpu, inner),
      wide: twiddleTable(gpu, log),
      gz,
      weights: job.g.weights ?? gz,
      z,
    },
    grid: [pairs * groups, Math.ceil(rows / rowsEach)],
  });
}

/** Outer passes of the inverse, and what is kept of it. */
function back(gpu: Gpu, job: Convolution, { rows, groups, firstRow, firstGroup }: Chunk, z: Tensor): void {
  const { log, terms, y, future } = job;
  const twiddle = twiddleTable(gpu, log);
  const passes = outerRadices(gpu, log);
  const [BITS = 0] = passes;
  let span = innerLog(gpu, log);
  for (const BITS of passes.slice(1).reverse()) {
    const params = { log, span, rows: rows * groups * terms };
    const grid = invocations(gpu, rows * groups * terms, log);
    gpu.run(pass, { constants: { BITS, INVERSE: 1 }, params, buffers: { twiddle, z }, grid });
    span += BITS;
  }
  gpu.run(!y.twoSided && y.length % 2 === 0 ? leavePairs : leave, {
    constants: {
      BITS,
      LEGS: y.twoSided ? 16 : legs(BITS, y.length, log),
      TWO_SIDED: Number(y.twoSided),
      GATED: Number(y.gate !== undefined),
    },
    params: { log, rows, groups, terms, firstRow, firstGroup, row: y.row, KEPT: y.length, future },
    buffers: { twiddle, z, gate: y.gate ?? twiddle, y: y.tensor },
    grid: invocations(gpu, rows * groups, log),
  });
}

/** A grid with an invocation for every 16 values of `transforms` transforms. */
export function invocations(gpu: Gpu, transforms: number, log: number): [number, number] {
  return flatGrid(gpu, Math.ceil((transforms * 2 ** (log - 4)) / 64));
}
