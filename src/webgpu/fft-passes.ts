import complexCode from '../../wgsl/common/complex.wgsl?raw';
import fftCode from '../../wgsl/common/fft.wgsl?raw';
import fftEnterCode from '../../wgsl/common/fft-enter.wgsl?raw';
import filteredCode from '../../wgsl/common/fft-filtered.wgsl?raw';
import putCode from '../../wgsl/common/fft-put.wgsl?raw';
import samplesCode from '../../wgsl/common/fft-samples.wgsl?raw';
import spectrumCode from '../../wgsl/common/fft-spectrum.wgsl?raw';
import takeCode from '../../wgsl/common/fft-take.wgsl?raw';
import enterCode from '../../wgsl/fft/enter.wgsl?raw';
import toSamplesCode from '../../wgsl/fft/to-samples.wgsl?raw';
import toSpectrumCode from '../../wgsl/fft/to-spectrum.wgsl?raw';
import passCode from '../../wgsl/longconv/pass.wgsl?raw';
import type { FftDims } from '../shapes/fft.js';
import { type FftPlan, fftPlan } from './fft-plan.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { runElements } from './launch.js';
import { digits, invocations } from './longconv-passes.js';
import { legs, mostTransforms, radices, twiddleTable } from './longconv-plan.js';
import type { Tensor } from './tensor.js';

function enterFrom(name: string, source: string): Kernel {
  return kernel(name, complexCode, fftCode, putCode, fftEnterCode, source, enterCode);
}

const enterSamples: Kernel = /* @__PURE__ */ enterFrom('fft/enter', samplesCode);
const enterSpectrum: Kernel = /* @__PURE__ */ enterFrom('fft/enter-spectrum', spectrumCode);
const enterFiltered: Kernel = /* @__PURE__ */ enterFrom('fft/enter-filtered', filteredCode);
const pass: Kernel = /* @__PURE__ */ kernel('fft/pass', complexCode, fftCode, takeCode, putCode, passCode);
const toSpectrum: Kernel = /* @__PURE__ */ kernel('fft/to-spectrum', complexCode, fftCode, toSpectrumCode);
const toSamples: Kernel = /* @__PURE__ */ kernel('fft/to-samples', complexCode, fftCode, toSamplesCode);

/** Factors of a transform: `end` at the frequencies that are real, `scale` at the others. */
export interface Weights {
  readonly end: number;
  readonly scale: number;
}

/** x [rows, L] -> X [rows, F, 2] by passes through global memory, without barriers, for any n. */
export function forwardByPasses(gpu: Gpu, x: Tensor, X: Tensor, { rows, L, n, F }: FftDims, weights: Weights): void {
  const plan = fftPlan(gpu, n);
  const { even, N, turns, chirp } = plan;
  const count = even ? Math.floor(N / 2) + 1 : F;
  const samples = even && chirp === undefined ? L : undefined;
  const read = { kernel: enterSamples, x, params: { L, F, ...weights }, samples };
  transforms(gpu, plan, rows, read, (z, last, chunk, firstRow) => {
    runElements(gpu, toSpectrum, chunk * count, {
      constants: last.constants,
      params: { ...last.params, count, firstRow, N, F, ...weights },
      buffers: { ...last.buffers, z, turns, X },
    });
  });
}

/** X [rows, F, 2] -> y [rows, L], likewise. */
export function inverseByPasses(gpu: Gpu, X: Tensor, y: Tensor, { rows, L, n, F }: FftDims, weights: Weights): void {
  const plan = fftPlan(gpu, n);
  const count = plan.even ? Math.ceil(L / 2) : L;
  const read = { kernel: enterSpectrum, x: X, params: { L, F, ...weights } };
  transforms(gpu, plan, rows, read, (z, last, chunk, firstRow) => {
    runElements(gpu, toSamples, chunk * count, {
      constants: last.constants,
      params: { ...last.params, count, firstRow, L },
      buffers: { ...last.buffers, z, y },
    });
  });
}

/** What a pass through memory takes in. */
interface Source {
  readonly kernel: Kernel;
  readonly x: Tensor;
  readonly params: Readonly<Record<'L' | 'F' | 'end' | 'scale', number>>;
  /** Pairs of samples are all it takes in, so many of them. */
  readonly samples?: number | undefined;
}

/** What kernels that read a transform have in common. */
interface Last {
  readonly constants: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, number>>;
  readonly buffers: Readonly<Record<'twiddle' | 'chirp', Tensor>>;
}

/** Transform as many rows at a time as a buffer holds, and hand each part to `leave`. */
function transforms(
  gpu: Gpu,
  plan: FftPlan,
  rows: number,
  read: Source,
  leave: (z: Tensor, last: Last, rows: number, firstRow: number) => void,
): void {
  const { even, N, log, turns, chirp } = plan;
  const twiddle = twiddleTable(gpu, log);
  const last: Last = {
    constants: { EVEN: Number(even), CHIRP: Number(chirp !== undefined) },
    params: { log, digits: digits(radices(log)) },
    buffers: { twiddle, chirp: chirp?.factors ?? twiddle },
  };
  const each = mostTransforms(gpu, log);
  for (let firstRow = 0; firstRow < rows; firstRow += each) {
    const chunk = Math.min(each, rows - firstRow);
    using z = transform(gpu, log, chunk, read, { ...last, turns, N, firstRow });
    if (chirp === undefined) {
      leave(z, last, chunk, firstRow);
      continue;
    }
    const filtered = { kernel: enterFiltered, x: z, params: read.params };
    const whole = { ...last, constants: { EVEN: 1, CHIRP: 0 }, turns: chirp.filter, N: 2 ** log, firstRow: 0 };
    using y = transform(gpu, log, chunk, filtered, whole);
    leave(y, last, chunk, firstRow);
  }
}

/** All passes of `rows` transforms of 2^log complex values; the results are in digit-reversed order. */
function transform(
  gpu: Gpu,
  log: number,
  rows: number,
  { kernel, x, params, samples }: Source,
  last: Last & { readonly turns: Tensor; readonly N: number; readonly firstRow: number },
): Tensor {
  const { buffers, turns, N, firstRow } = last;
  const z = gpu.empty([rows, 2 ** log, 2]);
  const grid = invocations(gpu, rows, log);
  const [BITS = 0, ...rest] = radices(log);
  gpu.run(kernel, {
    constants: { ...last.constants, BITS, LEGS: samples === undefined ? 16 : legs(BITS, samples, log) },
    params: { ...last.params, ...params, rows, firstRow, N },
    buffers: { ...buffers, x, turns, z },
    grid,
  });
  let span = log - BITS;
  for (const BITS of rest) {
    span -= BITS;
    const { twiddle } = buffers;
    gpu.run(pass, { constants: { BITS, INVERSE: 0 }, params: { log, span, rows }, buffers: { twiddle, z }, grid });
  }
  return z;
}
