/** @file Products of matrices. */

export interface MatmulOptions<T> {
  /** a is stored as [.., K, M]. */
  readonly transposeA?: boolean | undefined;
  /** b is stored as [.., N, K]. */
  readonly transposeB?: boolean | undefined;
  /** [N], added to every row. */
  readonly bias?: T | undefined;
}
