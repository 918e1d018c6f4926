/** Sizes of a long convolution, as in `Backend.longconv`. */
export interface LongconvCase {
  readonly B: number;
  readonly H: number;
  readonly L: number;
  /** L unless given. */
  readonly K?: number;
  /** 1 unless given. */
  readonly C?: number;
  readonly bidirectional?: boolean;
  /** With skip weights. */
  readonly skip?: boolean;
  readonly pregate?: boolean;
  readonly postgate?: boolean;
  readonly bins?: number;
}

/** Smallest, odd, power of two, one under and over, odd batch, short kernels, channels, both directions. */
export const cases: readonly LongconvCase[] = [
  { B: 1, H: 1, L: 1 },
  { B: 1, H: 1, L: 2, skip: true },
  { B: 2, H: 2, L: 3 },
  { B: 3, H: 2, L: 63 },
  { B: 2, H: 4, L: 64, skip: true },
  { B: 5, H: 3, L: 65 },
  { B: 2, H: 3, L: 45, K: 13, skip: true },
  { B: 2, H: 2, L: 70, K: 1 },
  { B: 3, H: 2, L: 100, C: 2, skip: true },
  { B: 1, H: 1, L: 1, bidirectional: true },
  { B: 2, H: 3, L: 50, bidirectional: true },
  { B: 3, H: 2, L: 100, C: 2, bidirectional: true, skip: true },
  { B: 2, H: 2, L: 130, K: 9, C: 3, bidirectional: true },
  { B: 2, H: 2, L: 1000 },
  { B: 3, H: 1, L: 1024, skip: true },
];

/** Gates, alone and together, with channels, both directions and blocks; low-pass kernels of every kind of length. */
export const gatedCases: readonly LongconvCase[] = [
  { B: 2, H: 3, L: 64, pregate: true, postgate: true },
  { B: 3, H: 2, L: 100, C: 2, skip: true, pregate: true, postgate: true },
  { B: 2, H: 2, L: 75, bidirectional: true, skip: true, pregate: true },
  { B: 2, H: 2, L: 130, K: 9, C: 3, bidirectional: true, postgate: true },
  { B: 2, H: 2, L: 1024, K: 40, pregate: true, postgate: true, skip: true },
  { B: 1, H: 1, L: 1, bins: 1 },
  { B: 2, H: 3, L: 40, bins: 15 },
  { B: 2, H: 2, L: 37, bins: 37, skip: true, C: 2 },
  { B: 3, H: 2, L: 64, K: 20, bins: 64 },
  { B: 3, H: 2, L: 64, bins: 65 },
  { B: 3, H: 2, L: 128, bins: 1, skip: true },
  { B: 2, H: 2, L: 256, bins: 128, C: 2, skip: true },
  { B: 3, H: 2, L: 512, bins: 128, pregate: true, postgate: true, skip: true },
  { B: 2, H: 1, L: 1024, K: 700, bins: 31 },
  { B: 1, H: 2, L: 1024, bins: 300 },
  { B: 2, H: 2, L: 512, bins: 60, C: 2, skip: true },
];

/** Kernels much shorter than the input. */
export const shortCases: readonly LongconvCase[] = [
  { B: 2, H: 2, L: 3000, K: 17, skip: true },
  { B: 1, H: 2, L: 2500, K: 30, C: 2, bidirectional: true, skip: true },
  { B: 1, H: 1, L: 5000, K: 64, pregate: true },
];

/** One of each kind, where every kernel takes seconds to compile. */
export const fewCases: readonly LongconvCase[] = [
  { B: 1, H: 1, L: 1 },
  { B: 5, H: 3, L: 65 },
  { B: 3, H: 2, L: 100, C: 2, bidirectional: true, skip: true },
  { B: 2, H: 1, L: 4096 },
  { B: 2, H: 2, L: 256, bins: 64, C: 2, skip: true, pregate: true, postgate: true },
  { B: 2, H: 1, L: 1000, C: 2, skip: true, pregate: true, postgate: true },
  { B: 1, H: 2, L: 2000, K: 30, bidirectional: true },
];

/** Beyond one workgroup's memory. */
export const longCases: readonly LongconvCase[] = [
  { B: 3, H: 2, L: 2048 },
  { B: 1, H: 2, L: 4096, bidirectional: true, skip: true },
  { B: 1, H: 1, L: 5000, K: 3000, C: 2 },
  { B: 2, H: 1, L: 16384 },
  { B: 2, H: 1, L: 4096, pregate: true, postgate: true },
  { B: 2, H: 1, L: 8192, bins: 2048 },
];

/** Long enough that software GPUs run only the first. */
export const longestCases: readonly LongconvCase[] = [
  { B: 1, H: 1, L: 65536 },
  { B: 1, H: 1, L: 65536, bidirectional: true },
  { B: 1, H: 1, L: 2 ** 20 },
];

/** Sizes worth timing: LRA's lengths, and the longest; about as many values each. */
export const benchCases: readonly LongconvCase[] = [
  { B: 32, H: 128, L: 1024 },
  { B: 16, H: 128, L: 2048 },
  { B: 8, H: 128, L: 4096 },
  { B: 8, H: 128, L: 4096, bidirectional: true },
  { B: 2, H: 128, L: 16384 },
  { B: 1, H: 64, L: 65536 },
  { B: 1, H: 4, L: 2 ** 20 },
];

/** Name of a case. */
export function title(size: LongconvCase): string {
  const { B, H, L, K = L, C = 1, bidirectional, skip, pregate, postgate, bins } = size;
  const words = [bidirectional && 'bidirectional', skip && 'D', pregate && 'pregate', postgate && 'postgate'];
  const cut = bins === undefined ? [] : [`bins=${bins}`];
  return [`B=${B} H=${H} L=${L} K=${K} C=${C}`, ...cut, ...words.filter(Boolean)].join(' ');
}

/** Bytes that a perfect implementation moves: read u and k, write y. */
export function bytes({ B, H, L, K = L, C = 1, bidirectional = false }: LongconvCase): number {
  return 4 * (B * H * L + (bidirectional ? 2 : 1) * C * H * K + B * C * H * L);
}

/**
 * Operations of the convolution by FFT: 2.5 n log2 n for a real transform of n = L + K rounded up to a power of two,
 * and 3 n for a product of two spectra.
 */
export function flops({ B, H, L, K = L, C = 1 }: LongconvCase): number {
  const n = 2 ** Math.ceil(Math.log2(L + K));
  return (B * H + C * H + B * C * H) * 2.5 * n * Math.log2(n) + B * C * H * 3 * n;
}
