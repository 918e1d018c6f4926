// The innermost 16 points of the transform, in registers: the last two radix-4 levels, what is done to the
// spectrum there, and the first two levels of the inverse. The spectrum is never put into order of frequency.

import { madd } from './simd';
import { mulConjIm, mulConjRe, mulIm, mulRe } from './fft-radix4';

/** What to do with the spectrum X of the points at hand: a is a spectrum that is read, s one that is written. */
export namespace Task {
  /** x = inverse(X a). */
  export const Convolve: i32 = 0;
  /** s = X scale. */
  export const Spectrum: i32 = 1;
  /** x = inverse(b a), without a forward transform. */
  export const Product: i32 = 2;
  /** s += X conj(b), x = inverse(X conj(a)). */
  export const Gradient: i32 = 3;
  /** s += X conj(b), c += X conj(a), without an inverse. */
  export const GradientSum: i32 = 4;
  /** x = inverse(a scale). */
  export const Inverse: i32 = 5;
}

/** Bytes of the twiddle factors of 16 points: t, t^2, t^3 of the first level, padding, then four lanes of each. */
export const LEAF_TWIDDLES: usize = 96;

/**
 * @param x - the points, count blocks of 16.
 * @param w - their twiddle factors.
 */
// @ts-ignore: decorator
@inline
export function leaf(task: i32, x: usize, w: usize, a: usize, b: usize, c: usize, s: usize, scale: v128, count: usize): void {
  for (const end = x + (count << 7); x < end; x += 128, w += LEAF_TWIDDLES) {
    let y0r: v128, y0i: v128, y1r: v128, y1i: v128, y2r: v128, y2i: v128, y3r: v128, y3i: v128;
    if (task == Task.Product) {
      y0r = mulRe(v128.load(b), v128.load(b, 16), v128.load(a), v128.load(a, 16));
      y0i = mulIm(v128.load(b), v128.load(b, 16), v128.load(a), v128.load(a, 16));
      y1r = mulRe(v128.load(b, 32), v128.load(b, 48), v128.load(a, 32), v128.load(a, 48));
      y1i = mulIm(v128.load(b, 32), v128.load(b, 48), v128.load(a, 32), v128.load(a, 48));
      y2r = mulRe(v128.load(b, 64), v128.load(b, 80), v128.load(a, 64), v128.load(a, 80));
      y2i = mulIm(v128.load(b, 64), v128.load(b, 80), v128.load(a, 64), v128.load(a, 80));
      y3r = mulRe(v128.load(b, 96), v128.load(b, 112), v128.load(a, 96), v128.load(a, 112));
      y3i = mulIm(v128.load(b, 96), v128.load(b, 112), v128.load(a, 96), v128.load(a, 112));
    } else if (task == Task.Inverse) {
      y0r = f32x4.mul(scale, v128.load(a));
      y0i = f32x4.mul(scale, v128.load(a, 16));
      y1r = f32x4.mul(scale, v128.load(a, 32));
      y1i = f32x4.mul(scale, v128.load(a, 48));
      y2r = f32x4.mul(scale, v128.load(a, 64));
      y2i = f32x4.mul(scale, v128.load(a, 80));
      y3r = f32x4.mul(scale, v128.load(a, 96));
      y3i = f32x4.mul(scale, v128.load(a, 112));
    } else {
      y0r = v128.load(x);
      y0i = v128.load(x, 16);
      y1r = v128.load(x, 32);
      y1i = v128.load(x, 48);
      y2r = v128.load(x, 64);
      y2i = v128.load(x, 80);
      y3r = v128.load(x, 96);
      y3i = v128.load(x, 112);
      // Transposed: y_l holds coefficient l of the four residues.
      let z0 = lowPairs(y0r, y1r), z1 = lowPairs(y2r, y3r), z2 = highPairs(y0r, y1r), z3 = highPairs(y2r, y3r);
      y0r = lowHalves(z0, z1);
      y1r = highHalves(z0, z1);
      y2r = lowHalves(z2, z3);
      y3r = highHalves(z2, z3);
      z0 = lowPairs(y0i, y1i);
      z1 = lowPairs(y2i, y3i);
      z2 = highPairs(y0i, y1i);
      z3 = highPairs(y2i, y3i);
      y0i = lowHalves(z0, z1);
      y1i = highHalves(z0, z1);
      y2i = lowHalves(z2, z3);
      y3i = highHalves(z2, z3);
      let tr = v128.load(w, 32), ti = v128.load(w, 48);
      let pr = mulRe(y2r, y2i, tr, ti), pi = mulIm(y2r, y2i, tr, ti);
      const er = f32x4.add(y0r, pr), ei = f32x4.add(y0i, pi), fr = f32x4.sub(y0r, pr), fi = f32x4.sub(y0i, pi);
      tr = v128.load(w);
      ti = v128.load(w, 16);
      pr = mulRe(y1r, y1i, tr, ti);
      pi = mulIm(y1r, y1i, tr, ti);
      tr = v128.load(w, 64);
      ti = v128.load(w, 80);
      const vr = mulRe(y3r, y3i, tr, ti), vi = mulIm(y3r, y3i, tr, ti);
      const gr = f32x4.add(pr, vr), gi = f32x4.add(pi, vi), hr = f32x4.sub(pr, vr), hi = f32x4.sub(pi, vi);
      y0r = f32x4.add(er, gr);
      y0i = f32x4.add(ei, gi);
      y1r = f32x4.sub(fr, hi);
      y1i = f32x4.add(fi, hr);
      y2r = f32x4.sub(er, gr);
      y2i = f32x4.sub(ei, gi);
      y3r = f32x4.add(fr, hi);
      y3i = f32x4.sub(fi, hr);
    }
    if (task == Task.Spectrum) {
      v128.store(s, f32x4.mul(scale, y0r));
      v128.store(s, f32x4.mul(scale, y0i), 16);
      v128.store(s, f32x4.mul(scale, y1r), 32);
      v128.store(s, f32x4.mul(scale, y1i), 48);
      v128.store(s, f32x4.mul(scale, y2r), 64);
      v128.store(s, f32x4.mul(scale, y2i), 80);
      v128.store(s, f32x4.mul(scale, y3r), 96);
      v128.store(s, f32x4.mul(scale, y3i), 112);
    }
    if (task == Task.Gradient || task == Task.GradientSum) {
      addProduct(s, y0r, y0i, b);
      addProduct(s + 32, y1r, y1i, b + 32);
      addProduct(s + 64, y2r, y2i, b + 64);
      addProduct(s + 96, y3r, y3i, b + 96);
    }
    if (task == Task.GradientSum) {
      addProduct(c, y0r, y0i, a);
      addProduct(c + 32, y1r, y1i, a + 32);
      addProduct(c + 64, y2r, y2i, a + 64);
      addProduct(c + 96, y3r, y3i, a + 96);
    }
    if (task == Task.Convolve) {
      let kr = v128.load(a), ki = v128.load(a, 16), t = y0r;
      y0r = mulRe(t, y0i, kr, ki);
      y0i = mulIm(t, y0i, kr, ki);
      kr = v128.load(a, 32);
      ki = v128.load(a, 48);
      t = y1r;
      y1r = mulRe(t, y1i, kr, ki);
      y1i = mulIm(t, y1i, kr, ki);
      kr = v128.load(a, 64);
      ki = v128.load(a, 80);
      t = y2r;
      y2r = mulRe(t, y2i, kr, ki);
      y2i = mulIm(t, y2i, kr, ki);
      kr = v128.load(a, 96);
      ki = v128.load(a, 112);
      t = y3r;
      y3r = mulRe(t, y3i, kr, ki);
      y3i = mulIm(t, y3i, kr, ki);
    }
    if (task == Task.Gradient) {
      let kr = v128.load(a), ki = v128.load(a, 16), t = y0r;
      y0r = mulConjRe(t, y0i, kr, ki);
      y0i = mulConjIm(t, y0i, kr, ki);
      kr = v128.load(a, 32);
      ki = v128.load(a, 48);
      t = y1r;
      y1r = mulConjRe(t, y1i, kr, ki);
      y1i = mulConjIm(t, y1i, kr, ki);
      kr = v128.load(a, 64);
      ki = v128.load(a, 80);
      t = y2r;
      y2r = mulConjRe(t, y2i, kr, ki);
      y2i = mulConjIm(t, y2i, kr, ki);
      kr = v128.load(a, 96);
      ki = v128.load(a, 112);
      t = y3r;
      y3r = mulConjRe(t, y3i, kr, ki);
      y3i = mulConjIm(t, y3i, kr, ki);
    }
    if (task != Task.Spectrum && task != Task.GradientSum) {
      let er = f32x4.add(y0r, y2r), ei = f32x4.add(y0i, y2i), fr = f32x4.sub(y0r, y2r), fi = f32x4.sub(y0i, y2i);
      let gr = f32x4.add(y1r, y3r), gi = f32x4.add(y1i, y3i), hr = f32x4.sub(y1r, y3r), hi = f32x4.sub(y1i, y3i);
      y0r = f32x4.add(er, gr);
      y0i = f32x4.add(ei, gi);
      let pr = f32x4.sub(er, gr), pi = f32x4.sub(ei, gi);
      let tr = v128.load(w, 32), ti = v128.load(w, 48);
      y2r = mulConjRe(pr, pi, tr, ti);
      y2i = mulConjIm(pr, pi, tr, ti);
      pr = f32x4.add(fr, hi);
      pi = f32x4.sub(fi, hr);
      tr = v128.load(w);
      ti = v128.load(w, 16);
      y1r = mulConjRe(pr, pi, tr, ti);
      y1i = mulConjIm(pr, pi, tr, ti);
      pr = f32x4.sub(fr, hi);
      pi = f32x4.add(fi, hr);
      tr = v128.load(w, 64);
      ti = v128.load(w, 80);
      y3r = mulConjRe(pr, pi, tr, ti);
      y3i = mulConjIm(pr, pi, tr, ti);
      let z0 = lowPairs(y0r, y1r), z1 = lowPairs(y2r, y3r), z2 = highPairs(y0r, y1r), z3 = highPairs(y2r, y3r);
      v128.store(x, lowHalves(z0, z1));
      v128.store(x, highHalves(z0, z1), 32);
      v128.store(x, lowHalves(z2, z3), 64);
      v128.store(x, highHalves(z2, z3), 96);
      z0 = lowPairs(y0i, y1i);
      z1 = lowPairs(y2i, y3i);
      z2 = highPairs(y0i, y1i);
      z3 = highPairs(y2i, y3i);
      v128.store(x, lowHalves(z0, z1), 16);
      v128.store(x, highHalves(z0, z1), 48);
      v128.store(x, lowHalves(z2, z3), 80);
      v128.store(x, highHalves(z2, z3), 112);
    }
    a += 128;
    b += 128;
    c += 128;
    s += 128;
  }
}

/** s += y conj(b). */
// @ts-ignore: decorator
@inline function addProduct(s: usize, yr: v128, yi: v128, b: usize): void {
  const br = v128.load(b), bi = v128.load(b, 16);
  v128.store(s, f32x4.add(v128.load(s), mulConjRe(yr, yi, br, bi)));
  v128.store(s, f32x4.add(v128.load(s, 16), mulConjIm(yr, yi, br, bi)), 16);
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
