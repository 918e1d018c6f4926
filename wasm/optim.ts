// The optimiser's steps over flat tensors. A tensor fills whole blocks of 64 bytes, so the last vector may be whole.
import { madd } from './simd';

/** Entries of one item. */
const BLOCK: i32 = 4096;

/** sums[item] = sum of squares of one block of x, in f64. */
export function sumSquares(from: i32, to: i32, scratch: usize, x: usize, n: i32, sums: usize): void {
  for (let item = from; item < to; item++) {
    let p = x + (<usize>(item * BLOCK) << 2);
    const size = min(BLOCK, n - item * BLOCK);
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let left = size;
    for (; left >= 8; left -= 8, p += 32) {
      const a = v128.load(p), b = v128.load(p, 16);
      const a0 = f64x2.promote_low_f32x4(a), a1 = f64x2.promote_low_f32x4(v128.shuffle<u64>(a, a, 1, 0));
      const b0 = f64x2.promote_low_f32x4(b), b1 = f64x2.promote_low_f32x4(v128.shuffle<u64>(b, b, 1, 0));
      s0 = f64x2.add(s0, f64x2.mul(a0, a0));
      s1 = f64x2.add(s1, f64x2.mul(a1, a1));
      s2 = f64x2.add(s2, f64x2.mul(b0, b0));
      s3 = f64x2.add(s3, f64x2.mul(b1, b1));
    }
    s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
    let total = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
    for (; left > 0; left--, p += 4) {
      const g = <f64>load<f32>(p);
      total += g * g;
    }
    store<f64>(sums + (<usize>item << 3), total);
  }
}

/** out [2] = min(1, maxNorm / (norm + 1e-6)) and norm, the root of the n sums added in order. */
export function clipFactor(from: i32, to: i32, scratch: usize, sums: usize, n: i32, maxNorm: f64, out: usize): void {
  let total: f64 = 0;
  for (let i = 0; i < n; i++) total += load<f64>(sums + (<usize>i << 3));
  const norm = Math.sqrt(total);
  store<f32>(out, <f32>Math.min(1, maxNorm / (norm + 1e-6)));
  store<f32>(out, <f32>norm, 4);
}

/** One step of AdamW in place on param, m and v. gradScale may be 0. See `Backend.adamw`. */
export function adamw(
  from: i32, to: i32, scratch: usize, param: usize, grad: usize, m: usize, v: usize, n: i32,
  hyper: usize, gradScale: usize,
  lr: f64, beta1: f64, beta2: f64, eps: f32, weightDecay: f64,
): void {
  const rate = lr * <f64>load<f32>(hyper);
  const scale = f32x4.splat(gradScale ? load<f32>(gradScale) : 1);
  const keep1 = f32x4.splat(<f32>beta1), add1 = f32x4.splat(<f32>(1 - beta1));
  const keep2 = f32x4.splat(<f32>beta2), add2 = f32x4.splat(<f32>(1 - beta2));
  const step = f32x4.splat(<f32>(-rate * <f64>load<f32>(hyper, 4)));
  const correct2 = f32x4.splat(load<f32>(hyper, 8));
  const decay = f32x4.splat(<f32>(-rate * weightDecay));
  const small = f32x4.splat(eps);
  const end = <usize>min(n, to * BLOCK) << 2;
  for (let at = <usize>(from * BLOCK) << 2; at < end; at += 16) {
    const g = f32x4.mul(scale, v128.load(grad + at));
    const m1 = madd(v128.load(m + at), keep1, f32x4.mul(add1, g));
    const v1 = madd(v128.load(v + at), keep2, f32x4.mul(f32x4.mul(add2, g), g));
    v128.store(m + at, m1);
    v128.store(v + at, v1);
    const ratio = f32x4.div(m1, f32x4.add(f32x4.sqrt(f32x4.mul(v1, correct2)), small));
    const p = v128.load(param + at);
    v128.store(param + at, f32x4.add(p, madd(p, decay, f32x4.mul(ratio, step))));
  }
}
