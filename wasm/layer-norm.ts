// Layer normalisation of x [B, H, L] over features. Positions lie in the lanes. A strip of 16 positions of all features
// is copied to scratch, where the passes over it find it in the first cache.
import { load4, store4, sum4 } from './part';
import { madd, nmadd } from './simd';

const STRIP: i32 = 16;

/** Bytes of a feature's row in a strip. */
const ROW: usize = 64;

/** Copy `width` positions of H features, zeros behind them. */
function gather(x: usize, to: usize, H: i32, L: i32, width: i32): void {
  const step = <usize>L << 2;
  if (width == STRIP) {
    for (let h = 0; h < H; h++, x += step, to += ROW) {
      v128.store(to, v128.load(x));
      v128.store(to, v128.load(x, 16), 16);
      v128.store(to, v128.load(x, 32), 32);
      v128.store(to, v128.load(x, 48), 48);
    }
    return;
  }
  for (let h = 0; h < H; h++, x += step, to += ROW) {
    for (let i = 0; i < STRIP; i += 4) {
      const at = <usize>i << 2;
      v128.store(to + at, i < width ? load4(x + at, width - i) : f32x4.splat(0));
    }
  }
}

/** The first `width` of 16 positions. */
// @ts-ignore: decorator
@inline function scatter(y: usize, width: i32, v0: v128, v1: v128, v2: v128, v3: v128): void {
  if (width == STRIP) {
    v128.store(y, v0);
    v128.store(y, v1, 16);
    v128.store(y, v2, 32);
    v128.store(y, v3, 48);
    return;
  }
  store4(y, v0, width);
  if (width > 4) store4(y + 16, v1, width - 4);
  if (width > 8) store4(y + 32, v2, width - 8);
  if (width > 12) store4(y + 48, v3, width - 12);
}

/**
 * Replace the strip by d = x - m, m a first mean, and return the address of r and c behind it, 16 numbers each, with which
 * z = r d + c is the standardised strip: r = 1 / sqrt(var + eps), c = -r mean(d). The rounding of m thus cancels.
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
 * y = gamma (x - mean) / sqrt(var + eps) + beta. One item is a strip; each sample has ceil(L / 16).
 * Scratch: 64 (H + 2) bytes.
 */
export function layerNorm(
  from: i32, to: i32, scratch: usize, x: usize, gamma: usize, beta: usize, y: usize, H: i32, L: i32, eps: f32,
): void {
  const strips = (L + STRIP - 1) / STRIP;
  const step = <usize>L << 2;
  for (let item = from; item < to; item++) {
    const l = item % strips * STRIP;
    const width = min(STRIP, L - l);
    let at = <usize>(item / strips * H * L + l) << 2;
    gather(x + at, scratch, H, L, width);
    const f = standardise(scratch, H, eps);
    const r0 = v128.load(f), r1 = v128.load(f, 16), r2 = v128.load(f, 32), r3 = v128.load(f, 48);
    const c0 = v128.load(f, 64), c1 = v128.load(f, 80), c2 = v128.load(f, 96), c3 = v128.load(f, 112);
    for (let h = 0, p = scratch; h < H; h++, p += ROW, at += step) {
      const g = v128.load32_splat(gamma + (<usize>h << 2)), b = v128.load32_splat(beta + (<usize>h << 2));
      scatter(
        y + at, width,
        madd(madd(v128.load(p), r0, c0), g, b), madd(madd(v128.load(p, 16), r1, c1), g, b),
        madd(madd(v128.load(p, 32), r2, c2), g, b), madd(madd(v128.load(p, 48), r3, c3), g, b),
      );
    }
  }
}

/** Strips of one item of the gradient. */
const STRIPS: i32 = 16;

/**
 * With z = (x - mean) rstd and g = gamma dy: dx = rstd (g - mean(g) - z mean(g z)). One item is 256 positions of a
 * sample, for which it adds dy z and dy to sums [items, 2, H] in f64. Scratch: 160 H + 128 bytes.
 */
export function layerNormVjp(
  from: i32, to: i32, scratch: usize, x: usize, gamma: usize, dy: usize, dx: usize, sums: usize,
  H: i32, L: i32, eps: f32,
): void {
  const tiles = (L + STRIP * STRIPS - 1) / (STRIP * STRIPS);
  const step = <usize>L << 2;
  const share = f32x4.splat(1 / <f32>H);
  const dys = scratch + <usize>(H + 2) * ROW;
  const lanes = dys + <usize>H * ROW;
  for (let item = from; item < to; item++) {
    const start = item % tiles * STRIP * STRIPS;
    const end = min(L, start + STRIP * STRIPS);
    memory.fill(lanes, 0, <usize>H << 5);
    for (let l = start; l < end; l += STRIP) {
      const width = min(STRIP, L - l);
      let at = <usize>(item / tiles * H * L + l) << 2;
      gather(x + at, scratch, H, L, width);
      gather(dy + at, dys, H, L, width);
      const factors = standardise(scratch, H, eps);
      // A quarter of the strip at a time, which fits the registers.
      for (let quarter: usize = 0; quarter < ROW; quarter += 16) {
        const r = v128.load(factors + quarter), c = v128.load(factors + quarter, ROW);
        let s = f32x4.splat(0), sz = s;
        for (let h = 0, p = scratch + quarter, q = dys + quarter, acc = lanes; h < H; h++, p += ROW, q += ROW, acc += 32) {
          const z = madd(v128.load(p), r, c);
          const d = v128.load(q);
          const g = f32x4.mul(d, v128.load32_splat(gamma + (<usize>h << 2)));
          s = f32x4.add(s, g);
          sz = madd(g, z, sz);
          v128.store(acc, madd(d, z, v128.load(acc)));
          v128.store(acc, f32x4.add(d, v128.load(acc, 16)), 16);
          v128.store(p, z);
          v128.store(q, g);
        }
        s = f32x4.mul(s, share);
        sz = f32x4.mul(sz, share);
        for (let h = 0, p = scratch + quarter, q = dys + quarter; h < H; h++, p += ROW, q += ROW) {
          const g = f32x4.sub(v128.load(q), s);
          v128.store(q, f32x4.mul(nmadd(v128.load(p), sz, g), r));
        }
      }
      for (let h = 0, q = dys; h < H; h++, q += ROW, at += step) {
        scatter(dx + at, width, v128.load(q), v128.load(q, 16), v128.load(q, 32), v128.load(q, 48));
      }
    }
    const out = sums + (<usize>(item * 2 * H) << 3);
    for (let h = 0, acc = lanes; h < H; h++, acc += 32) {
      store<f64>(out + (<usize>h << 3), sum4(v128.load(acc)));
      store<f64>(out + (<usize>(H + h) << 3), sum4(v128.load(acc, 16)));
    }
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
