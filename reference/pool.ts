/** @file Reductions over length, of which each sample may use only the first lengths[b] positions. */
import type { SequenceDims } from './dense.js';

/** lengths[b], clamped to 1..L; L without lengths. */
function valid(lengths: Uint32Array | undefined, b: number, L: number): number {
  return lengths === undefined ? L : Math.min(L, Math.max(1, lengths[b]));
}

/** Entries at positions l >= lengths[b] become zero. Its own transpose. x [B, H, L]; lengths [B]. */
export function maskLength(x: Float64Array, { H, L }: SequenceDims, lengths: Uint32Array): Float64Array {
  return x.map((v, i) => (i % L < valid(lengths, Math.floor(i / (H * L)), L) ? v : 0));
}

/** y[b, h] = mean of x[b, h, l] over l < lengths[b]. x [B, H, L]; y [B, H]. */
export function meanPool(x: Float64Array, { B, H, L }: SequenceDims, lengths?: Uint32Array): Float64Array {
  const y = new Float64Array(B * H);
  return y.map((_, row) => {
    const n = valid(lengths, Math.floor(row / H), L);
    return x.subarray(row * L, row * L + n).reduce((sum, v) => sum + v, 0) / n;
  });
}

/** dx[b, h, l] = dy[b, h] / lengths[b] where l < lengths[b], else 0. */
export function meanPoolVjp(dy: Float64Array, { B, H, L }: SequenceDims, lengths?: Uint32Array): Float64Array {
  const dx = new Float64Array(B * H * L);
  dy.forEach((cotangent, row) => {
    const n = valid(lengths, Math.floor(row / H), L);
    dx.fill(cotangent / n, row * L, row * L + n);
  });
  return dx;
}

/** y[b, h] = x[b, h, lengths[b] - 1]. x [B, H, L]; y [B, H]. */
export function lastPool(x: Float64Array, { B, H, L }: SequenceDims, lengths?: Uint32Array): Float64Array {
  const y = new Float64Array(B * H);
  return y.map((_, row) => x[row * L + valid(lengths, Math.floor(row / H), L) - 1]);
}

/** dx is dy at the last valid position and 0 elsewhere. */
export function lastPoolVjp(dy: Float64Array, { B, H, L }: SequenceDims, lengths?: Uint32Array): Float64Array {
  const dx = new Float64Array(B * H * L);
  dy.forEach((cotangent, row) => (dx[row * L + valid(lengths, Math.floor(row / H), L) - 1] = cotangent));
  return dx;
}
