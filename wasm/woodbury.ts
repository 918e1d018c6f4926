// From the Cauchy sums of a feature to the values of its kernel at four nodes, and back; see reference/s4.ts. Sums are
// numbered as in s4-feature.ts and kept in rows of PAIR bytes as cauchy.ts leaves them: rows 2j and 2j + 1 are W and V
// of sum j = c W + i s V. With factors exp(-i t/2) moved from the sums to the result, a is c:
//
//     K exp(-i t/2) = s(B, C) - c sum_ij s(P_i, C) E[i, j] s(B, Q_j),  E = (I + c S)^-1.
import { COS, PAIR, S, SIN } from './cauchy';
import { one4 } from './math';
import { load4, store4 } from './part';
import { sumsOf } from './s4-feature';
import { madd, nmadd } from './simd';

/** Bytes of four complex numbers, and between sums. */
const VALUE: usize = 32;
const SUM: usize = 2 * PAIR;

/** Bytes of work space: E, x, z, and cotangents of s(B, Q) and S. */
export const WORK: usize = 16 * VALUE;
const X: usize = 4 * VALUE;
const Z: usize = 6 * VALUE;
const D_BQ: usize = 8 * VALUE;
const D_S: usize = 10 * VALUE;

/** Re and Im of a product. */
// @ts-ignore: decorator
@inline function re4(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return nmadd(ai, bi, f32x4.mul(ar, br));
}
// @ts-ignore: decorator
@inline function im4(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return madd(ar, bi, f32x4.mul(ai, br));
}

// @ts-ignore: decorator
@inline function put4(p: usize, re: v128, im: v128): void {
  v128.store(p, re);
  v128.store(p, im, 16);
}

/** sum + a b, in place. */
// @ts-ignore: decorator
@inline function addProduct(sum: usize, a: usize, b: usize): void {
  const ar = v128.load(a), ai = v128.load(a, 16), br = v128.load(b), bi = v128.load(b, 16);
  v128.store(sum, nmadd(ai, bi, madd(ar, br, v128.load(sum))));
  v128.store(sum, madd(ai, br, madd(ar, bi, v128.load(sum, 16))), 16);
}

/** Put each sum in its first row. */
function resolve(sums: usize, nodes: usize, count: i32): void {
  const c = v128.load(nodes, COS), s = v128.load(nodes, S);
  for (const end = sums + <usize>count * SUM; sums < end; sums += SUM) {
    const wr = v128.load(sums), wi = v128.load(sums, 16);
    put4(
      sums, nmadd(s, v128.load(sums, PAIR + 16), f32x4.mul(c, wr)), madd(s, v128.load(sums, PAIR), f32x4.mul(c, wi)),
    );
  }
}

/** E = (I + c S)^-1. */
function invert(E: usize, S: usize, c: v128, R: i32): void {
  const ar = madd(c, v128.load(S), one4()), ai = f32x4.mul(c, v128.load(S, 16));
  if (R == 1) {
    const r = f32x4.div(one4(), madd(ar, ar, f32x4.mul(ai, ai)));
    put4(E, f32x4.mul(ar, r), f32x4.neg(f32x4.mul(ai, r)));
    return;
  }
  const br = f32x4.mul(c, v128.load(S, SUM)), bi = f32x4.mul(c, v128.load(S, SUM + 16));
  const cr = f32x4.mul(c, v128.load(S, 2 * SUM)), ci = f32x4.mul(c, v128.load(S, 2 * SUM + 16));
  const dr = madd(c, v128.load(S, 3 * SUM), one4()), di = f32x4.mul(c, v128.load(S, 3 * SUM + 16));
  const tr = f32x4.sub(re4(ar, ai, dr, di), re4(br, bi, cr, ci));
  const ti = f32x4.sub(im4(ar, ai, dr, di), im4(br, bi, cr, ci));
  const r = f32x4.div(one4(), madd(tr, tr, f32x4.mul(ti, ti)));
  const pr = f32x4.mul(tr, r), pi = f32x4.neg(f32x4.mul(ti, r));
  put4(E, re4(dr, di, pr, pi), im4(dr, di, pr, pi));
  put4(E + VALUE, f32x4.neg(re4(br, bi, pr, pi)), f32x4.neg(im4(br, bi, pr, pi)));
  put4(E + 2 * VALUE, f32x4.neg(re4(cr, ci, pr, pi)), f32x4.neg(im4(cr, ci, pr, pi)));
  put4(E + 3 * VALUE, re4(ar, ai, pr, pi), im4(ar, ai, pr, pi));
}

/** E, and x = E s(B, Q). */
function solve(work: usize, BQ: usize, nodes: usize, R: i32): void {
  invert(work, BQ + <usize>R * SUM, v128.load(nodes, COS), R);
  memory.fill(work + X, 0, <usize>R * VALUE);
  for (let i: usize = 0; i < <usize>R; i++) {
    for (let j: usize = 0; j < <usize>R; j++) {
      addProduct(work + X + i * VALUE, work + (i * R + j) * VALUE, BQ + j * SUM);
    }
  }
}

/**
 * Values K of the kernel at the four nodes of half a pair: pairs of real and imaginary part, the first `left`, at
 * K + c channelBytes for channel c. The sums are overwritten.
 */
