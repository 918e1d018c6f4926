// Sums over powers of complex numbers a[m], |a| <= 1, without an array of all powers: with l = q T + r,
// a^l = (a^T)^q a^r, so that
//
//     sum_m Re(w[m] a[m]^l)   is a product of the matrices of Re, Im of w a^(qT) and of Re, -Im of a^r,
//     sum_l g[l] a[m]^l       is sum_q a^(qT) sum_r g[qT + r] a^r, again with a matrix product inside.
//
// T is about sqrt(L), so both matrices are small; they are made in f64 and rounded once.
// `count`, the number of m, is even. A matrix of n powers is stored as [n / 4][count][re, im][4].
import { put } from './s4d-mode';
import { store4, sum4 } from './part';
import { madd, nmadd } from './simd';

/** Bytes of 4 powers of all numbers. */
// @ts-ignore: decorator
@inline function groupBytes(count: i32): usize {
  return <usize>count << 5;
}

/**
 * One number's column of such a matrix: v s^i for i < 4 groups, with `sign` times the imaginary part.
 * What has fallen below 1e-18 |v| becomes zero, so that no f32 is denormal.
 */
export function powers(to: usize, count: i32, groups: i32, vr: f64, vi: f64, sr: f64, si: f64, sign: f64): void {
  const stride = groupBytes(count);
  const s2r = sr * sr - si * si, s2i = 2 * sr * si;
  const v1r = vr * sr - vi * si, v1i = vr * si + vi * sr;
  const fr = f64x2.splat(s2r * s2r - s2i * s2i), fi = f64x2.splat(2 * s2r * s2i);
  const signs = f64x2.splat(sign);
  let re0 = f64x2(vr, v1r), im0 = f64x2(vi, v1i);
  const br = f64x2.splat(s2r), bi = f64x2.splat(s2i);
  let re1 = f64x2.sub(f64x2.mul(re0, br), f64x2.mul(im0, bi));
  let im1 = f64x2.add(f64x2.mul(re0, bi), f64x2.mul(im0, br));
  const least = 1e-36 * (vr * vr + vi * vi);
  for (let g = 0; g < groups; g++, to += stride) {
    const re = f64x2.extract_lane(re0, 0), im = f64x2.extract_lane(im0, 0);
    if (re * re + im * im < least) {
      for (; g < groups; g++, to += stride) {
        v128.store(to, f32x4.splat(0));
        v128.store(to, f32x4.splat(0), 16);
      }
      return;
    }
    v128.store(to, v128.shuffle<u64>(f32x4.demote_f64x2_zero(re0), f32x4.demote_f64x2_zero(re1), 0, 2));
    v128.store(to, v128.shuffle<u64>(
      f32x4.demote_f64x2_zero(f64x2.mul(im0, signs)), f32x4.demote_f64x2_zero(f64x2.mul(im1, signs)), 0, 2,
    ), 16);
    let t = f64x2.sub(f64x2.mul(re0, fr), f64x2.mul(im0, fi));
    im0 = f64x2.add(f64x2.mul(re0, fi), f64x2.mul(im0, fr));
    re0 = t;
    t = f64x2.sub(f64x2.mul(re1, fr), f64x2.mul(im1, fi));
    im1 = f64x2.add(f64x2.mul(re1, fi), f64x2.mul(im1, fr));
    re1 = t;
  }
}

/** y[qT + r] = sum over m of Re anchor[q] Re table[r] + Im anchor[q] Im table[r], the first L. T is a multiple of 8. */
export function combine(y: usize, anchors: usize, table: usize, count: i32, L: i32, T: i32): void {
  const group = groupBytes(count);
  for (let q = 0; q * T < L; q += 4, anchors += group) {
    let b = table;
    for (let r = 0; r < T && q * T + r < L; r += 8, b += 2 * group) {
      let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
      for (let a = anchors, p = b; a < anchors + group; a += 16, p += 16) {
        const b0 = v128.load(p), b1 = v128.load(p + group);
        let s = v128.load32_splat(a);
        c00 = madd(s, b0, c00);
        c01 = madd(s, b1, c01);
        s = v128.load32_splat(a, 4);
        c10 = madd(s, b0, c10);
        c11 = madd(s, b1, c11);
        s = v128.load32_splat(a, 8);
        c20 = madd(s, b0, c20);
        c21 = madd(s, b1, c21);
        s = v128.load32_splat(a, 12);
        c30 = madd(s, b0, c30);
        c31 = madd(s, b1, c31);
      }
      let l = q * T + r;
      storeRow(y, l, L, c00, c01);
      storeRow(y, l += T, L, c10, c11);
      storeRow(y, l += T, L, c20, c21);
      storeRow(y, l + T, L, c30, c31);
    }
  }
}

