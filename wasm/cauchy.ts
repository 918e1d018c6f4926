// Sums of a feature's modes and their conjugates at nodes on the unit circle. With w = exp(-i t), c = cos(t/2) and
// s = 2 sin(t/2) / dt,
//
//     exp(-i t/2) s(x, y) = sum_m v / (i s - c lambda) + conj v / (i s - c conj lambda)
//                         = sum_m 2 (-c Re(v conj lambda) + i s Re v) q,
//     1 / q = c^2 |lambda|^2 - s^2 - 2 i c s Re lambda,   v = x y.
//
// So one reciprocal q serves all sums of a mode, and each sum is two products of real weights with q: matrix products
// of weights [rows, modes] and reciprocals [modes, nodes]. They are taken for a pair of vectors of four nodes, whose
// reciprocals, [mode][vector][re, im] in PAIR bytes for each mode, stay in the first cache.
import { one4 } from './math';
import { sum4 } from './part';
import { madd, nmadd } from './simd';

/** Bytes of complex values at the nodes of a pair. */
export const PAIR: usize = 64;

/** Bytes of a pair's nodes, and where they have their values of two vectors each: c, s, c^2, -s^2, c s, sin(t/2). */
export const NODES: usize = 192;
export const COS: usize = 0;
export const S: usize = 32;
const COS2: usize = 64;
const NEG_S2: usize = 96;
const COS_S: usize = 128;
export const SIN: usize = 160;

/** Two pairs of f64 as one vector. */
// @ts-ignore: decorator
@inline function narrow(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 2);
}

/** The nodes of a pair from cos(t/2) and sin(t/2), f64 [2][8]; `factor` is 2 / dt. */
export function placeNodes(to: usize, table: usize, factor: f64): void {
  const f = f64x2.splat(factor);
  for (let half: usize = 0; half < 32; half += 16, to += 16) {
    const at = table + 2 * half;
    const c0 = v128.load(at), c1 = v128.load(at, 16), n0 = v128.load(at, 64), n1 = v128.load(at, 80);
    const s0 = f64x2.mul(n0, f), s1 = f64x2.mul(n1, f);
    v128.store(to, narrow(c0, c1), COS);
    v128.store(to, narrow(s0, s1), S);
    v128.store(to, narrow(f64x2.mul(c0, c0), f64x2.mul(c1, c1)), COS2);
    v128.store(to, f32x4.neg(narrow(f64x2.mul(s0, s0), f64x2.mul(s1, s1))), NEG_S2);
    v128.store(to, narrow(f64x2.mul(c0, s0), f64x2.mul(c1, s1)), COS_S);
    v128.store(to, narrow(n0, n1), SIN);
  }
}

/** q of each mode at the nodes of a pair, [count]; `modes` holds |lambda|^2 and 2 Re lambda. */
export function reciprocals(q: usize, nodes: usize, modes: usize, count: i32): void {
  const a0 = v128.load(nodes, COS2), a1 = v128.load(nodes + 16, COS2);
  const b0 = v128.load(nodes, NEG_S2), b1 = v128.load(nodes + 16, NEG_S2);
  const d0 = v128.load(nodes, COS_S), d1 = v128.load(nodes + 16, COS_S);
  for (const end = modes + (<usize>count << 3); modes < end; modes += 8, q += PAIR) {
    const size = v128.load32_splat(modes), twice = v128.load32_splat(modes, 4);
    let re = madd(a0, size, b0), im = f32x4.mul(d0, twice);
    let r = f32x4.div(one4(), madd(re, re, f32x4.mul(im, im)));
    v128.store(q, f32x4.mul(re, r));
    v128.store(q, f32x4.mul(im, r), 16);
    re = madd(a1, size, b1);
    im = f32x4.mul(d1, twice);
    r = f32x4.div(one4(), madd(re, re, f32x4.mul(im, im)));
    v128.store(q, f32x4.mul(re, r), 32);
    v128.store(q, f32x4.mul(im, r), 48);
  }
}

/** sums[row] = sum_m weights[m][row] q[m] for an even number of rows; weights f32 [count][stride]. */
export function project(sums: usize, q: usize, weights: usize, rows: i32, stride: i32, count: i32): void {
  const step = <usize>stride << 2, end = q + <usize>count * PAIR;
  for (let row = 0; row < rows; row += 2, sums += 2 * PAIR, weights += 8) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let p = q, w = weights; p < end; p += PAIR, w += step) {
      const q0 = v128.load(p), q1 = v128.load(p, 16), q2 = v128.load(p, 32), q3 = v128.load(p, 48);
      let f = v128.load32_splat(w);
      a0 = madd(f, q0, a0);
      a1 = madd(f, q1, a1);
      a2 = madd(f, q2, a2);
      a3 = madd(f, q3, a3);
      f = v128.load32_splat(w, 4);
      b0 = madd(f, q0, b0);
      b1 = madd(f, q1, b1);
      b2 = madd(f, q2, b2);
      b3 = madd(f, q3, b3);
    }
    v128.store(sums, a0);
    v128.store(sums, a1, 16);
    v128.store(sums, a2, 32);
    v128.store(sums, a3, 48);
    v128.store(sums, b0, PAIR);
    v128.store(sums, b1, PAIR + 16);
    v128.store(sums, b2, PAIR + 32);
    v128.store(sums, b3, PAIR + 48);
  }
}