export function woodbury(
  K: usize, channelBytes: usize, sums: usize, nodes: usize, work: usize, R: i32, channels: i32, left: i32,
): void {
  resolve(sums, nodes, sumsOf(R, channels));
  const PC = sums + <usize>channels * SUM;
  solve(work, PC + <usize>(R * channels) * SUM, nodes, R);
  const c = v128.load(nodes, COS), sin = v128.load(nodes, SIN);
  for (let channel = 0; channel < channels; channel++, sums += SUM, K += channelBytes) {
    let kr = v128.load(sums), ki = v128.load(sums, 16);
    for (let i = 0; i < R; i++) {
      const p = PC + <usize>(i * channels + channel) * SUM, x = work + X + <usize>i * VALUE;
      const pr = f32x4.mul(c, v128.load(p)), pi = f32x4.mul(c, v128.load(p, 16));
      const xr = v128.load(x), xi = v128.load(x, 16);
      kr = madd(pi, xi, nmadd(pr, xr, kr));
      ki = nmadd(pi, xr, nmadd(pr, xi, ki));
    }
    const re = re4(kr, ki, c, sin), im = im4(kr, ki, c, sin);
    store4(K, v128.shuffle<f32>(re, im, 0, 4, 1, 5), 2 * left);
    if (left > 2) store4(K + 16, v128.shuffle<f32>(re, im, 2, 6, 3, 7), 2 * left - 4);
  }
}

/** The cotangents of W and V of a sum from its own, g; returns s times what it adds to that of s, for each node. */
// @ts-ignore: decorator
@inline function spread(dSum: usize, sum: usize, gr: v128, gi: v128, c: v128, s: v128): v128 {
  put4(dSum, f32x4.mul(c, gr), f32x4.mul(c, gi));
  const sr = f32x4.mul(s, gi), si = f32x4.neg(f32x4.mul(s, gr));
  put4(dSum + PAIR, sr, si);
  return madd(v128.load(sum, PAIR + 16), si, f32x4.mul(v128.load(sum, PAIR), sr));
}

/**
 * The gradient of {@link woodbury}: cotangents of W and V of all sums, as its rows, from those of K.
 *
 * @returns s times the sums' part of the cotangent of s, in lanes.
 */
export function woodburyVjp(
  dSums: usize, dK: usize, channelBytes: usize, sums: usize, nodes: usize, work: usize, R: i32, channels: i32,
  left: i32,
): v128 {
  resolve(sums, nodes, sumsOf(R, channels));
  const PC = <usize>channels * SUM, BQ = PC + <usize>(R * channels) * SUM;
  solve(work, sums + BQ, nodes, R);
  memory.fill(work + D_BQ, 0, WORK - D_BQ);
  const c = v128.load(nodes, COS), s = v128.load(nodes, S), sin = v128.load(nodes, SIN);
  let total = f32x4.splat(0);
  for (let channel: usize = 0; channel < <usize>channels; channel++, dK += channelBytes) {
    let gr = f32x4.splat(0), gi = gr;
    if (left > 0) {
      const low = load4(dK, 2 * left), high = left > 2 ? load4(dK + 16, 2 * left - 4) : f32x4.splat(0);
      const re = v128.shuffle<f32>(low, high, 0, 2, 4, 6), im = v128.shuffle<f32>(low, high, 1, 3, 5, 7);
      gr = madd(im, sin, f32x4.mul(re, c));
      gi = nmadd(re, sin, f32x4.mul(im, c));
    }
    const own = channel * SUM;
    total = f32x4.add(total, spread(dSums + own, sums + own, gr, gi, c, s));
    // z = s(P, C)^T E.
    memory.fill(work + Z, 0, <usize>R * VALUE);
    for (let i: usize = 0; i < <usize>R; i++) {
      for (let j: usize = 0; j < <usize>R; j++) {
        const p = sums + PC + (i * channels + channel) * SUM;
        addProduct(work + Z + j * VALUE, p, work + (i * R + j) * VALUE);
      }
    }
    const hr = f32x4.neg(f32x4.mul(c, gr)), hi = f32x4.neg(f32x4.mul(c, gi));
    for (let i: usize = 0; i < <usize>R; i++) {
      const x = work + X + i * VALUE, z = work + Z + i * VALUE;
      const xr = v128.load(x), xi = v128.load(x, 16), zr = v128.load(z), zi = v128.load(z, 16);
      const at = PC + (i * channels + channel) * SUM;
      const dr = madd(xi, hi, f32x4.mul(xr, hr)), di = nmadd(xi, hr, f32x4.mul(xr, hi));
      total = f32x4.add(total, spread(dSums + at, sums + at, dr, di, c, s));
      // -c conj(z) g, and times -c conj(x).
      const er = madd(zi, hi, f32x4.mul(zr, hr)), ei = nmadd(zi, hr, f32x4.mul(zr, hi));
      const b = work + D_BQ + i * VALUE;
      put4(b, f32x4.add(v128.load(b), er), f32x4.add(v128.load(b, 16), ei));
      const fr = f32x4.neg(f32x4.mul(c, er)), fi = f32x4.neg(f32x4.mul(c, ei));
      for (let j: usize = 0; j < <usize>R; j++) {
        const y = work + X + j * VALUE, d = work + D_S + (i * R + j) * VALUE;
        const yr = v128.load(y), yi = v128.load(y, 16);
        put4(d, madd(yi, fi, madd(yr, fr, v128.load(d))), nmadd(yi, fr, madd(yr, fi, v128.load(d, 16))));
      }
    }
  }
  for (let i: usize = 0; i < <usize>(R + R * R); i++) {
    const at = BQ + i * SUM;
    const d = work + (i < <usize>R ? D_BQ + i * VALUE : D_S + (i - R) * VALUE);
    total = f32x4.add(total, spread(dSums + at, sums + at, v128.load(d), v128.load(d, 16), c, s));
  }
  return total;
}
