import type { SsmOptions } from '../../src/backend.js';

/** Sizes of a model with A diagonal plus low-rank, as in `S4Params`, and of its kernel. */
export interface S4Case extends SsmOptions {
  readonly H: number;
  readonly M: number;
  readonly L: number;
  /** 1 unless given. */
  readonly S?: number;
  /** 1 unless given. */
  readonly C?: number;
  /** Rank, 1 unless given. */
  readonly R?: number;
  /** L unless given. */
  readonly lKernel?: number;
}

/**
 * Smallest, odd, prime and even numbers of samples, sets and channels, more modes than invocations, both ranks, rates
 * and all transforms.
 */
export const cases: readonly S4Case[] = [
  { H: 1, M: 1, L: 1, lKernel: 2 },
  { H: 1, M: 1, L: 3 },
  { H: 3, M: 1, L: 7, S: 3 },
  { H: 2, M: 4, L: 64, dtTransform: 'softplus' },
  { H: 4, M: 5, L: 33, S: 2, C: 2 },
  { H: 3, M: 8, L: 61, R: 2, C: 2 },
  { H: 6, M: 3, L: 100, C: 3, S: 2, R: 2, realTransform: 'relu', imagTransform: 'exp' },
  { H: 2, M: 4, L: 40, lKernel: 64, realTransform: 'sigmoid', imagTransform: 'softplus' },
  { H: 2, M: 6, L: 20, lKernel: 45, rate: 2, realTransform: 'softplus', imagTransform: 'relu' },
  { H: 2, M: 5, L: 90, lKernel: 48, rate: 0.5, imagTransform: 'sigmoid' },
  { H: 5, M: 32, L: 257 },
  { H: 1, M: 67, L: 30 },
];

/** The default state size at LRA's lengths. */
export const longCases: readonly S4Case[] = [
  { H: 2, M: 32, L: 1024, C: 2 },
  { H: 4, M: 32, L: 1000, S: 2 },
  { H: 2, M: 32, L: 1024, R: 2 },
];

export const benchCases: readonly S4Case[] = [
  { H: 128, M: 32, L: 1024 },
  { H: 128, M: 32, L: 1024, C: 2 },
  { H: 128, M: 32, L: 4096 },
  { H: 128, M: 32, L: 16384 },
];

/** Name of a case. */
export function title({ H, M, L, ...rest }: S4Case): string {
  const options = Object.entries(rest).map(([id, value]) => ` ${id}=${value}`);
  return `H=${H} M=${M} L=${L}${options.join('')}`;
}

/** Bytes that a perfect implementation of the kernel moves: read the parameters, write k. */
export function bytes({ H, M, L, S = 1, C = 1, R = 1 }: S4Case): number {
  return 4 * (H + 2 * S * M + 2 * (1 + R) * S * M + 2 * C * H * M + C * H * L);
}

/** Cauchy sums: of B with C, P with C, B with Q and P with Q. */
export function sums({ C = 1, R = 1 }: S4Case): number {
  return C + R * C + R + R * R;
}

/**
 * Operations of the kernel's sums: a reciprocal of a quadratic in the frequency (10 of a mode and node) and, for each
 * sum, four products added.
 */
export function flops(size: S4Case): number {
  const { H, M, L, lKernel = L, rate = 1 } = size;
  const nodes = Math.floor(Math.round(lKernel / rate) / 2) + 1;
  return H * M * nodes * (10 + 8 * sums(size));
}
