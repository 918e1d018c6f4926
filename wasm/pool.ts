// Masks and reductions over length. lengths is u32 [B] or 0 (all L), clamped to 1..L.
import { load4, store4, sum4 } from './part';

/** Entries summed in f32 before the sum goes on in f64. */
const BLOCK: i32 = 512;

// @ts-ignore: decorator
@inline function valid(lengths: usize, b: i32, L: i32): i32 {
  return lengths ? <i32>min<u32>(L, max<u32>(1, load<u32>(lengths + (<usize>b << 2)))) : L;
}

/** y[row] = mean of the first valid entries of the row. One item is a row of x [B, H, L]. */
export function meanPool(from: i32, to: i32, scratch: usize, x: usize, lengths: usize, y: usize, H: i32, L: i32): void {
  for (let row = from; row < to; row++) {
    const n = valid(lengths, row / H, L);
    let total: f64 = 0;
    for (let l = 0; l < n; l += BLOCK) {
      let p = x + (<usize>(row * L + l) << 2);
      let left = min(BLOCK, n - l);
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (; left >= 16; left -= 16, p += 64) {
        s0 = f32x4.add(s0, v128.load(p));
        s1 = f32x4.add(s1, v128.load(p, 16));
        s2 = f32x4.add(s2, v128.load(p, 32));
        s3 = f32x4.add(s3, v128.load(p, 48));
      }
      for (; left > 0; left -= 4, p += 16) s0 = f32x4.add(s0, load4(p, left));
      total += sum4(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
    }
    store<f32>(y + (<usize>row << 2), <f32>(total / <f64>n));
  }
}

/** value on entries from .. to - 1 of the row at p. */
// @ts-ignore: decorator
@inline function fill(p: usize, from: i32, to: i32, value: f32): void {
  const v = f32x4.splat(value);
  p += <usize>from << 2;
  for (let left = to - from; left > 0; left -= 4, p += 16) store4(p, v, left);
}

/** dx = dy / n on the valid entries of each row, 0 on the others. */
export function meanPoolVjp(
  from: i32, to: i32, scratch: usize, dy: usize, lengths: usize, dx: usize, H: i32, L: i32,
): void {
  for (let row = from; row < to; row++) {
    const n = valid(lengths, row / H, L);
    const p = dx + (<usize>(row * L) << 2);
    fill(p, 0, n, <f32>(<f64>load<f32>(dy + (<usize>row << 2)) / <f64>n));
    fill(p, n, L, 0);
  }
}

/** y[row] = the last valid entry of the row. */
export function lastPool(from: i32, to: i32, scratch: usize, x: usize, lengths: usize, y: usize, H: i32, L: i32): void {
  for (let row = from; row < to; row++) {
    store<f32>(y + (<usize>row << 2), load<f32>(x + (<usize>(row * L + valid(lengths, row / H, L) - 1) << 2)));
  }
}

/** dx = dy at the last valid entry of each row, 0 elsewhere. */
export function lastPoolVjp(
  from: i32, to: i32, scratch: usize, dy: usize, lengths: usize, dx: usize, H: i32, L: i32,
): void {
  for (let row = from; row < to; row++) {
    const p = dx + (<usize>(row * L) << 2);
    fill(p, 0, L, 0);
    store<f32>(p + (<usize>(valid(lengths, row / H, L) - 1) << 2), load<f32>(dy + (<usize>row << 2)));
  }
}

/** y = x on the valid entries of each row, 0 on the others. */
export function maskLength(
  from: i32, to: i32, scratch: usize, x: usize, lengths: usize, y: usize, H: i32, L: i32,
): void {
  for (let row = from; row < to; row++) {
    const n = valid(lengths, row / H, L);
    const at = <usize>(row * L) << 2;
    memory.copy(y + at, x + at, <usize>n << 2);
    fill(y + at, n, L, 0);
  }
}
