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