/** Those of 8 values that lie before L. */
// @ts-ignore: decorator
@inline function storeRow(y: usize, l: i32, L: i32, c0: v128, c1: v128): void {
  const left = L - l;
  const p = y + (<usize>l << 2);
  if (left > 0) store4(p, c0, left);
  if (left > 4) store4(p + 16, c1, left - 4);
}

/**
 * Arrange L values g for {@link correlate}: [q / 4][r][2][4], g[qT + r] and r g[qT + r] with q in the lanes, zeros
 * after the end. Value l is read at g + 4 l step.
 */
export function arrange(to: usize, g: usize, step: i32, L: i32, T: i32): void {
  const end = (L + 4 * T - 1) / (4 * T) * (4 * T);
  for (let start = 0; start < end; start += T) {
    let p = to + (<usize>(start / (4 * T) * T) << 5) + (<usize>(start / T & 3) << 2);
    for (let r = 0; r < T; r++, p += 32) {
      const l = start + r;
      const value = l < L ? load<f32>(g + (<usize>(l * step) << 2)) : 0;
      store<f32>(p, value);
      store<f32>(p, <f32>r * value, 16);
    }
  }
}

/**
 * For each m: sum_l g[l] a^l and sum_l (l + 1) g[l] a^l, complex f64 [count][2], from g as {@link arrange} leaves it.
 *
 * @param lanes - scratch, 64 bytes for each m.
 */
export function correlate(
  sums: usize, g: usize, anchors: usize, table: usize, lanes: usize, count: i32, L: i32, T: i32,
): void {
  const group = groupBytes(count);
  const bytes = <usize>count << 6;
  memory.fill(lanes, 0, bytes);
  for (let q = 0; q * T < L; q += 4, anchors += group, g += <usize>T << 5) {
    // q T + 1 of the four lanes.
    const offset = f32x4.add(f32x4.splat(<f32>(q * T + 1)), f32x4.mul(f32x4.splat(<f32>T), f32x4(0, 1, 2, 3)));
    for (let m: usize = 0; m < group; m += 64) {
      // re, im of two numbers; P sums g, R sums r g.
      let p0 = f32x4.splat(0), p1 = p0, p2 = p0, p3 = p0, r0 = p0, r1 = p0, r2 = p0, r3 = p0;
      let v = g;
      for (let four = table + m; v < g + (<usize>T << 5); four += group) {
        for (let t = four; t < four + 16; t += 4, v += 32) {
          const x = v128.load(v), rx = v128.load(v, 16);
          let s = v128.load32_splat(t);
          p0 = madd(s, x, p0);
          r0 = madd(s, rx, r0);
          s = v128.load32_splat(t, 16);
          p1 = madd(s, x, p1);
          r1 = madd(s, rx, r1);
          s = v128.load32_splat(t, 32);
          p2 = madd(s, x, p2);
          r2 = madd(s, rx, r2);
          s = v128.load32_splat(t, 48);
          p3 = madd(s, x, p3);
          r3 = madd(s, rx, r3);
        }
      }
      const to = lanes + 2 * m;
      gatherLanes(to, anchors + m, p0, p1, madd(offset, p0, r0), madd(offset, p1, r1));
      gatherLanes(to + 64, anchors + m + 32, p2, p3, madd(offset, p2, r2), madd(offset, p3, r3));
    }
  }
  for (let m: usize = 0; m < bytes; m += 64, sums += 32) {
    put(sums, sum4(v128.load(lanes + m)), sum4(v128.load(lanes + m, 16)));
    put(sums + 16, sum4(v128.load(lanes + m, 32)), sum4(v128.load(lanes + m, 48)));
  }
}

/** Add anchor p and anchor w, complex with q in the lanes. */
// @ts-ignore: decorator
@inline function gatherLanes(to: usize, anchor: usize, pr: v128, pi: v128, wr: v128, wi: v128): void {
  const ar = v128.load(anchor), ai = v128.load(anchor, 16);
  v128.store(to, nmadd(ai, pi, madd(ar, pr, v128.load(to))));
  v128.store(to, madd(ai, pr, madd(ar, pi, v128.load(to, 16))), 16);
  v128.store(to, nmadd(ai, wi, madd(ar, wr, v128.load(to, 32))), 32);
  v128.store(to, madd(ai, wr, madd(ar, wi, v128.load(to, 48))), 48);
}
