/**
 * @file Transforms of real rows of any length, in f64. Spectra are rows of floor(n / 2) + 1 pairs.
 *
 * The definitions are sums; lengths that are no powers of two go by Bluestein's algorithm, equal up to f64 rounding.
 */
import { fft, ifft } from './fft.js';

/** exp(-pi i j^2 / n); the phase is reduced as a whole number. */
function chirp(n: number): { re: Float64Array; im: Float64Array } {
  const phases = Float64Array.from({ length: n }, (_, j) => (Math.PI * ((j * j) % (2 * n))) / n);
  return { re: phases.map(Math.cos), im: phases.map((p) => -Math.sin(p)) };
}

/** exp(-pi i j^2 / n) for j < n, and the transform of its conjugate, which runs from -n + 1 to n - 1, over `size`. */
export function bluestein(n: number): { size: number; c: Parts; spectrum: Parts } {
  const size = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const c = chirp(n);
  const spectrum = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let j = 0; j < n; j++) {
    for (const at of [j, (size - j) % size]) {
      spectrum.re[at] = c.re[j];
      spectrum.im[at] = -c.im[j];
    }
  }
  fft(spectrum.re, spectrum.im);
  return { size, c, spectrum };
}

/** Real and imaginary parts. */
export interface Parts {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

let last: (ReturnType<typeof bluestein> & { readonly n: number }) | undefined;

/** X[f] = sum_j x[j] exp(-2 pi i j f / n), in place, for any length n of the parts. */
export function dft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  if (Number.isInteger(Math.log2(n))) {
    fft(re, im);
    return;
  }
  if (last?.n !== n) last = { n, ...bluestein(n) };
  const { size, c, spectrum } = last;
  const z = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let j = 0; j < n; j++) {
    z.re[j] = re[j] * c.re[j] - im[j] * c.im[j];
    z.im[j] = re[j] * c.im[j] + im[j] * c.re[j];
  }
  fft(z.re, z.im);
  for (let f = 0; f < size; f++) {
    const [a, b] = [z.re[f], z.im[f]];
    z.re[f] = a * spectrum.re[f] - b * spectrum.im[f];
    z.im[f] = a * spectrum.im[f] + b * spectrum.re[f];
  }
  ifft(z.re, z.im);
  for (let f = 0; f < n; f++) {
    re[f] = z.re[f] * c.re[f] - z.im[f] * c.im[f];
    im[f] = z.re[f] * c.im[f] + z.im[f] * c.re[f];
  }
}

/** Sizes of rows: L samples of n points. */
export interface RfftDims {
  readonly rows: number;
  readonly L: number;
  readonly n: number;
}

/** X[r, f] = sum_t x[r, t] exp(-2 pi i f t / n). x [rows, L]; X [rows, floor(n / 2) + 1, 2]. */
export function rfft(x: Float64Array, { rows, L, n }: RfftDims): Float64Array {
  const F = Math.floor(n / 2) + 1;
  const X = new Float64Array(rows * F * 2);
  for (let r = 0; r < rows; r++) {
    const [re, im] = [new Float64Array(n), new Float64Array(n)];
    re.set(x.subarray(r * L, (r + 1) * L));
    dft(re, im);
    for (let f = 0; f < F; f++) {
      X[2 * (r * F + f)] = re[f];
      X[2 * (r * F + f) + 1] = im[f];
    }
  }
  return X;
}

/** dx[r, t] = sum_f Re(dX[r, f] exp(2 pi i f t / n)): the transpose of {@link rfft}. */
export function rfftVjp(dX: Float64Array, dims: RfftDims): Float64Array {
  return halfSum(dX, dims, () => 1);
}

/** x[r, t] = 1/n sum_{f < n} X[r, f] exp(2 pi i f t / n), with X[n - f] = conj X[f]; real ends. x [rows, L]. */
export function irfft(X: Float64Array, dims: RfftDims): Float64Array {
  const { n } = dims;
  return halfSum(X, dims, (f) => weight(f, n));
}

/** dX[r, f] = weight sum_t dx[r, t] exp(-2 pi i f t / n): the transpose of {@link irfft}. */
export function irfftVjp(dx: Float64Array, dims: RfftDims): Float64Array {
  const F = Math.floor(dims.n / 2) + 1;
  const dX = rfft(dx, dims);
  for (let i = 0; i < dX.length; i++) {
    const f = Math.floor(i / 2) % F;
    dX[i] *= i % 2 === 1 && isEnd(f, dims.n) ? 0 : weight(f, dims.n);
  }
  return dX;
}

const isEnd = (f: number, n: number): boolean => f === 0 || 2 * f === n;
const weight = (f: number, n: number): number => (isEnd(f, n) ? 1 : 2) / n;

/** sum_f weight(f) Re(X[r, f] exp(2 pi i f t / n)) over f = 0 .. floor(n / 2). */
function halfSum(X: Float64Array, { rows, L, n }: RfftDims, weight: (f: number) => number): Float64Array {
  const F = Math.floor(n / 2) + 1;
  const x = new Float64Array(rows * L);
  for (let r = 0; r < rows; r++) {
    const [re, im] = [new Float64Array(n), new Float64Array(n)];
    for (let f = 0; f < F; f++) {
      re[f] = weight(f) * X[2 * (r * F + f)];
      im[f] = isEnd(f, n) ? 0 : -weight(f) * X[2 * (r * F + f) + 1];
    }
    dft(re, im);
    x.set(re.subarray(0, L), r * L);
  }
  return x;
}
