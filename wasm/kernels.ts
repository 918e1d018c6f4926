// Operations on convolution kernels: squash, smoothing, change of length.
import { store4 } from './part';
import { madd } from './simd';

/** Entries of one item of the flat kernels. */
const BLOCK: i32 = 4096;

// @ts-ignore: decorator
@inline function at(p: usize, i: i32): usize {
  return p + (<usize>i << 2);
}

/** y = sign(x) max(|x| - lambda, 0) as x less what it is clamped to. */
export function squash(from: i32, to: i32, scratch: usize, x: usize, y: usize, n: i32, lambda: f32): void {
  const high = f32x4.splat(lambda), low = f32x4.splat(-lambda);
  const end = <usize>min(n, to * BLOCK) << 2;
  for (let p = <usize>(from * BLOCK) << 2; p < end; p += 16) {
    const v = v128.load(x + p);
    v128.store(y + p, f32x4.sub(v, f32x4.pmax(f32x4.pmin(v, high), low)));
  }
}

/** dx = dy where |x| > lambda, else 0. */
export function squashVjp(
  from: i32, to: i32, scratch: usize, x: usize, dy: usize, dx: usize, n: i32, lambda: f32,
): void {
  const high = f32x4.splat(lambda);
  const end = <usize>min(n, to * BLOCK) << 2;
  for (let p = <usize>(from * BLOCK) << 2; p < end; p += 16) {
    v128.store(dx + p, v128.and(v128.load(dy + p), f32x4.gt(f32x4.abs(v128.load(x + p)), high)));
  }
}

/**
 * y[l] = sum of weights[i] x[l + stride (i - (width - 1) / 2)] on rows of `length` values; an item is a row. Scratch:
 * length + stride (width - 1) + 4 values.
 */
export function smooth(
  from: i32, to: i32, scratch: usize, x: usize, weights: usize, y: usize, length: i32, stride: i32, width: i32,
): void {
  const bytes = <usize>length << 2;
  const edge = (<usize>(stride * (width >> 1))) << 2;
  memory.fill(scratch, 0, edge);
  memory.fill(scratch + edge + bytes, 0, edge);
  for (let row = from; row < to; row++) {
    memory.copy(scratch + edge, x + <usize>row * bytes, bytes);
    let out = y + <usize>row * bytes;
    for (let l = 0; l < length; l += 4, out += 16) {
      let sum = f32x4.splat(0);
      let p = at(scratch, l);
      for (let i = 0; i < width; i++, p += <usize>stride << 2) {
        sum = madd(v128.load(p), v128.load32_splat(at(weights, i)), sum);
      }
      store4(out, sum, length - l);
    }
  }
}

/** y[row] = the first L of K values of x[row], zeros beyond K; an item is a row. */
export function resize(from: i32, to: i32, scratch: usize, x: usize, y: usize, K: i32, L: i32): void {
  const kept = <usize>min(K, L) << 2;
  const row = <usize>L << 2;
  for (let i = <usize>from; i < <usize>to; i++) {
    memory.copy(y + i * row, x + ((i * K) << 2), kept);
    memory.fill(y + i * row + kept, 0, row - kept);
  }
}
