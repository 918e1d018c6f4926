// The innermost level of the transform, within vectors: 16 points are four blocks of 4, which are transposed so
// that the lanes of a vector are the blocks. The spectrum stays as it comes out, never in order of frequency.

import { mulConjIm, mulConjRe, mulIm, mulRe } from './fft-radix4';
import { madd, nmadd } from './simd';

/** What to do with a spectrum X: a and b are spectra that are read, s and c are written. */
export namespace Task {
  /** s = X scale. */
  export const Spectrum: i32 = 0;
  /** x = inverse(X a). */
  export const Convolve: i32 = 1;
  /** s += X conj(b), x = inverse(X conj(a)). */
  export const Gradient: i32 = 2;
  /** s += X conj(b), c += X conj(a). */
  export const GradientSum: i32 = 3;
  /** x = inverse(a b), where there is no X. */
  export const Product: i32 = 4;
  /** x = inverse(a scale), where there is no X. */
  export const Inverse: i32 = 5;
  /** Convolve where a is zero at the second and third of each four points. */
  export const ConvolveLow: i32 = 6;
}

/** Bytes of the twiddle factors of 16 points: four lanes of t, t^2 and t^3, real and imaginary parts. */
export const LEAF_TWIDDLES: usize = 96;
/** Bytes of 16 points. */
const BYTES: usize = 128;

/** The last level, and what is done with its result. */
// @ts-ignore: decorator
@inline
export function forwardLeaf(
  task: i32,
  x: usize,
  end: usize,
  w: usize,
  a: usize,
  b: usize,
  c: usize,
  s: usize,
  scale: v128,
): void {
  for (; x < end; x += BYTES, w += LEAF_TWIDDLES, a += BYTES, b += BYTES, c += BYTES, s += BYTES) {
    const v0 = v128.load(x), v1 = v128.load(x, 32), v2 = v128.load(x, 64), v3 = v128.load(x, 96);
    const lowsRe01 = lowPairs(v0, v1), lowsRe23 = lowPairs(v2, v3);
    const highsRe01 = highPairs(v0, v1), highsRe23 = highPairs(v2, v3);
    const u0 = v128.load(x, 16), u1 = v128.load(x, 48), u2 = v128.load(x, 80), u3 = v128.load(x, 112);
    const lowsIm01 = lowPairs(u0, u1), lowsIm23 = lowPairs(u2, u3);
    const highsIm01 = highPairs(u0, u1), highsIm23 = highPairs(u2, u3);
    let zr = lowHalves(highsRe01, highsRe23), zi = lowHalves(highsIm01, highsIm23);
    let tr = v128.load(w, 32), ti = v128.load(w, 48);
    const pr = mulRe(zr, zi, tr, ti), pi = mulIm(zr, zi, tr, ti);
    zr = lowHalves(lowsRe01, lowsRe23);
    zi = lowHalves(lowsIm01, lowsIm23);
    const er = f32x4.add(zr, pr), ei = f32x4.add(zi, pi), fr = f32x4.sub(zr, pr), fi = f32x4.sub(zi, pi);
    zr = highHalves(lowsRe01, lowsRe23);
    zi = highHalves(lowsIm01, lowsIm23);
    tr = v128.load(w);
    ti = v128.load(w, 16);
    const qr = mulRe(zr, zi, tr, ti), qi = mulIm(zr, zi, tr, ti);
    zr = highHalves(highsRe01, highsRe23);
    zi = highHalves(highsIm01, highsIm23);
    tr = v128.load(w, 64);
    ti = v128.load(w, 80);
    const sr = mulRe(zr, zi, tr, ti), si = mulIm(zr, zi, tr, ti);
    const gr = f32x4.add(qr, sr), gi = f32x4.add(qi, si), hr = f32x4.sub(qr, sr), hi = f32x4.sub(qi, si);
    finish(task, f32x4.add(er, gr), f32x4.add(ei, gi), x, a, b, c, s, scale);
    finish(task, f32x4.sub(fr, hi), f32x4.add(fi, hr), x + 32, a + 32, b + 32, c + 32, s + 32, scale);
    finish(task, f32x4.sub(er, gr), f32x4.sub(ei, gi), x + 64, a + 64, b + 64, c + 64, s + 64, scale);
    finish(task, f32x4.add(fr, hi), f32x4.sub(fi, hr), x + 96, a + 96, b + 96, c + 96, s + 96, scale);
  }
}

