/** @file Long convolution with gates and with a low-pass kernel, from the plain one. */
import { type LongconvDims, type LongconvGradients, longconv, longconvVjp } from './longconv.js';
import { longconvFft, longconvFftVjp } from './longconv-fft.js';
import { irfft, rfft } from './rfft.js';

/** What {@link gatedLongconv} may have besides a signal and kernels. */
export interface LongconvInputs {
  /** Skip weights, [C, H]. */
  readonly D?: Float64Array | undefined;
  /** Multiplies u, [B, H, L]. */
  readonly pregate?: Float64Array | undefined;
  /** Multiplies the result, [B, C H, L]. */
  readonly postgate?: Float64Array | undefined;
}

/** Cotangents of the inputs that were given. */
export interface GatedLongconvGradients extends LongconvGradients {
  dPregate?: Float64Array;
  dPostgate?: Float64Array;
}

/** From this length on, convolutions go by FFT: equal up to rounding, and quicker. */
const FFT_FROM = 128;

/**
 * y = postgate (k * (pregate u) + D (pregate u)), every feature by its own kernels.
 *
 * Where dims.bins is given, k is replaced by {@link lowPass} of itself, and the convolution is circular over 2L.
 *
 * @param u - input, [B, H, L].
 * @param k - kernels, [C, H, K], or [2C, H, K] if bidirectional.
 * @returns y, [B, C H, L].
 */
export function gatedLongconv(
  u: Float64Array,
  k: Float64Array,
  dims: LongconvDims,
  { D, pregate, postgate }: LongconvInputs = {},
): Float64Array {
  return gated(plain(gated(u, pregate), k, dims, D), postgate);
}

/**
 * The transpose of {@link gatedLongconv} in each of its inputs.
 *
 * @param dy - cotangent of y, [B, C H, L].
 */
export function gatedLongconvVjp(
  u: Float64Array,
  k: Float64Array,
  dy: Float64Array,
  dims: LongconvDims,
  { D, pregate, postgate }: LongconvInputs = {},
): GatedLongconvGradients {
  const x = gated(u, pregate);
  const { du: dx, ...rest } = plainVjp(x, k, gated(dy, postgate), dims, D);
  const grads: GatedLongconvGradients = { du: gated(dx, pregate), ...rest };
  if (pregate !== undefined) grads.dPregate = gated(dx, u);
  if (postgate !== undefined) grads.dPostgate = gated(plain(x, k, dims, D), dy);
  return grads;
}

function gated(x: Float64Array, gate: Float64Array | undefined): Float64Array {
  return gate === undefined ? x : x.map((v, i) => v * gate[i]);
}

function plain(u: Float64Array, k: Float64Array, dims: LongconvDims, D?: Float64Array): Float64Array {
  const convolve = dims.L < FFT_FROM ? longconv : longconvFft;
  return dims.bins === undefined ? convolve(u, k, dims, D) : convolve(u, lowPass(k, dims), twoSided(dims), D);
}

function plainVjp(
  u: Float64Array,
  k: Float64Array,
  dy: Float64Array,
  dims: LongconvDims,
  D?: Float64Array,
): LongconvGradients {
  const vjp = dims.L < FFT_FROM ? longconvVjp : longconvFftVjp;
  if (dims.bins === undefined) return vjp(u, k, dy, dims, D);
  const { dk, ...rest } = vjp(u, lowPass(k, dims), dy, twoSided(dims), D);
  return { ...rest, dk: lowPassVjp(dk, dims) };
}

function twoSided({ B, H, L, C }: LongconvDims): LongconvDims {
  return { B, H, L, C, K: L, bidirectional: true };
}

/**
 * Kernels without their high frequencies: of the rfft of k extended by zeros to 2L the bins f < dims.bins are kept.
 *
 * @param k - [C, H, K].
 * @returns both sides of the kernels of period 2L, as a bidirectional convolution takes them, [2C, H, L].
 */
export function lowPass(k: Float64Array, { H, L, C, K, bins = L + 1 }: LongconvDims): Float64Array {
  const rows = C * H;
  const circular = keepBins(k, { rows, L: K, n: 2 * L }, bins, 2 * L);
  const sides = new Float64Array(2 * rows * L);
  for (let r = 0; r < rows; r++) {
    for (let s = 0; s < L; s++) {
      sides[r * L + s] = circular[2 * r * L + s];
      sides[(rows + r) * L + s] = circular[2 * (r + 1) * L - 1 - s];
    }
  }
  return sides;
}

/** The transpose of {@link lowPass}; the low-pass itself is symmetric. */
export function lowPassVjp(dSides: Float64Array, { H, L, C, K, bins = L + 1 }: LongconvDims): Float64Array {
  const rows = C * H;
  const circular = new Float64Array(2 * rows * L);
  for (let r = 0; r < rows; r++) {
    for (let s = 0; s < L; s++) {
      circular[2 * r * L + s] = dSides[r * L + s];
      circular[2 * (r + 1) * L - 1 - s] = dSides[(rows + r) * L + s];
    }
  }
  return keepBins(circular, { rows, L: 2 * L, n: 2 * L }, bins, K);
}

/** The first `kept` samples of rows from which all but the lowest bins have been removed. */
function keepBins(
  x: Float64Array,
  dims: { readonly rows: number; readonly L: number; readonly n: number },
  bins: number,
  kept: number,
): Float64Array {
  const { rows, n } = dims;
  const F = n / 2 + 1;
  const X = rfft(x, dims).map((v, i) => (Math.floor(i / 2) % F < bins ? v : 0));
  return irfft(X, { rows, L: kept, n });
}
