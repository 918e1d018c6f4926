/** Sizes of a diagonal state space model, as in `S4dParams`, and the length of its kernel. */
export interface S4dCase {
  readonly H: number;
  readonly M: number;
  readonly L: number;
  /** 1 unless given. */
  readonly S?: number;
  /** 1 unless given. */
  readonly C?: number;
  readonly dtTransform?: 'exp' | 'softplus';
  readonly discretisation?: 'zoh' | 'bilinear';
}

/** Smallest, odd, power of two, one over, several sets and channels, both discretisations, both transforms of dt. */
export const cases: readonly S4dCase[] = [
  { H: 1, M: 1, L: 1 },
  { H: 3, M: 1, L: 7, S: 3 },
  { H: 2, M: 4, L: 64, dtTransform: 'softplus' },
  { H: 4, M: 5, L: 33, S: 2, C: 2 },
  { H: 3, M: 8, L: 65, discretisation: 'bilinear' },
  { H: 2, M: 3, L: 100, C: 3, S: 2, discretisation: 'bilinear', dtTransform: 'softplus' },
  { H: 5, M: 32, L: 257 },
];

/** The default state size at LRA's lengths. */
export const longCases: readonly S4dCase[] = [
  { H: 2, M: 32, L: 1024, C: 2 },
  { H: 4, M: 32, L: 1024, S: 2, discretisation: 'bilinear' },
  { H: 1, M: 32, L: 16384 },
];

export const benchCases: readonly S4dCase[] = [
  { H: 128, M: 32, L: 1024 },
  { H: 128, M: 32, L: 1024, C: 2 },
  { H: 128, M: 32, L: 4096 },
  { H: 128, M: 32, L: 16384 },
];

/** Name of a case. */
export function title({ H, M, L, S = 1, C = 1, discretisation = 'zoh', dtTransform = 'exp' }: S4dCase): string {
  return `H=${H} M=${M} L=${L} S=${S} C=${C} ${discretisation} ${dtTransform}`;
}

/** Bytes that a perfect implementation of the kernel moves: read the parameters, write k. */
export function bytes({ H, M, L, S = 1, C = 1 }: S4dCase): number {
  return 4 * (H + 4 * S * M + 2 * C * H * M + C * H * L);
}

/** Operations of the kernel's sum: a complex power (6) and a real part added (4 for each channel) per mode and sample. */
export function flops({ H, M, L, C = 1 }: S4dCase): number {
  return H * M * L * (6 + 4 * C);
}
