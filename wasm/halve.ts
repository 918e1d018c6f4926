// A low-pass filter of 13 symmetric taps with every second sample of its result, and its transpose.
//
// Rows have REACH samples on either side that may not be zero. A filter reads at most PAD samples on either side. Taps
// are h[-6] .. h[7], the last one zero.

import { madd } from './simd';

/** Samples around a row. */
export const PAD: usize = 32;
/** Samples next to a row that a filter fills. */
export const REACH: usize = 8;
/** Bytes of REACH samples. */
const ENDS: usize = REACH << 2;
/** Bytes of the taps before h[0]. */
const CENTRE: usize = 24;

/** sum_j h[j] x[t + j] for t = 0, 2, 4 and 6. Lanes of a sum are the even and the odd taps of two results. */
// @ts-ignore: decorator
@inline
function filtered(x: usize, h0: v128, h1: v128, h2: v128, h3: v128, h4: v128, h5: v128, h6: v128): v128 {
  const p = x - CENTRE;
  const v2 = v128.load(p, 16), v3 = v128.load(p, 24), v4 = v128.load(p, 32), v5 = v128.load(p, 40);
  const v6 = v128.load(p, 48);
  let low = f32x4.mul(h0, v128.load(p)), high = f32x4.mul(h0, v2);
  low = madd(h1, v128.load(p, 8), low);
  high = madd(h1, v3, high);
  low = madd(h2, v2, low);
  high = madd(h2, v4, high);
  low = madd(h3, v3, low);
  high = madd(h3, v5, high);
  low = madd(h4, v4, low);
  high = madd(h4, v6, high);
  low = madd(h5, v5, low);
  high = madd(h5, v128.load(p, 56), high);
  low = madd(h6, v6, low);
  high = madd(h6, v128.load(p, 64), high);
  return f32x4.add(v128.shuffle<f32>(low, high, 0, 2, 4, 6), v128.shuffle<f32>(low, high, 1, 3, 5, 7));
}

/**
 * z[a] = sum_j h[j] x[2a + j] for -REACH <= a < n / 2 + REACH, and zeros around it.
 *
 * @param left - where samples near the first are read, right - near the last: x, or addresses whose samples at the
 *   same distances are those of the row and zeros.
 */
export function halve(x: usize, left: usize, right: usize, z: usize, n: usize, taps: usize): void {
  const half = n << 1, pad = 4 * PAD - ENDS;
  memory.fill(z - 4 * PAD, 0, pad);
  filterPart(left - 2 * ENDS, z - ENDS, 2 * ENDS, taps);
  filterPart(x + 2 * ENDS, z + ENDS, half - 2 * ENDS, taps);
  filterPart(right + 2 * (half - ENDS), z + half - ENDS, 2 * ENDS, taps);
  memory.fill(z + half + ENDS, 0, pad);
}

function filterPart(x: usize, z: usize, bytes: usize, taps: usize): void {
  const h0 = v128.load64_splat(taps), h1 = v128.load64_splat(taps, 8), h2 = v128.load64_splat(taps, 16);
  const h3 = v128.load64_splat(taps, 24), h4 = v128.load64_splat(taps, 32), h5 = v128.load64_splat(taps, 40);
  const h6 = v128.load64_splat(taps, 48);
  for (const end = z + bytes; z < end; z += 16, x += 32) v128.store(z, filtered(x, h0, h1, h2, h3, h4, h5, h6));
}

/**
 * {@link halve} to a circle of n samples, split twice: modulo z^(n/2) + 1 to n / 4 points, modulo z^(n/4) + 1 to n / 8
 * points after them, modulo z^(n/4) - 1 to a row.
 */
export function halveSplit(
  x: usize,
  left: usize,
  right: usize,
  points: usize,
  row: usize,
  n: usize,
  taps: usize,
): void {
  const q = n >> 1, step = q << 1;
  splitPart(left, x + step, x + 2 * step, x + 3 * step, points, row, n, 0, ENDS, taps);
  splitPart(x, x + step, x + 2 * step, x + 3 * step, points, row, n, ENDS, q - ENDS, taps);
  splitPart(x, x + step, x + 2 * step, right + 3 * step, points, row, n, q - ENDS, q, taps);
  const points2 = points + 2 * n;
  for (let i: usize = 0; i < ENDS; i += 16) {
    // What lies after the first half of the circle, and before the circle's end.
    const after = filterOne(right + 4 * n + 2 * i, taps), before = filterOne(left - 2 * ENDS + 2 * i, taps);
    const end = q - ENDS + i;
    addTo(points + 2 * i, f32x4.neg(after));
    addTo(points + 2 * (q + end) + 16, f32x4.neg(before));
    addTo(points2 + 2 * i, after);
    addTo(points2 + 2 * end + 16, f32x4.neg(before));
    addTo(row + i, after);
    addTo(row + q + end, before);
  }
}

