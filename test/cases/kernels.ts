/** A multi-scale kernel, as in `Backend.sgconvKernel`. */
export interface SgconvCase {
  readonly S: number;
  readonly C: number;
  readonly H: number;
  readonly d: number;
  readonly L: number;
  readonly mode: 'cat' | 'sum';
  /** 'linear' unless given. */
  readonly interpolation?: 'linear' | 'nearest';
  /** 0 unless given. */
  readonly initScale?: number;
  readonly decay?: boolean;
  readonly power?: boolean;
  readonly norm?: boolean;
}

/** Smallest, one weight, odd and even, cut short and filled up, both modes and interpolations, every factor. */
export const sgconvCases: readonly SgconvCase[] = [
  { S: 1, C: 1, H: 1, d: 1, L: 1, mode: 'cat' },
  { S: 1, C: 1, H: 2, d: 3, L: 5, mode: 'sum' },
  { S: 6, C: 1, H: 3, d: 1, L: 32, mode: 'cat', decay: true },
  { S: 6, C: 1, H: 3, d: 1, L: 29, mode: 'sum', decay: true, norm: true },
  { S: 4, C: 2, H: 2, d: 4, L: 32, mode: 'cat', decay: true, norm: true },
  { S: 4, C: 2, H: 2, d: 4, L: 21, mode: 'cat', power: true },
  { S: 4, C: 2, H: 3, d: 5, L: 47, mode: 'cat', decay: true, power: true, norm: true },
  { S: 3, C: 1, H: 2, d: 7, L: 28, mode: 'cat', interpolation: 'nearest', initScale: 1 },
  { S: 3, C: 2, H: 2, d: 6, L: 48, mode: 'cat', initScale: 1, decay: true },
  { S: 4, C: 2, H: 2, d: 4, L: 32, mode: 'sum', decay: true },
  { S: 4, C: 2, H: 2, d: 3, L: 40, mode: 'sum', interpolation: 'nearest', initScale: 1, power: true, norm: true },
  { S: 4, C: 1, H: 2, d: 4, L: 3, mode: 'cat', decay: true, norm: true },
  { S: 5, C: 1, H: 2, d: 4, L: 100, mode: 'cat', decay: true },
  { S: 5, C: 1, H: 2, d: 4, L: 100, mode: 'cat', interpolation: 'nearest', power: true },
];

/** LRA's lengths, up to all of a workgroup to a weight. */
export const longSgconvCases: readonly SgconvCase[] = [
  { S: 6, C: 2, H: 3, d: 32, L: 1024, mode: 'cat', power: true, norm: true },
  { S: 11, C: 1, H: 2, d: 1, L: 1000, mode: 'cat', decay: true },
  { S: 8, C: 1, H: 2, d: 64, L: 16384, mode: 'cat', initScale: 1, decay: true, norm: true },
  { S: 15, C: 1, H: 1, d: 1, L: 16384, mode: 'sum', decay: true },
];

/** Name of a case. */
export function title({ S, C, H, d, L, mode, interpolation = 'linear', initScale = 0, ...rest }: SgconvCase): string {
  const factors = (['decay', 'power', 'norm'] as const).filter((id) => rest[id] === true);
  return [`S=${S} C=${C} H=${H} d=${d} L=${L} s0=${initScale} ${mode} ${interpolation}`, ...factors].join(' ');
}
