import type { S4dOptions } from '../../src/backend.js';

/** Sizes of a diagonal state space model, as in `S4dParams`, the length of its kernel, and options. */
export interface S4dCase extends S4dOptions {
  readonly H: number;
  readonly M: number;
  readonly L: number;
  /** 1 unless given. */
  readonly S?: number;
  /** 1 unless given. */
  readonly C?: number;
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

/** All transforms, rates and a band limit. */
export const optionCases: readonly S4dCase[] = [
  { H: 4, M: 12, L: 50, S: 2, rate: 1.7, bandlimit: 0.2, realTransform: 'relu', imagTransform: 'softplus' },
  { H: 2, M: 3, L: 31, rate: 0.5, realTransform: 'sigmoid', imagTransform: 'exp', discretisation: 'bilinear' },
  { H: 2, M: 3, L: 70, realTransform: 'softplus', imagTransform: 'sigmoid' },
  { H: 2, M: 5, L: 37, realTransform: 'none', imagTransform: 'relu', dtTransform: 'softplus' },
];

/** Kernels without a recurrence: modes that fall, and with 'none' ones that grow and run backwards too. */
export const dssCases: readonly S4dCase[] = [
  { H: 1, M: 1, L: 3, discretisation: 'dss' },
  { H: 3, M: 5, L: 100, S: 3, C: 2, discretisation: 'dss' },
  { H: 4, M: 7, L: 130, S: 2, C: 2, discretisation: 'dss', realTransform: 'none', bandlimit: 0.3, rate: 2 },
  { H: 2, M: 16, L: 1024, discretisation: 'dss', realTransform: 'none', bandlimit: 0.3, rate: 2 },
];

/** The default state size at LRA's lengths. */
export const longCases: readonly S4dCase[] = [
  { H: 2, M: 32, L: 1024, C: 2 },
  { H: 4, M: 32, L: 1024, S: 2, discretisation: 'bilinear' },
  { H: 1, M: 32, L: 16384 },
];

/** Chunks with a state. */
export const longStateCases: readonly S4dCase[] = [
  { H: 2, M: 32, L: 1024, C: 2 },
  { H: 4, M: 8, L: 4096, C: 2, S: 2, discretisation: 'bilinear' },
  { H: 3, M: 8, L: 4096 },
];

export const benchCases: readonly S4dCase[] = [
  { H: 128, M: 32, L: 1024 },
  { H: 128, M: 32, L: 1024, C: 2 },
  { H: 128, M: 32, L: 4096 },
  { H: 128, M: 32, L: 16384 },
];

/** Name of a case. */
export function title({ H, M, L, S = 1, C = 1, ...options }: S4dCase): string {
  return [`H=${H} M=${M} L=${L} S=${S} C=${C}`, ...Object.values(options)].join(' ');
}

/** Bytes that a perfect implementation of the kernel moves: read the parameters, write k. */
export function bytes({ H, M, L, S = 1, C = 1 }: S4dCase): number {
  return 4 * (H + 4 * S * M + 2 * C * H * M + C * H * L);
}

/**
 * Operations of the kernel's sum: a complex power (6) and a real part added (4 for each channel) per mode and sample.
 */
export function flops({ H, M, L, C = 1 }: S4dCase): number {
  return H * M * L * (6 + 4 * C);
}
