import complexCode from '../../wgsl/common/complex.wgsl?raw';
import fftCode from '../../wgsl/common/fft.wgsl?raw';
import workgroupCode from '../../wgsl/common/fft-workgroup.wgsl?raw';
import productCode from '../../wgsl/common/real-product.wgsl?raw';
import forwardCode from '../../wgsl/fft/forward.wgsl?raw';
import inverseCode from '../../wgsl/fft/inverse.wgsl?raw';
import sumForwardCode from '../../wgsl/fft/sum-forward.wgsl?raw';
import sumInverseCode from '../../wgsl/fft/sum-inverse.wgsl?raw';
import { type FftDims, sampleDims, spectrumDims } from '../shapes/fft.js';
import { type Weights, forwardByPasses, inverseByPasses } from './fft-passes.js';
import { LEAST, circle } from './fft-plan.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid, runElements } from './launch.js';
import { legs, twiddleTable, workgroupConstants, workgroupLog } from './longconv-plan.js';
import type { Tensor } from './tensor.js';

const parts = [complexCode, fftCode, workgroupCode, productCode] as const;
const forwardKernel: Kernel = /* @__PURE__ */ kernel('fft/forward', ...parts, forwardCode);
const inverseKernel: Kernel = /* @__PURE__ */ kernel('fft/inverse', ...parts, inverseCode);
const sumForward: Kernel = /* @__PURE__ */ kernel('fft/sum-forward', sumForwardCode);
const sumInverse: Kernel = /* @__PURE__ */ kernel('fft/sum-inverse', sumInverseCode);

/** Whether rows of n samples are transformed in workgroup memory. */
function fitsWorkgroup(gpu: Gpu, n: number): boolean {
  return !gpu.software && Number.isInteger(Math.log2(n)) && Math.log2(n) - 1 <= workgroupLog(gpu);
}

/** Grid, constants and tables of a transform in workgroup memory. */
function inWorkgroups(gpu: Gpu, { rows, L, n }: FftDims): {
  readonly constants: Readonly<Record<string, number>>;
  readonly tables: Readonly<Record<'twiddle' | 'turns', Tensor>>;
  readonly grid: [number, number];
} {
  const log = Math.log2(n) - 1;
  const slots = Math.max(0, 10 - log);
  const sizes = workgroupConstants(log, slots);
  return {
    constants: { ...sizes, LEGS: legs(sizes.PASS1, L, log) },
    tables: { twiddle: twiddleTable(gpu, log), turns: twiddleTable(gpu, log + 1) },
    grid: flatGrid(gpu, Math.ceil(rows / 2 ** slots)),
  };
}

function forward(x: Tensor, dims: FftDims, weights: Weights): Tensor {
  const { outer, rows, L, n, F } = dims;
  const gpu = x.device;
  const X = gpu.empty([...outer, F, 2]);
  if (n < LEAST) {
    const params = { L, N: n, F, ...weights };
    runElements(gpu, sumForward, rows * F, { params, buffers: { circle: circle(gpu, n), x, X } });
  } else if (fitsWorkgroup(gpu, n)) {
    const { constants, tables, grid } = inWorkgroups(gpu, dims);
    gpu.run(forwardKernel, { constants, params: { rows, L, ...weights }, buffers: { ...tables, x, X }, grid });
  } else {
    forwardByPasses(gpu, x, X, dims, weights);
  }
  return X;
}

function inverse(X: Tensor, dims: FftDims, weights: Weights): Tensor {
  const { outer, rows, L, n, F } = dims;
  const gpu = X.device;
  const y = gpu.empty([...outer, L]);
  if (n < LEAST) {
    const params = { L, N: n, F, ...weights };
    runElements(gpu, sumInverse, rows * L, { params, buffers: { circle: circle(gpu, n), X, y } });
  } else if (fitsWorkgroup(gpu, n)) {
    const { constants, tables, grid } = inWorkgroups(gpu, dims);
    gpu.run(inverseKernel, { constants, params: { rows, L, ...weights }, buffers: { ...tables, X, y }, grid });
  } else {
    inverseByPasses(gpu, X, y, dims, weights);
  }
  return y;
}

/**
 * Fourier transform of real rows, extended by zeros to n samples.
 *
 *     X[.., f] = sum_{t < L} x[.., t] exp(-2 pi i f t / n),   f = 0 .. floor(n / 2)
 *
 * @param x - [.., L].
 * @param options.n - samples of the transform, L <= n <= 2^22, any whole number; L where left out.
 * @returns X in pairs of real and imaginary part, [.., floor(n / 2) + 1, 2]. The caller disposes it.
 * @throws {@link ShapeError} if n is out of range.
 * @see `reference/rfft.ts` for the definition, `wgsl/fft/README.md` for the method.
 */
export function rfft(x: Tensor, { n }: { readonly n?: number | undefined } = {}): Tensor {
  return forward(x, sampleDims('rfft', 'x', x, n), { end: 1, scale: 1 });
}

/**
 * Gradient of {@link rfft}: dx[.., t] = sum_f Re(dX[.., f] exp(2 pi i f t / n)).
 *
 * @param dX - cotangent of X, d/d(Re X) + i d/d(Im X), [.., floor(n / 2) + 1, 2].
 * @returns dx, [.., L]. The caller disposes it.
 * @throws {@link ShapeError} if dX does not belong to n, or L is out of range.
 */
export function rfftVjp(dX: Tensor, { n, L }: { readonly n: number; readonly L: number }): { dx: Tensor } {
  return { dx: inverse(dX, spectrumDims('rfftVjp', 'dX', dX, n, L), { end: 1, scale: 0.5 }) };
}

/**
 * Inverse Fourier transform to real rows, of which the first L samples are kept.
 *
 *     x[.., t] = 1/n sum_{f < n} X[.., f] exp(2 pi i f t / n),   X[n - f] = conj X[f]
 *
 * @param X - [.., floor(n / 2) + 1, 2]; imaginary parts at f = 0 and, n even, f = n / 2 count for nothing.
 * @param options.n - samples of the transform, at most 2^22.
 * @param options.L - samples to keep; n where left out.
 * @returns x, [.., L]. The caller disposes it.
 * @throws {@link ShapeError} if X does not belong to n, or L is out of range.
 * @see `reference/rfft.ts` for the definition, `wgsl/fft/README.md` for the method.
 */
export function irfft(X: Tensor, { n, L }: { readonly n: number; readonly L?: number | undefined }): Tensor {
  return inverse(X, spectrumDims('irfft', 'X', X, n, L), { end: 1 / n, scale: 1 / n });
}

/**
 * Gradient of {@link irfft}: dX[.., f] = 2/n sum_t dx[.., t] exp(-2 pi i f t / n), half of it and real at f = 0 and,
 * n even, f = n / 2.
 *
 * @param dx - cotangent of x, [.., L].
 * @returns dX, [.., floor(n / 2) + 1, 2]. The caller disposes it.
 * @throws {@link ShapeError} if n is out of range.
 */
export function irfftVjp(dx: Tensor, { n }: { readonly n: number }): { dX: Tensor } {
  return { dX: forward(dx, sampleDims('irfftVjp', 'dx', dx, n), { end: 1 / n, scale: 2 / n }) };
}
