/** Sizes of a butterfly transform. */
export interface ButterflyCase {
  readonly B: number;
  readonly H: number;
  readonly L: number;
  /** The next power of two unless given. */
  readonly n?: number;
  /** One set of factors for each channel. */
  readonly perHead?: boolean;
  readonly real?: boolean;
}

/** One level, two and three levels, every last factor, lengths below n, one set of factors and one per channel. */
export const cases: readonly ButterflyCase[] = [
  { B: 1, H: 1, L: 1 },
  { B: 2, H: 3, L: 2, perHead: true },
  { B: 3, H: 2, L: 4, real: true },
  { B: 5, H: 1, L: 7 },
  { B: 2, H: 3, L: 16 },
  { B: 3, H: 3, L: 32, perHead: true },
  { B: 2, H: 2, L: 50, real: true, perHead: true },
  { B: 1, H: 3, L: 128 },
  { B: 2, H: 1, L: 70, n: 256 },
  { B: 2, H: 2, L: 333, n: 1024, real: true },
  { B: 1, H: 2, L: 2048, perHead: true },
];

/** Four levels and the first length of five. */
export const longCases: readonly ButterflyCase[] = [
  { B: 1, H: 1, L: 65_536 },
  { B: 1, H: 1, L: 60_000, n: 131_072, real: true },
];

/** Name of a case. */
export function title({ B, H, L, n, perHead = false, real = false }: ButterflyCase): string {
  return `B=${B} H=${H} L=${L}${n === undefined ? '' : ` n=${n}`}${perHead ? ' per head' : ''}${real ? ' real' : ''}`;
}

/** Sizes of a Monarch matrix. */
export interface MonarchCase {
  /** Of x, but for the last axis. */
  readonly rows: readonly number[];
  readonly I: number;
  readonly O: number;
  readonly k: number;
  readonly q: number;
  readonly l: number;
  readonly bias?: boolean;
}

/** Smallest, square, rectangular, padded on both sides, more rows than a tile, several leading axes. */
export const monarchCases: readonly MonarchCase[] = [
  { rows: [1], I: 1, O: 1, k: 1, q: 1, l: 1 },
  { rows: [3], I: 16, O: 16, k: 4, q: 4, l: 4 },
  { rows: [5], I: 24, O: 24, k: 4, q: 8, l: 8, bias: true },
  { rows: [2, 3], I: 18, O: 10, k: 3, q: 4, l: 3, bias: true },
  { rows: [7], I: 11, O: 19, k: 4, q: 3, l: 4 },
  { rows: [70], I: 36, O: 72, k: 3, q: 40, l: 4, bias: true },
  { rows: [2, 37], I: 256, O: 128, k: 2, q: 128, l: 4 },
  { rows: [9], I: 130, O: 521, k: 4, q: 132, l: 4, bias: true },
];

/** Name of a case. */
export function monarchTitle({ rows, I, O, k, q, l, bias = false }: MonarchCase): string {
  return `[${rows}] ${I} to ${O} k=${k} q=${q} l=${l}${bias ? ' bias' : ''}`;
}
