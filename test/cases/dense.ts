/** A matrix product, as in `Backend.matmul`. */
export interface MatmulCase {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  /** Number of products; none unless given. */
  readonly G?: number;
  /** Which operands are batched; both unless given. */
  readonly batched?: 'a' | 'b';
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly bias?: boolean;
}

export const matmulCases: readonly MatmulCase[] = [
  { M: 1, K: 1, N: 1, bias: true },
  { M: 3, K: 5, N: 7 },
  { M: 16, K: 16, N: 16, transposeA: true },
  { M: 17, K: 33, N: 9, transposeB: true, bias: true },
  { M: 8, K: 64, N: 65, transposeA: true, transposeB: true },
  { G: 3, M: 5, K: 8, N: 6, bias: true },
  { G: 2, M: 33, K: 4, N: 31, batched: 'a', transposeB: true, bias: true },
  { G: 5, M: 6, K: 7, N: 16, batched: 'b', transposeA: true },
  { G: 2, M: 12, K: 9, N: 10, transposeA: true, transposeB: true },
  { M: 130, K: 257, N: 66 },
];

/** A linear map over features, as in `Backend.linear`; without L the input is [B, I]. */
export interface LinearCase {
  readonly B: number;
  readonly I: number;
  readonly O: number;
  readonly L?: number;
  readonly bias?: boolean;
}

export const linearCases: readonly LinearCase[] = [
  { B: 1, I: 1, O: 1, L: 1 },
  { B: 3, I: 5, O: 7, L: 9, bias: true },
  { B: 2, I: 16, O: 32, L: 64 },
  { B: 5, I: 33, O: 17, L: 65, bias: true },
  { B: 2, I: 128, O: 256, L: 100, bias: true },
  { B: 4, I: 1, O: 64, L: 130, bias: true },
  { B: 7, I: 6, O: 10, bias: true },
  { B: 32, I: 64, O: 2 },
];

/** Batch, features and length; without L the tensor is [B, H]. */
export interface SequenceCase {
  readonly B: number;
  readonly H: number;
  readonly L?: number;
}

export const sequenceCases: readonly SequenceCase[] = [
  { B: 1, H: 1, L: 1 },
  { B: 3, H: 5, L: 7 },
  { B: 2, H: 16, L: 64 },
  { B: 5, H: 3, L: 65 },
  { B: 4, H: 33 },
  { B: 3, H: 64, L: 1025 },
];

/** Sizes of LRA models: a square product, attention's, and the channel mixing of a block. */
export const matmulBenchCases: readonly MatmulCase[] = [
  { M: 512, K: 512, N: 512 },
  { M: 1024, K: 1024, N: 1024 },
  { G: 32, M: 128, K: 128, N: 1024 },
];

export const linearBenchCases: readonly LinearCase[] = [
  { B: 32, I: 128, O: 256, L: 1024, bias: true },
  { B: 8, I: 256, O: 512, L: 2048, bias: true },
];

export const sequenceBenchCases: readonly SequenceCase[] = [
  { B: 32, H: 128, L: 1024 },
  { B: 8, H: 256, L: 4096 },
];

/** Bytes that a perfect implementation moves: read both operands, write the product. */
export function matmulBytes({ M, K, N, G = 1, batched }: MatmulCase): number {
  return 4 * ((batched === 'b' ? 1 : G) * M * K + (batched === 'a' ? 1 : G) * K * N + G * M * N);
}

export function matmulFlops({ M, K, N, G = 1 }: MatmulCase): number {
  return 2 * G * M * K * N;
}

export function linearBytes({ B, I, O, L = 1 }: LinearCase): number {
  return 4 * (B * I * L + O * I + B * O * L);
}

export function linearFlops({ B, I, O, L = 1 }: LinearCase): number {
  return 2 * B * I * O * L;
}

/** Bytes of an operation that reads one sequence tensor and writes one. */
export function sequenceBytes({ B, H, L = 1 }: SequenceCase): number {
  return 8 * B * H * L;
}

/** Operations of a layer or batch norm: sum, squared difference, sum, scale and shift. */
export function normFlops({ B, H, L = 1 }: SequenceCase): number {
  return 7 * B * H * L;
}
