/** A transform of real rows. */
export interface FftCase {
  readonly rows: number;
  /** Samples of a row. */
  readonly L: number;
  /** Points of the transform. */
  readonly n: number;
}

/** Smallest, odd, even, prime, powers of two, extended by zeros by one, by half and by most. */
export const cases: readonly FftCase[] = [
  { rows: 3, L: 1, n: 1 },
  { rows: 2, L: 1, n: 5 },
  { rows: 2, L: 2, n: 2 },
  { rows: 2, L: 3, n: 3 },
  { rows: 1, L: 3, n: 4 },
  { rows: 2, L: 8, n: 8 },
  { rows: 2, L: 13, n: 16 },
  { rows: 2, L: 31, n: 31 },
  { rows: 3, L: 32, n: 32 },
  { rows: 2, L: 33, n: 33 },
  { rows: 2, L: 34, n: 34 },
  { rows: 2, L: 9, n: 36 },
  { rows: 3, L: 64, n: 64 },
  { rows: 2, L: 60, n: 64 },
  { rows: 2, L: 100, n: 100 },
  { rows: 5, L: 101, n: 128 },
  { rows: 3, L: 127, n: 127 },
  { rows: 4, L: 256, n: 256 },
  { rows: 17, L: 200, n: 512 },
];

/** The lengths of state-space kernels. */
export const longCases: readonly FftCase[] = [
  { rows: 2, L: 999, n: 999 },
  { rows: 3, L: 1000, n: 1000 },
  { rows: 5, L: 1024, n: 1024 },
  { rows: 2, L: 1024, n: 2048 },
  { rows: 1, L: 4093, n: 4093 },
  { rows: 3, L: 4096, n: 4096 },
  { rows: 1, L: 8191, n: 8192 },
  { rows: 2, L: 16384, n: 16384 },
  { rows: 1, L: 10000, n: 20000 },
  { rows: 2, L: 65536, n: 65536 },
];

/** The longest, and a long prime. */
export const longestCases: readonly FftCase[] = [
  { rows: 1, L: 2 ** 20, n: 2 ** 22 },
  { rows: 1, L: 200_000, n: 262_147 },
];

/** Name of a case. */
export function title({ rows, L, n }: FftCase): string {
  return `rows=${rows} L=${L} n=${n}`;
}