// @ts-ignore: decorator
@inline
function finish(task: i32, re: v128, im: v128, x: usize, a: usize, b: usize, c: usize, s: usize, scale: v128): void {
  if (task == Task.Spectrum) {
    v128.store(s, f32x4.mul(re, scale));
    v128.store(s, f32x4.mul(im, scale), 16);
  } else if (task == Task.Convolve) {
    const kr = v128.load(a), ki = v128.load(a, 16);
    v128.store(x, mulRe(re, im, kr, ki));
    v128.store(x, mulIm(re, im, kr, ki), 16);
  } else {
    addConj(s, re, im, b);
    if (task == Task.GradientSum) {
      addConj(c, re, im, a);
    } else {
      const kr = v128.load(a), ki = v128.load(a, 16);
      v128.store(x, mulConjRe(re, im, kr, ki));
      v128.store(x, mulConjIm(re, im, kr, ki), 16);
    }
  }
}

/** s += y conj(b). */
// @ts-ignore: decorator
@inline function addConj(s: usize, re: v128, im: v128, b: usize): void {
  const br = v128.load(b), bi = v128.load(b, 16);
  v128.store(s, madd(im, bi, madd(re, br, v128.load(s))));
  v128.store(s, nmadd(re, bi, madd(im, br, v128.load(s, 16))), 16);
}

/** x = a b, or a scale, for tasks without a forward transform. */
// @ts-ignore: decorator
@inline
export function startInverse(task: i32, x: usize, end: usize, a: usize, b: usize, scale: v128): void {
  for (; x < end; x += 32, a += 32, b += 32) {
    const ar = v128.load(a), ai = v128.load(a, 16);
    if (task == Task.Product) {
      const br = v128.load(b), bi = v128.load(b, 16);
      v128.store(x, mulRe(ar, ai, br, bi));
      v128.store(x, mulIm(ar, ai, br, bi), 16);
    } else {
      v128.store(x, f32x4.mul(ar, scale));
      v128.store(x, f32x4.mul(ai, scale), 16);
    }
  }
}

/** {@link Task.ConvolveLow}, the last level there and back at once. */
export function convolveLowLeaf(x: usize, end: usize, w: usize, a: usize): void {
  for (; x < end; x += BYTES, w += LEAF_TWIDDLES, a += BYTES) {
    const v0 = v128.load(x), v1 = v128.load(x, 32), v2 = v128.load(x, 64), v3 = v128.load(x, 96);
    const lowsRe01 = lowPairs(v0, v1), lowsRe23 = lowPairs(v2, v3);
    const highsRe01 = highPairs(v0, v1), highsRe23 = highPairs(v2, v3);
    const u0 = v128.load(x, 16), u1 = v128.load(x, 48), u2 = v128.load(x, 80), u3 = v128.load(x, 112);
    const lowsIm01 = lowPairs(u0, u1), lowsIm23 = lowPairs(u2, u3);
    const highsIm01 = highPairs(u0, u1), highsIm23 = highPairs(u2, u3);
    const t1r = v128.load(w), t1i = v128.load(w, 16), t2r = v128.load(w, 32), t2i = v128.load(w, 48);
    const t3r = v128.load(w, 64), t3i = v128.load(w, 80);
    let zr = lowHalves(highsRe01, highsRe23), zi = lowHalves(highsIm01, highsIm23);
    const pr = mulRe(zr, zi, t2r, t2i), pi = mulIm(zr, zi, t2r, t2i);
    zr = lowHalves(lowsRe01, lowsRe23);
    zi = lowHalves(lowsIm01, lowsIm23);
    const er = f32x4.add(zr, pr), ei = f32x4.add(zi, pi), fr = f32x4.sub(zr, pr), fi = f32x4.sub(zi, pi);
    zr = highHalves(lowsRe01, lowsRe23);
    zi = highHalves(lowsIm01, lowsIm23);
    const qr = mulRe(zr, zi, t1r, t1i), qi = mulIm(zr, zi, t1r, t1i);
    zr = highHalves(highsRe01, highsRe23);
    zi = highHalves(highsIm01, highsIm23);
    const sr = mulRe(zr, zi, t3r, t3i), si = mulIm(zr, zi, t3r, t3i);
    const gr = f32x4.add(qr, sr), gi = f32x4.add(qi, si), hr = f32x4.sub(qr, sr), hi = f32x4.sub(qi, si);
    const yr = f32x4.add(er, gr), yi = f32x4.add(ei, gi), xr = f32x4.add(fr, hi), xi = f32x4.sub(fi, hr);
    const k0r = v128.load(a), k0i = v128.load(a, 16), k3r = v128.load(a, 96), k3i = v128.load(a, 112);
    const ar = mulRe(yr, yi, k0r, k0i), ai = mulIm(yr, yi, k0r, k0i);
    const dr = mulRe(xr, xi, k3r, k3i), di = mulIm(xr, xi, k3r, k3i);
    const z0r = f32x4.add(ar, dr), z0i = f32x4.add(ai, di);
    let br = f32x4.sub(ar, di), bi = f32x4.add(ai, dr);
    const z1r = mulConjRe(br, bi, t1r, t1i), z1i = mulConjIm(br, bi, t1r, t1i);
    br = f32x4.sub(ar, dr);
    bi = f32x4.sub(ai, di);
    const z2r = mulConjRe(br, bi, t2r, t2i), z2i = mulConjIm(br, bi, t2r, t2i);
    br = f32x4.add(ar, di);
    bi = f32x4.sub(ai, dr);
    const z3r = mulConjRe(br, bi, t3r, t3i), z3i = mulConjIm(br, bi, t3r, t3i);
    storeTransposed(x, z0r, z1r, z2r, z3r);
    storeTransposed(x + 16, z0i, z1i, z2i, z3i);
  }
}

