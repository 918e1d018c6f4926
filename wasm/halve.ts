// A low-pass filter of 13 symmetric taps with every second sample of its result, and its transpose.
//
// Rows have PAD samples on either side, of which the nearest REACH may not be zero.

import { madd } from './simd';

/** Samples around a row. */
export const PAD: usize = 32;
/** Samples next to a row that a filter fills. */
export const REACH: usize = 8;

/** z[a] = sum_j h[j] x[2a + j] for -REACH <= a < n / 2 + REACH. taps: h[0] .. h[6]. parts: two rows of n / 2. */
export function halve(x: usize, z: usize, n: usize, taps: usize, parts: usize): void {
  const half = n << 1, even = parts + 4 * PAD, odd = even + half + 8 * PAD;
  const edge = 4 * (REACH + 8);
  for (let i: usize = 0; i < half + 2 * edge; i += 16) {
    const from = x + 2 * i - 2 * edge, p = v128.load(from), q = v128.load(from, 16);
    v128.store(even + i - edge, v128.shuffle<f32>(p, q, 0, 2, 4, 6));
    v128.store(odd + i - edge, v128.shuffle<f32>(p, q, 1, 3, 5, 7));
  }
  const h0 = v128.load_splat<f32>(taps), h1 = v128.load_splat<f32>(taps, 4), h2 = v128.load_splat<f32>(taps, 8);
  const h3 = v128.load_splat<f32>(taps, 12), h4 = v128.load_splat<f32>(taps, 16);
  const h5 = v128.load_splat<f32>(taps, 20), h6 = v128.load_splat<f32>(taps, 24);
  const reach = 4 * REACH;
  memory.fill(z - 4 * PAD, 0, 4 * PAD - reach);
  memory.fill(z + half + reach, 0, 4 * PAD - reach);
  for (let i: usize = 0; i < half + 2 * reach; i += 16) {
    const e = even + i - reach, o = odd + i - reach;
    let sum = f32x4.mul(h0, v128.load(e));
    let sum2 = f32x4.mul(h1, f32x4.add(v128.load(o - 4), v128.load(o)));
    sum = madd(h2, f32x4.add(v128.load(e - 4), v128.load(e, 4)), sum);
    sum2 = madd(h3, f32x4.add(v128.load(o - 8), v128.load(o, 4)), sum2);
    sum = madd(h4, f32x4.add(v128.load(e - 8), v128.load(e, 8)), sum);
    sum2 = madd(h5, f32x4.add(v128.load(o - 12), v128.load(o, 8)), sum2);
    sum = madd(h6, f32x4.add(v128.load(e - 12), v128.load(e, 12)), sum);
    v128.store(z + i - reach, f32x4.add(sum, sum2));
  }
}

/** x[t] = sum_a h[t - 2a] z[a] for -samples <= t < n + samples, where that is 0 or REACH. */
export function interpolate(z: usize, x: usize, n: usize, taps: usize, samples: usize): void {
  const h0 = v128.load_splat<f32>(taps), h1 = v128.load_splat<f32>(taps, 4), h2 = v128.load_splat<f32>(taps, 8);
  const h3 = v128.load_splat<f32>(taps, 12), h4 = v128.load_splat<f32>(taps, 16);
  const h5 = v128.load_splat<f32>(taps, 20), h6 = v128.load_splat<f32>(taps, 24);
  const reach = samples << 2;
  for (let i: usize = 0; i < 2 * n + reach; i += 16) {
    const at = z + i - reach / 2;
    const b = v128.load(at - 4), c = v128.load(at), d = v128.load(at, 4);
    const a = v128.load(at - 8), e = v128.load(at, 8), f = v128.load(at, 12);
    let even = f32x4.mul(h0, c), odd = f32x4.mul(h1, f32x4.add(c, d));
    even = madd(h2, f32x4.add(b, d), even);
    odd = madd(h3, f32x4.add(b, e), odd);
    even = madd(h4, f32x4.add(a, e), even);
    odd = madd(h5, f32x4.add(a, f), odd);
    even = madd(h6, f32x4.add(v128.load(at - 12), f), even);
    const to = x + 2 * i - reach;
    v128.store(to, v128.shuffle<f32>(even, odd, 0, 4, 1, 5));
    v128.store(to, v128.shuffle<f32>(even, odd, 2, 6, 3, 7), 16);
  }
}