/**
 * Add a mode's part of the gradient at four nodes, from the cotangent x + i y of q: c^2 dr to that of |lambda|^2 and
 * c s di to that of 2 Re lambda, where dr and -di are the cotangents of Re and Im of 1 / q.
 *
 * @returns dr.
 */
// @ts-ignore: decorator
@inline function pull(to: usize, q: usize, x: v128, y: v128, cos2: v128, cosS: v128): v128 {
  const qr = v128.load(q), qi = v128.load(q, 16);
  const a = nmadd(qi, qi, f32x4.mul(qr, qr));
  const b = f32x4.mul(f32x4.add(qr, qr), qi);
  const dr = f32x4.neg(madd(a, x, f32x4.mul(b, y)));
  const di = nmadd(b, x, f32x4.mul(a, y));
  v128.store(to, madd(cos2, dr, v128.load(to)));
  v128.store(to, madd(cosS, di, v128.load(to, 16)), 16);
  return dr;
}

/**
 * The gradient of {@link project} and {@link reciprocals} in the modes at the nodes of a pair, an even number of modes.
 *
 * @param lanes - adds to the cotangents of |lambda|^2 and 2 Re lambda, [count][2] vectors.
 * @param dSums - cotangents of the sums.
 * @returns half of the cotangent of -s times s, in lanes.
 */
export function reciprocalsVjp(
  lanes: usize, q: usize, nodes: usize, weights: usize, dSums: usize, rows: i32, stride: i32, count: i32,
): v128 {
  const step = <usize>stride << 2, end = dSums + <usize>rows * PAIR;
  let first = f32x4.splat(0), second = first;
  for (let m = 0; m < count; m += 2, q += 2 * PAIR, lanes += 64, weights += 2 * step) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let d = dSums, w = weights; d < end; d += PAIR, w += 4) {
      const d0 = v128.load(d), d1 = v128.load(d, 16), d2 = v128.load(d, 32), d3 = v128.load(d, 48);
      let f = v128.load32_splat(w);
      a0 = madd(f, d0, a0);
      a1 = madd(f, d1, a1);
      a2 = madd(f, d2, a2);
      a3 = madd(f, d3, a3);
      f = v128.load32_splat(w + step);
      b0 = madd(f, d0, b0);
      b1 = madd(f, d1, b1);
      b2 = madd(f, d2, b2);
      b3 = madd(f, d3, b3);
    }
    const c0 = v128.load(nodes, COS2), s0 = v128.load(nodes, COS_S);
    first = f32x4.add(first, pull(lanes, q, a0, a1, c0, s0));
    first = f32x4.add(first, pull(lanes + 32, q + PAIR, b0, b1, c0, s0));
    const c1 = v128.load(nodes + 16, COS2), s1 = v128.load(nodes + 16, COS_S);
    second = f32x4.add(second, pull(lanes, q + 32, a2, a3, c1, s1));
    second = f32x4.add(second, pull(lanes + 32, q + PAIR + 32, b2, b3, c1, s1));
  }
  // dr of 1 / q times the derivative -2 s^2.
  return madd(v128.load(nodes, NEG_S2), first, f32x4.mul(v128.load(nodes + 16, NEG_S2), second));
}

/** A sum of the four lanes added to an f64. */
// @ts-ignore: decorator
@inline export function flush(to: usize, v: v128): void {
  store<f64>(to, load<f64>(to) + sum4(v));
}

/**
 * The gradient of {@link project} in the weights over a number of pairs: dWeights[m][row] += sum Re(q conj dSum), f64
 * [count][stride], an even number of modes. dSums has `stride` rows for each pair, a multiple of 4.
 */
export function projectVjp(
  dWeights: usize, q: usize, dSums: usize, stride: i32, count: i32, pairs: i32,
): void {
  const qStep = <usize>count * PAIR, dStep = <usize>stride * PAIR, row = <usize>stride << 3;
  const end = q + <usize>pairs * qStep;
  for (let r = 0; r < stride; r += 4, dSums += 4 * PAIR, dWeights += 32) {
    let to = dWeights;
    for (let first = q; first < q + qStep; first += 2 * PAIR, to += 2 * row) {
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      for (let p = first, d = dSums; p < end; p += qStep, d += dStep) {
        for (let t: usize = 0; t < PAIR; t += 16) {
          const q0 = v128.load(p + t), q1 = v128.load(p + t, PAIR);
          let v = v128.load(d + t);
          a0 = madd(v, q0, a0);
          b0 = madd(v, q1, b0);
          v = v128.load(d + t, PAIR);
          a1 = madd(v, q0, a1);
          b1 = madd(v, q1, b1);
          v = v128.load(d + t, 2 * PAIR);
          a2 = madd(v, q0, a2);
          b2 = madd(v, q1, b2);
          v = v128.load(d + t, 3 * PAIR);
          a3 = madd(v, q0, a3);
          b3 = madd(v, q1, b3);
        }
      }
      flush(to, a0);
      flush(to + 8, a1);
      flush(to + 16, a2);
      flush(to + 24, a3);
      flush(to + row, b0);
      flush(to + row + 8, b1);
      flush(to + row + 16, b2);
      flush(to + row + 24, b3);
    }
  }
}
