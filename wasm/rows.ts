// Rows of samples: windows of them, products and sums.

import { madd } from './simd';

/** Bytes of a row that are summed in f32. */
const DOT_BLOCK: usize = 2048;

/**
 * The samples start .. start + n - 1 of a row, of which only from .. to - 1 are kept; the others, and those that the
 * row does not have, are zero.
 *
 * @param gate - a row that multiplies them, or 0.
 * @param stage - where the window is put, unless it is the row itself.
 * @returns address of the window.
 */
export function window(row: usize, gate: usize, stage: usize, start: i32, from: i32, to: i32, n: i32): usize {
  if (!gate && start == from && to - from == n) return row + (<usize>from << 2);
  const before = <usize>(from - start) << 2, length = <usize>(to - from) << 2;
  memory.fill(stage, 0, before);
  const at = <usize>from << 2;
  if (gate) multiply(row + at, gate + at, stage + before, length);
  else memory.copy(stage + before, row + at, length);
  memory.fill(stage + before + length, 0, (<usize>n << 2) - before - length);
  return stage;
}

/** out = x y. */
export function multiply(x: usize, y: usize, out: usize, bytes: usize): void {
  const whole = bytes & ~15;
  for (let i: usize = 0; i < whole; i += 16) v128.store(out + i, f32x4.mul(v128.load(x + i), v128.load(y + i)));
  for (let i = whole; i < bytes; i += 4) store<f32>(out + i, load<f32>(x + i) * load<f32>(y + i));
}

/** x += d v. */
export function addScaled(x: usize, v: usize, d: f32, bytes: usize): void {
  const scale = f32x4.splat(d), whole = bytes & ~15;
  for (let i: usize = 0; i < whole; i += 16) v128.store(x + i, madd(scale, v128.load(v + i), v128.load(x + i)));
  for (let i = whole; i < bytes; i += 4) store<f32>(x + i, load<f32>(x + i) + d * load<f32>(v + i));
}

/** Sum of x y: blocks in f32, the sum of blocks in f64. */
export function dot(x: usize, y: usize, bytes: usize): f64 {
  const whole = bytes & ~31;
  let sum: f64 = 0, i: usize = 0;
  while (i < whole) {
    let s0 = f32x4.splat(0), s1 = s0;
    for (const end = min(i + DOT_BLOCK, whole); i < end; i += 32) {
      s0 = madd(v128.load(x + i), v128.load(y + i), s0);
      s1 = madd(v128.load(x + i, 16), v128.load(y + i, 16), s1);
    }
    s0 = f32x4.add(s0, s1);
    sum += f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1);
    sum += f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3);
  }
  for (; i < bytes; i += 4) sum += load<f32>(x + i) * load<f32>(y + i);
  return sum;
}

/** to[i] = -from[i]. */
export function negative(from: usize, to: usize, length: i32): void {
  for (let i: usize = 0; i < <usize>length << 2; i += 4) store<f32>(to + i, -load<f32>(from + i));
}

/** to[i] = -from[length - 1 - i]. */
export function reversedNegative(from: usize, to: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    store<f32>(to + (<usize>i << 2), -load<f32>(from + (<usize>(length - 1 - i) << 2)));
  }
}
