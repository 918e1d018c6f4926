// Layer normalisation of x [B, H, L] over features. Positions lie in the lanes. A tile of positions of all features is
// copied to scratch as strips [H][16], where the passes over it find it in cache. It is wide, so that memory is read in
// long runs.
import { load4, store4, sum4 } from './part';
import { madd, nmadd } from './simd';

const STRIP: i32 = 16;

/** Bytes of a feature's row in a strip. */
const ROW: usize = 64;

/** Bytes of a strip with room for two rows of factors behind it. */
// @ts-ignore: decorator
@inline function stripBytes(H: i32): usize {
  return <usize>(H + 2) * ROW;
}

/** Copy `width` positions of H features to strips, zeros behind them. */
function gather(x: usize, to: usize, H: i32, L: i32, width: i32): void {
  const step = <usize>L << 2, strip = stripBytes(H);
  for (let h = 0; h < H; h++, x += step, to += ROW) {
    let p = x, q = to;
    let left = width;
    for (; left >= STRIP; left -= STRIP, p += ROW, q += strip) {
      v128.store(q, v128.load(p));
      v128.store(q, v128.load(p, 16), 16);
      v128.store(q, v128.load(p, 32), 32);
      v128.store(q, v128.load(p, 48), 48);
    }
    if (left > 0) {
      for (let i = 0; i < STRIP; i += 4, p += 16, q += 16) {
        v128.store(q, i < left ? load4(p, left - i) : f32x4.splat(0));
      }
    }
  }
}

/** Copy strips back to `width` positions of H features. */
function scatter(from: usize, y: usize, H: i32, L: i32, width: i32): void {
  const step = <usize>L << 2, strip = stripBytes(H);
  for (let h = 0; h < H; h++, y += step, from += ROW) {
    let p = from, q = y;
    let left = width;
    for (; left >= STRIP; left -= STRIP, p += strip, q += ROW) {
      v128.store(q, v128.load(p));
      v128.store(q, v128.load(p, 16), 16);
      v128.store(q, v128.load(p, 32), 32);
      v128.store(q, v128.load(p, 48), 48);
    }
    for (; left > 0; left -= 4, p += 16, q += 16) store4(q, v128.load(p), left);
  }
}

/**
 * Replace the strip by d = x - m, m a first mean, and return the address of r and c behind it, 16 numbers each, with
 * which z = r d + c is the standardised strip: r = 1 / sqrt(var + eps), c = -r mean(d). The rounding of m thus cancels.
 */
function standardise(strip: usize, H: i32, eps: f32): usize {
  const end = strip + <usize>H * ROW;
  const share = f32x4.splat(1 / <f32>H);
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (let p = strip; p < end; p += ROW) {
    s0 = f32x4.add(s0, v128.load(p));
    s1 = f32x4.add(s1, v128.load(p, 16));
    s2 = f32x4.add(s2, v128.load(p, 32));
    s3 = f32x4.add(s3, v128.load(p, 48));
  }
  const m0 = f32x4.mul(s0, share), m1 = f32x4.mul(s1, share);
  const m2 = f32x4.mul(s2, share), m3 = f32x4.mul(s3, share);
  centre(strip, end, m0, m1, share, eps);
  centre(strip + 32, end + 32, m2, m3, share, eps);
  return end;
}

/** Eight columns of {@link standardise}. */
// @ts-ignore: decorator
@inline function centre(from: usize, end: usize, m0: v128, m1: v128, share: v128, eps: f32): void {
  let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0;
  for (let p = from; p < end; p += ROW) {
    const d0 = f32x4.sub(v128.load(p), m0), d1 = f32x4.sub(v128.load(p, 16), m1);
    s0 = f32x4.add(s0, d0);
    s1 = f32x4.add(s1, d1);
    q0 = madd(d0, d0, q0);
    q1 = madd(d1, d1, q1);
    v128.store(p, d0);
    v128.store(p, d1, 16);
  }
  storeFactors(end, f32x4.mul(s0, share), f32x4.mul(q0, share), eps);
  storeFactors(end + 16, f32x4.mul(s1, share), f32x4.mul(q1, share), eps);
}

/** r and c of four columns from the means of d and d^2. */
// @ts-ignore: decorator
@inline function storeFactors(to: usize, mean: v128, square: v128, eps: f32): void {
  const variance = f32x4.pmax(nmadd(mean, mean, square), f32x4.splat(0));
  const r = f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(variance, f32x4.splat(eps))));
  v128.store(to, r);
  v128.store(to, f32x4.neg(f32x4.mul(r, mean)), ROW);
}

/**
 * y = gamma (x - mean) / sqrt(var + eps) + beta. One item is a tile, a multiple of 16 positions; each sample has
 * ceil(L / tile). Scratch: 4 tile (H + 2) bytes.
 */
export function layerNorm(
  from: i32, to: i32, scratch: usize, x: usize, gamma: usize, beta: usize, y: usize,
  H: i32, L: i32, eps: f32, tile: i32,
): void {
  const tiles = (L + tile - 1) / tile;
  const size = stripBytes(H);
  for (let item = from; item < to; item++) {
    const l = item % tiles * tile;
    const width = min(tile, L - l);
    const at = <usize>(item / tiles * H * L + l) << 2;
    gather(x + at, scratch, H, L, width);
    for (let i = 0, strip = scratch; i < width; i += STRIP, strip += size) {
      const f = standardise(strip, H, eps);
      const r0 = v128.load(f), r1 = v128.load(f, 16), r2 = v128.load(f, 32), r3 = v128.load(f, 48);
      const c0 = v128.load(f, 64), c1 = v128.load(f, 80), c2 = v128.load(f, 96), c3 = v128.load(f, 112);
      for (let h = 0, p = strip; h < H; h++, p += ROW) {
        const g = v128.load32_splat(gamma + (<usize>h << 2)), b = v128.load32_splat(beta + (<usize>h << 2));
        v128.store(p, madd(madd(v128.load(p), r0, c0), g, b));
        v128.store(p, madd(madd(v128.load(p, 16), r1, c1), g, b), 16);
        v128.store(p, madd(madd(v128.load(p, 32), r2, c2), g, b), 32);
        v128.store(p, madd(madd(v128.load(p, 48), r3, c3), g, b), 48);
      }
    }
    scatter(scratch, y + at, H, L, width);
  }
}

