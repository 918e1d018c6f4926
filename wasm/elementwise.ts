// Pointwise operations over flat tensors, in items of BLOCK entries. A tensor fills whole blocks of 64 bytes, so that
// the last vectors may be whole too.
import { expNeg4, one4 } from './math';
import { load4, store4 } from './part';
import { MASK_BLOCK, rowFactors } from './random';

/** Entries of one item. */
const BLOCK: i32 = 4096;

// @ts-ignore: decorator
@inline function start(from: i32): usize {
  return <usize>(from * BLOCK) << 2;
}

// @ts-ignore: decorator
@inline function end(to: i32, n: i32): usize {
  return <usize>min(n, to * BLOCK) << 2;
}

/** y = a + b. */
export function add(from: i32, to: i32, scratch: usize, a: usize, b: usize, y: usize, n: i32): void {
  for (let at = start(from); at < end(to, n); at += 32) {
    v128.store(y + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
    v128.store(y + at, f32x4.add(v128.load(a + at, 16), v128.load(b + at, 16)), 16);
  }
}

/** y = factor x. */
export function scale(from: i32, to: i32, scratch: usize, x: usize, y: usize, n: i32, factor: f32): void {
  const s = f32x4.splat(factor);
  for (let at = start(from); at < end(to, n); at += 32) {
    v128.store(y + at, f32x4.mul(v128.load(x + at), s));
    v128.store(y + at, f32x4.mul(v128.load(x + at, 16), s), 16);
  }
}

/** y = max(x, 0); NaN stays NaN. */
export function relu(from: i32, to: i32, scratch: usize, x: usize, y: usize, n: i32): void {
  const zero = f32x4.splat(0);
  for (let at = start(from); at < end(to, n); at += 32) {
    v128.store(y + at, f32x4.pmax(v128.load(x + at), zero));
    v128.store(y + at, f32x4.pmax(v128.load(x + at, 16), zero), 16);
  }
}

/** dx = dy where x > 0, else 0. */
export function reluVjp(from: i32, to: i32, scratch: usize, x: usize, dy: usize, dx: usize, n: i32): void {
  const zero = f32x4.splat(0);
  for (let at = start(from); at < end(to, n); at += 32) {
    v128.store(dx + at, v128.and(v128.load(dy + at), f32x4.gt(v128.load(x + at), zero)));
    v128.store(dx + at, v128.and(v128.load(dy + at, 16), f32x4.gt(v128.load(x + at, 16), zero)), 16);
  }
}

/** y = 1 / (1 + exp(-x)). */
export function sigmoid(from: i32, to: i32, scratch: usize, x: usize, y: usize, n: i32): void {
  for (let at = start(from); at < end(to, n); at += 16) {
    v128.store(y + at, f32x4.div(one4(), f32x4.add(one4(), expNeg4(v128.load(x + at)))));
  }
}

/** dx = dy sigmoid(x) sigmoid(-x). */
export function sigmoidVjp(from: i32, to: i32, scratch: usize, x: usize, dy: usize, dx: usize, n: i32): void {
  for (let at = start(from); at < end(to, n); at += 16) {
    const e = expNeg4(v128.load(x + at));
    const sigma = f32x4.div(one4(), f32x4.add(one4(), e));
    v128.store(dx + at, f32x4.mul(f32x4.mul(v128.load(dy + at), sigma), f32x4.mul(e, sigma)));
  }
}

/** y = mask x on rows of length L. Scratch as {@link rowFactors} wants it. */
export function dropout(
  from: i32, to: i32, scratch: usize, x: usize, y: usize, L: i32,
  key: usize, stream: u32, threshold: u32, factor: f32, tied: i32,
): void {
  for (let row = from; row < to; row++) {
    for (let l = 0; l < L; l += MASK_BLOCK) {
      const n = min(MASK_BLOCK, L - l);
      let mask = rowFactors(scratch, row, l, n, L, key, stream, threshold, factor, tied);
      let at = <usize>(row * L + l) << 2;
      for (let left = n; left > 0; left -= 4, at += 16, mask += 16) {
        store4(y + at, f32x4.mul(load4(x + at, left), v128.load(mask)), left);
      }
    }
  }
}
