// Transposes of 4 x 4 blocks in registers.
import { load4, store4 } from './part';

/** Rows of one item: columns of a cache line in the result. */
const ROWS: i32 = 16;

/** y[g, n, m] = x[g, m, n]. One item is 16 rows of one matrix; each matrix has ceil(M / 16). */
export function transpose(from: i32, to: i32, scratch: usize, x: usize, y: usize, M: i32, N: i32): void {
  const bands = (M + ROWS - 1) / ROWS;
  const inRow = <usize>N << 2, outRow = <usize>M << 2;
  for (let item = from; item < to; item++) {
    const matrix = <usize>(item / bands * M * N) << 2;
    const m0 = item % bands * ROWS;
    for (let n = 0; n < N; n += 4) {
      const columns = min(4, N - n);
      for (let m = m0; m < min(M, m0 + ROWS); m += 4) {
        const rows = min(4, M - m);
        const p = x + matrix + <usize>m * inRow + (<usize>n << 2);
        const r0 = load4(p, columns);
        const r1 = rows > 1 ? load4(p + inRow, columns) : r0;
        const r2 = rows > 2 ? load4(p + 2 * inRow, columns) : r0;
        const r3 = rows > 3 ? load4(p + 3 * inRow, columns) : r0;
        const a = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5), b = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7);
        const c = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5), d = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
        const q = y + matrix + <usize>n * outRow + (<usize>m << 2);
        store4(q, v128.shuffle<u64>(a, c, 0, 2), rows);
        if (columns > 1) store4(q + outRow, v128.shuffle<u64>(a, c, 1, 3), rows);
        if (columns > 2) store4(q + 2 * outRow, v128.shuffle<u64>(b, d, 0, 2), rows);
        if (columns > 3) store4(q + 3 * outRow, v128.shuffle<u64>(b, d, 1, 3), rows);
      }
    }
  }
}