/** Bytes from .. to of the quarters of the result, whose samples are read at x0 .. x3. */
function splitPart(
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  points: usize,
  row: usize,
  n: usize,
  from: usize,
  to: usize,
  taps: usize,
): void {
  const h0 = v128.load64_splat(taps), h1 = v128.load64_splat(taps, 8), h2 = v128.load64_splat(taps, 16);
  const h3 = v128.load64_splat(taps, 24), h4 = v128.load64_splat(taps, 32), h5 = v128.load64_splat(taps, 40);
  const h6 = v128.load64_splat(taps, 48);
  for (let i = from; i < to; i += 16) {
    const p = points + 2 * i, p2 = p + 2 * n, r = row + i;
    // Each is stored before the samples of the next are loaded: the compiler keeps that order, and has few registers.
    const z0 = filtered(x0 + 2 * i, h0, h1, h2, h3, h4, h5, h6);
    v128.store(p, z0);
    const z2 = filtered(x2 + 2 * i, h0, h1, h2, h3, h4, h5, h6);
    v128.store(p, z2, 16);
    v128.store(p2, f32x4.sub(z0, z2));
    v128.store(r, f32x4.add(z0, z2));
    const z1 = filtered(x1 + 2 * i, h0, h1, h2, h3, h4, h5, h6);
    v128.store(p + n, z1);
    const z3 = filtered(x3 + 2 * i, h0, h1, h2, h3, h4, h5, h6);
    v128.store(p + n, z3, 16);
    v128.store(p2, f32x4.sub(z1, z3), 16);
    v128.store(r + (n >> 1), f32x4.add(z1, z3));
  }
}

function filterOne(x: usize, taps: usize): v128 {
  const h0 = v128.load64_splat(taps), h1 = v128.load64_splat(taps, 8), h2 = v128.load64_splat(taps, 16);
  const h3 = v128.load64_splat(taps, 24), h4 = v128.load64_splat(taps, 32), h5 = v128.load64_splat(taps, 40);
  return filtered(x, h0, h1, h2, h3, h4, h5, v128.load64_splat(taps, 48));
}

// @ts-ignore: decorator
@inline function addTo(at: usize, v: v128): void {
  v128.store(at, f32x4.add(v128.load(at), v));
}

/**
 * The samples -REACH .. n / 2 + REACH - 1 of a circle of n, from what {@link halveSplit} makes of it, times 4.
 *
 * @param z - the first sample.
 */
export function joinCircle(points: usize, row: usize, z: usize, n: usize): void {
  const q = n >> 1, points2 = points + 2 * n;
  for (let i: usize = 0; i < q; i += 16) {
    const p = points + 2 * i, p2 = points2 + 2 * i;
    const r0 = v128.load(row + i), re = v128.load(p2), r1 = v128.load(row + q + i), im = v128.load(p2, 16);
    v128.store(z + i, f32x4.add(f32x4.add(r0, re), v128.load(p)));
    v128.store(z + q + i, f32x4.add(f32x4.add(r1, im), v128.load(p + n)));
    v128.store(z + 2 * q + i, f32x4.add(f32x4.sub(r0, re), v128.load(p, 16)));
    v128.store(z + 3 * q + i, f32x4.add(f32x4.sub(r1, im), v128.load(p + n, 16)));
  }
  for (let i: usize = 0; i < ENDS; i += 16) {
    const end = q - ENDS + i, last = points + n + 2 * end, last2 = points2 + 2 * end;
    const first = f32x4.add(v128.load(row + i), v128.load(points2 + 2 * i));
    v128.store(z + 4 * q + i, f32x4.sub(first, v128.load(points + 2 * i)));
    const high = f32x4.sub(v128.load(row + q + end), v128.load(last2, 16));
    v128.store(z - ENDS + i, f32x4.sub(high, v128.load(last, 16)));
  }
}

/** Eight samples at x from the vectors a .. g of the slower rate at distances -3 .. 3. */
// @ts-ignore: decorator
@inline
function interpolated(
  x: usize,
  h0: v128,
  h1: v128,
  h2: v128,
  h3: v128,
  h4: v128,
  h5: v128,
  h6: v128,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  e: v128,
  f: v128,
  g: v128,
): void {
  let even = f32x4.mul(h0, d), odd = f32x4.mul(h1, f32x4.add(d, e));
  even = madd(h2, f32x4.add(c, e), even);
  odd = madd(h3, f32x4.add(c, f), odd);
  even = madd(h4, f32x4.add(b, f), even);
  odd = madd(h5, f32x4.add(b, g), odd);
  even = madd(h6, f32x4.add(a, g), even);
  v128.store(x, v128.shuffle<f32>(even, odd, 0, 4, 1, 5));
  v128.store(x, v128.shuffle<f32>(even, odd, 2, 6, 3, 7), 16);
}

/** x[t] = sum_a h[t - 2a] z[a] for -samples <= t < n + samples, where that is 0 or REACH. */
export function interpolate(z: usize, x: usize, n: usize, taps: usize, samples: usize): void {
  taps += CENTRE;
  const h0 = v128.load_splat<f32>(taps), h1 = v128.load_splat<f32>(taps, 4), h2 = v128.load_splat<f32>(taps, 8);
  const h3 = v128.load_splat<f32>(taps, 12), h4 = v128.load_splat<f32>(taps, 16);
  const h5 = v128.load_splat<f32>(taps, 20), h6 = v128.load_splat<f32>(taps, 24);
  const reach = samples << 2;
  for (let i: usize = 0; i < 2 * n + reach; i += 32) {
    const at = z + i - reach / 2, to = x + 2 * i - reach;
    const b = v128.load(at - 8), c = v128.load(at - 4), d = v128.load(at), e = v128.load(at, 4), f = v128.load(at, 8);
    const g = v128.load(at, 12);
    interpolated(to, h0, h1, h2, h3, h4, h5, h6, v128.load(at - 12), b, c, d, e, f, g);
    const j = v128.load(at, 16), k = v128.load(at, 20), l = v128.load(at, 24);
    interpolated(to + 32, h0, h1, h2, h3, h4, h5, h6, e, f, g, j, k, l, v128.load(at, 28));
  }
}