/** Undo the last level, times 4. */
export function inverseLeaf(x: usize, end: usize, w: usize): void {
  for (; x < end; x += BYTES, w += LEAF_TWIDDLES) {
    dft4Columns(
      true,
      v128.load(x), v128.load(x, 16),
      v128.load(x, 32), v128.load(x, 48),
      v128.load(x, 64), v128.load(x, 80),
      v128.load(x, 96), v128.load(x, 112),
      w, x,
    );
  }
}

/**
 * Transforms of four points a, b, c, d, four in the lanes of vectors, times 1, t, t^2 and t^3 or their conjugates; each
 * becomes one vector at y.
 */
// @ts-ignore: decorator
@inline
export function dft4Columns(
  conjugate: bool,
  ar: v128,
  ai: v128,
  br: v128,
  bi: v128,
  cr: v128,
  ci: v128,
  dr: v128,
  di: v128,
  w: usize,
  y: usize,
): void {
  const er = f32x4.add(ar, cr), ei = f32x4.add(ai, ci), fr = f32x4.sub(ar, cr), fi = f32x4.sub(ai, ci);
  const gr = f32x4.add(br, dr), gi = f32x4.add(bi, di), hr = f32x4.sub(br, dr), hi = f32x4.sub(bi, di);
  const z0r = f32x4.add(er, gr), z0i = f32x4.add(ei, gi);
  let tr = v128.load(w), ti = v128.load(w, 16);
  let pr = f32x4.add(fr, hi), pi = f32x4.sub(fi, hr);
  const z1r = timesRe(conjugate, pr, pi, tr, ti), z1i = timesIm(conjugate, pr, pi, tr, ti);
  tr = v128.load(w, 32);
  ti = v128.load(w, 48);
  pr = f32x4.sub(er, gr);
  pi = f32x4.sub(ei, gi);
  const z2r = timesRe(conjugate, pr, pi, tr, ti), z2i = timesIm(conjugate, pr, pi, tr, ti);
  tr = v128.load(w, 64);
  ti = v128.load(w, 80);
  pr = f32x4.sub(fr, hi);
  pi = f32x4.add(fi, hr);
  const z3r = timesRe(conjugate, pr, pi, tr, ti), z3i = timesIm(conjugate, pr, pi, tr, ti);
  storeTransposed(y, z0r, z1r, z2r, z3r);
  storeTransposed(y + 16, z0i, z1i, z2i, z3i);
}

// @ts-ignore: decorator
@inline function timesRe(conjugate: bool, ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return conjugate ? mulConjRe(ar, ai, br, bi) : mulRe(ar, ai, br, bi);
}

// @ts-ignore: decorator
@inline function timesIm(conjugate: bool, ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return conjugate ? mulConjIm(ar, ai, br, bi) : mulIm(ar, ai, br, bi);
}

/** The columns of four vectors, each at 32 bytes from the last. */
// @ts-ignore: decorator
@inline function storeTransposed(x: usize, a: v128, b: v128, c: v128, d: v128): void {
  const low = lowPairs(a, b), low2 = lowPairs(c, d), high = highPairs(a, b), high2 = highPairs(c, d);
  v128.store(x, lowHalves(low, low2));
  v128.store(x, highHalves(low, low2), 32);
  v128.store(x, lowHalves(high, high2), 64);
  v128.store(x, highHalves(high, high2), 96);
}

// @ts-ignore: decorator
@inline function lowPairs(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline function highPairs(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
}

// @ts-ignore: decorator
@inline function lowHalves(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 1, 4, 5);
}

// @ts-ignore: decorator
@inline function highHalves(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 3, 6, 7);
}
