// Batch normalisation of x [B, H, L]: one item is a channel, B rows of length L, which stay in cache between passes.
import { load4, store4, sum4 } from './part';
import { madd } from './simd';

/** Entries summed in f32 before the sum goes on in f64. */
const BLOCK: i32 = 512;

/** Keeps the lanes below `left`, at most 4. */
function lanes(left: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left));
}

/** Sum of (x - shift)^power, power 1 or 2, of a channel: in four chains of f32, then in f64. */
// @ts-ignore: decorator
@inline function channelSum(x: usize, h: i32, B: i32, H: i32, L: i32, shift: f32, square: bool): f64 {
  const c = f32x4.splat(shift);
  let total: f64 = 0;
  for (let b = 0; b < B; b++) {
    const row = x + (<usize>((b * H + h) * L) << 2);
    for (let l = 0; l < L; l += BLOCK) {
      let p = row + (<usize>l << 2);
      let left = min(BLOCK, L - l);
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (; left >= 16; left -= 16, p += 64) {
        const a0 = f32x4.sub(v128.load(p), c), a1 = f32x4.sub(v128.load(p, 16), c);
        const a2 = f32x4.sub(v128.load(p, 32), c), a3 = f32x4.sub(v128.load(p, 48), c);
        s0 = square ? madd(a0, a0, s0) : f32x4.add(s0, a0);
        s1 = square ? madd(a1, a1, s1) : f32x4.add(s1, a1);
        s2 = square ? madd(a2, a2, s2) : f32x4.add(s2, a2);
        s3 = square ? madd(a3, a3, s3) : f32x4.add(s3, a3);
      }
      for (; left > 0; left -= 4, p += 16) {
        const a0 = v128.and(f32x4.sub(load4(p, left), c), lanes(left));
        s0 = square ? madd(a0, a0, s0) : f32x4.add(s0, a0);
      }
      total += sum4(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
    }
  }
  return total;
}

/** y = scale x + offset on the B rows of channel h. */
function affine(x: usize, y: usize, h: i32, B: i32, H: i32, L: i32, mean: f32, scale: f32, offset: f32): void {
  const m = f32x4.splat(mean), s = f32x4.splat(scale), o = f32x4.splat(offset);
  for (let b = 0; b < B; b++) {
    let at = <usize>((b * H + h) * L) << 2;
    let left = L;
    for (; left >= 8; left -= 8, at += 32) {
      v128.store(y + at, madd(f32x4.sub(v128.load(x + at), m), s, o));
      v128.store(y + at, madd(f32x4.sub(v128.load(x + at, 16), m), s, o), 16);
    }
    for (; left > 0; left -= 4, at += 16) store4(y + at, madd(f32x4.sub(load4(x + at, left), m), s, o), left);
  }
}

/**
 * y = gamma (x - mean) rstd + beta with the channel's own statistics, which are written to mean and rstd [H].
 * Where given (not 0), the running statistics move by `momentum` towards the mean and the unbiased variance.
 */
export function batchNorm(
  from: i32, to: i32, scratch: usize, x: usize, gamma: usize, beta: usize, y: usize, mean: usize, rstd: usize,
  runningMean: usize, runningVariance: usize, B: i32, H: i32, L: i32, eps: f64, momentum: f64,
): void {
  const n = <f64>B * <f64>L;
  for (let h = from; h < to; h++) {
    const at = <usize>h << 2;
    // The second pass sums squares about a first mean rounded to f32; what it is off by is put right after it.
    const first = load<f32>(x + (<usize>(h * L) << 2));
    const exact = <f64>first + channelSum(x, h, B, H, L, first, false) / n;
    const m = <f32>exact;
    const off = exact - <f64>m;
    const variance = Math.max(channelSum(x, h, B, H, L, m, true) / n - off * off, 0);
    const r = 1 / Math.sqrt(variance + eps);
    store<f32>(mean + at, m);
    store<f32>(rstd + at, <f32>r);
    if (runningMean) {
      const m0 = <f64>load<f32>(runningMean + at), v0 = <f64>load<f32>(runningVariance + at);
      store<f32>(runningMean + at, <f32>(m0 + momentum * (exact - m0)));
      store<f32>(runningVariance + at, <f32>(v0 + momentum * (variance * n / Math.max(n - 1, 1) - v0)));
    }
    affine(x, y, h, B, H, L, m, <f32>(<f64>load<f32>(gamma + at) * r), load<f32>(beta + at));
  }
}

/** y = gamma (x - mean) / sqrt(variance + eps) + beta with given statistics [H]. */
export function batchNormInference(
  from: i32, to: i32, scratch: usize, x: usize, gamma: usize, beta: usize, mean: usize, variance: usize, y: usize,
  B: i32, H: i32, L: i32, eps: f64,
): void {
  for (let h = from; h < to; h++) {
    const at = <usize>h << 2;
    const r = 1 / Math.sqrt(<f64>load<f32>(variance + at) + eps);
    affine(x, y, h, B, H, L, load<f32>(mean + at), <f32>(<f64>load<f32>(gamma + at) * r), load<f32>(beta + at));
  }
}

/**
 * With z = (x - mean) rstd and n = B L: dGamma = sum dy z, dBeta = sum dy,
 * dx = gamma rstd (dy - (dBeta + z dGamma) / n).
 */
export function batchNormVjp(
  from: i32, to: i32, scratch: usize, x: usize, gamma: usize, mean: usize, rstd: usize, dy: usize,
  dx: usize, dGamma: usize, dBeta: usize, B: i32, H: i32, L: i32,
): void {
  const n = <f64>B * <f64>L;
  for (let h = from; h < to; h++) {
    const channel = <usize>h << 2;
    const r = <f64>load<f32>(rstd + channel);
    const m = f32x4.splat(load<f32>(mean + channel));
    let sum: f64 = 0, sumZ: f64 = 0;
    for (let b = 0; b < B; b++) {
      const row = (b * H + h) * L;
      for (let l = 0; l < L; l += BLOCK) {
        let at = <usize>(row + l) << 2;
        let left = min(BLOCK, L - l);
        let s0 = f32x4.splat(0), s1 = s0, z0 = s0, z1 = s0;
        for (; left >= 8; left -= 8, at += 32) {
          const d0 = v128.load(dy + at), d1 = v128.load(dy + at, 16);
          s0 = f32x4.add(s0, d0);
          s1 = f32x4.add(s1, d1);
          z0 = madd(d0, f32x4.sub(v128.load(x + at), m), z0);
          z1 = madd(d1, f32x4.sub(v128.load(x + at, 16), m), z1);
        }
        for (; left > 0; left -= 4, at += 16) {
          const d0 = load4(dy + at, left);
          s0 = f32x4.add(s0, d0);
          z0 = madd(d0, f32x4.sub(load4(x + at, left), m), z0);
        }
        sum += sum4(f32x4.add(s0, s1));
        sumZ += sum4(f32x4.add(z0, z1));
      }
    }
    store<f32>(dBeta + channel, <f32>sum);
    store<f32>(dGamma + channel, <f32>(sumZ * r));
    // dx = slope dy + tilt (x - mean) + level
    const gain = <f64>load<f32>(gamma + channel) * r;
    const slope = f32x4.splat(<f32>gain);
    const tilt = f32x4.splat(<f32>(-gain * r * r * sumZ / n));
    const level = f32x4.splat(<f32>(-gain * sum / n));
    for (let b = 0; b < B; b++) {
      let at = <usize>((b * H + h) * L) << 2;
      for (let left = L; left > 0; left -= 4, at += 16) {
        const z = f32x4.sub(load4(x + at, left), m);
        store4(dx + at, madd(load4(dy + at, left), slope, madd(z, tilt, level)), left);
      }
    }
  }
}