/** Positions of one item of the gradient. */
const ITEM: i32 = 256;

/**
 * With z = (x - mean) rstd and g = gamma dy: dx = rstd (g - mean(g) - z mean(g z)). One item is 256 positions of a
 * sample, whose dy z and dy it adds up in sums [items, 2, H], f64.
 * Scratch: 8 tile (H + 2) + 32 H bytes.
 */
export function layerNormVjp(
  from: i32, to: i32, scratch: usize, x: usize, gamma: usize, dy: usize, dx: usize, sums: usize,
  H: i32, L: i32, eps: f32, tile: i32,
): void {
  const items = (L + ITEM - 1) / ITEM;
  const share = f32x4.splat(1 / <f32>H);
  const size = stripBytes(H);
  const strips = <usize>(tile / STRIP) * size;
  const dys = scratch + strips;
  const lanes = dys + strips;
  for (let item = from; item < to; item++) {
    const start = item % items * ITEM;
    const end = min(L, start + ITEM);
    memory.fill(lanes, 0, <usize>H << 5);
    for (let l = start; l < end; l += tile) {
      const width = min(tile, end - l);
      const at = <usize>(item / items * H * L + l) << 2;
      gather(x + at, scratch, H, L, width);
      gather(dy + at, dys, H, L, width);
      for (let i = 0, strip = scratch; i < width; i += STRIP, strip += size) {
        const factors = standardise(strip, H, eps);
        // Eight columns at a time, which fit the registers.
        for (let half: usize = 0; half < ROW; half += 32) {
          stripVjp(strip + half, strip + strips + half, factors + half, lanes, gamma, H, share);
        }
      }
      scatter(dys, dx + at, H, L, width);
    }
    const out = sums + (<usize>(item * 2 * H) << 3);
    for (let h = 0, acc = lanes; h < H; h++, acc += 32) {
      store<f64>(out + (<usize>h << 3), sum4(v128.load(acc)));
      store<f64>(out + (<usize>(H + h) << 3), sum4(v128.load(acc, 16)));
    }
  }
}

/** Eight columns, in place: dy becomes dx, where x - m stands at x. lanes [H][2] take dy z and dy. */
// @ts-ignore: decorator
@inline function stripVjp(x: usize, dy: usize, factors: usize, lanes: usize, gamma: usize, H: i32, share: v128): void {
  const r0 = v128.load(factors), r1 = v128.load(factors, 16);
  const c0 = v128.load(factors, 64), c1 = v128.load(factors, 80);
  let s0 = f32x4.splat(0), s1 = s0, t0 = s0, t1 = s0;
  for (let h = 0, p = x, q = dy, acc = lanes; h < H; h++, p += ROW, q += ROW, acc += 32) {
    const g = v128.load32_splat(gamma + (<usize>h << 2));
    const z0 = madd(v128.load(p), r0, c0), z1 = madd(v128.load(p, 16), r1, c1);
    const d0 = v128.load(q), d1 = v128.load(q, 16);
    v128.store(acc, madd(d1, z1, madd(d0, z0, v128.load(acc))));
    v128.store(acc, f32x4.add(v128.load(acc, 16), f32x4.add(d0, d1)), 16);
    const g0 = f32x4.mul(d0, g), g1 = f32x4.mul(d1, g);
    s0 = f32x4.add(s0, g0);
    s1 = f32x4.add(s1, g1);
    t0 = madd(g0, z0, t0);
    t1 = madd(g1, z1, t1);
  }
  // rstd (g - s - z t) = r g - r t z - r s
  const m0 = f32x4.mul(r0, f32x4.mul(s0, share)), m1 = f32x4.mul(r1, f32x4.mul(s1, share));
  const u0 = f32x4.mul(r0, f32x4.mul(t0, share)), u1 = f32x4.mul(r1, f32x4.mul(t1, share));
  for (let h = 0, p = x, q = dy; h < H; h++, p += ROW, q += ROW) {
    const g = v128.load32_splat(gamma + (<usize>h << 2));
    const z0 = madd(v128.load(p), r0, c0), z1 = madd(v128.load(p, 16), r1, c1);
    v128.store(q, nmadd(z0, u0, f32x4.sub(f32x4.mul(f32x4.mul(v128.load(q), g), r0), m0)));
    v128.store(q, nmadd(z1, u1, f32x4.sub(f32x4.mul(f32x4.mul(v128.load(q, 16), g), r1), m1)), 16);
  }
}

/** dGamma and dBeta [H] from the sums [items, 2, H] of {@link layerNormVjp}, added in order. One item is a feature. */
export function layerNormSums(
  from: i32, to: i32, scratch: usize, sums: usize, items: i32, dGamma: usize, dBeta: usize, H: i32,
): void {
  for (let h = from; h < to; h++) {
    let z: f64 = 0, s: f64 = 0;
    for (let i = 0; i < items; i++) {
      const at = sums + (<usize>(i * 2 * H + h) << 3);
      z += load<f64>(at);
      s += load<f64>(at + (<usize>H << 3));
    }
    store<f32>(dGamma + (<usize>h << 2), <f32>z);
    store<f32>(dBeta + (<usize>h << 2), <f32>s);
  }
}
