import { type FftDims, complexProductDims, sampleDims, spectrumDims } from '../shapes/fft.js';
import { dftPlan } from './dft-plan.js';
import type { Tensor } from './tensor.js';

/** Complex numbers of one item; see wasm/complex-product.ts. */
const BLOCK = 1024;

function forward(x: Tensor, { outer, rows, L, n, F }: FftDims, end: number, scale: number): Tensor {
  const cpu = x.device;
  const { size, table, chirp, turns, scratch } = dftPlan(cpu, n);
  const X = cpu.empty([...outer, F, 2]);
  cpu.run('rfft', rows, [x, X, L, n, size, table, chirp, turns, end, scale], { scratch });
  return X;
}

function inverse(X: Tensor, { outer, rows, L, n }: FftDims, end: number, scale: number): Tensor {
  const cpu = X.device;
  const { size, table, chirp, turns, scratch } = dftPlan(cpu, n);
  const x = cpu.empty([...outer, L]);
  cpu.run('irfft', rows, [X, x, L, n, size, table, chirp, turns, end, scale], { scratch });
  return x;
}

/**
 * Fourier transform of real rows, extended by zeros to n samples.
 *
 *     X[.., f] = sum_{t < L} x[.., t] exp(-2 pi i f t / n),   f = 0 .. floor(n / 2)
 *
 * @param x - [.., L].
 * @param options.n - samples of the transform, L <= n <= 2^22, any whole number; L where left out.
 * @returns X in pairs of real and imaginary part, [.., floor(n / 2) + 1, 2].
 * @throws ShapeError if n is out of range.
 * @see reference/rfft.ts.
 */
export function rfft(x: Tensor, { n }: { readonly n?: number | undefined } = {}): Tensor {
  return forward(x, sampleDims('rfft', 'x', x, n), 1, 1);
}

/**
 * Gradient of {@link rfft}: dx[.., t] = sum_f Re(dX[.., f] exp(2 pi i f t / n)).
 *
 * @param dX - cotangent of X, d/d(Re X) + i d/d(Im X), [.., floor(n / 2) + 1, 2].
 * @returns dx, [.., L].
 * @throws ShapeError if dX does not belong to n, or L is out of range.
 */
export function rfftVjp(dX: Tensor, { n, L }: { readonly n: number; readonly L: number }): { dx: Tensor } {
  return { dx: inverse(dX, spectrumDims('rfftVjp', 'dX', dX, n, L), 1, 0.5) };
}

/**
 * Inverse Fourier transform to real rows, of which the first L samples are kept.
 *
 *     x[.., t] = 1/n sum_{f < n} X[.., f] exp(2 pi i f t / n),   X[n - f] = conj X[f]
 *
 * @param X - [.., floor(n / 2) + 1, 2]; imaginary parts at f = 0 and, n even, f = n / 2 count for nothing.
 * @param options.n - samples of the transform, at most 2^22.
 * @param options.L - samples to keep; n where left out.
 * @returns x, [.., L].
 * @throws ShapeError if X does not belong to n, or L is out of range.
 * @see reference/rfft.ts.
 */
export function irfft(X: Tensor, { n, L }: { readonly n: number; readonly L?: number | undefined }): Tensor {
  return inverse(X, spectrumDims('irfft', 'X', X, n, L), 1 / n, 1 / n);
}

/**
 * Gradient of {@link irfft}: dX[.., f] = 2/n sum_t dx[.., t] exp(-2 pi i f t / n), half of it and real at f = 0 and,
 * n even, f = n / 2.
 *
 * @param dx - cotangent of x, [.., L].
 * @returns dX, [.., floor(n / 2) + 1, 2].
 * @throws ShapeError if n is out of range.
 */
export function irfftVjp(dx: Tensor, { n }: { readonly n: number }): { dX: Tensor } {
  return { dX: forward(dx, sampleDims('irfftVjp', 'dx', dx, n), 1 / n, 2 / n) };
}

/**
 * Products of spectra: y[b, c H + h, f] = a[b, h, f] k[c, h, f].
 *
 * @param a - [B, H, F, 2].
 * @param k - [C, H, F, 2].
 * @returns y, [B, C H, F, 2].
 * @throws ShapeError if shapes do not agree.
 */
export function complexProduct(a: Tensor, k: Tensor): Tensor {
  const { B, C, H, F } = complexProductDims('complexProduct', a, k);
  const cpu = a.device;
  const y = cpu.empty([B, C * H, F, 2]);
  cpu.run('complexProduct', B * C * H * Math.ceil(F / BLOCK), [a, k, y, H, C, F]);
  return y;
}

/**
 * Gradient of {@link complexProduct}: da = sum_c dy conj(k), dk = sum_b dy conj(a), added in order.
 *
 * @param dy - cotangent of y, [B, C H, F, 2].
 * @returns da and dk, shaped as a and k.
 * @throws ShapeError if shapes do not agree.
 */
export function complexProductVjp(a: Tensor, k: Tensor, dy: Tensor): { da: Tensor; dk: Tensor } {
  const { B, C, H, F } = complexProductDims('complexProductVjp', a, k, dy);
  const cpu = a.device;
  const parts = Math.ceil(F / BLOCK);
  const [da, dk] = [cpu.empty(a.shape), cpu.empty(k.shape)];
  cpu.run('complexProductSum', B * H * parts, [dy, k, da, H, F, C, C, 1]);
  cpu.run('complexProductSum', C * H * parts, [dy, a, dk, H, F, B, 1, C]);
  return { da, dk };
}
