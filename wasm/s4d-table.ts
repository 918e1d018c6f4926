// The tables of powers that sums over modes of a diagonal state space model are made from; see vandermonde.ts.
import { AB, MODE, mulIm, mulRe, put } from './s4d-mode';
import { powers } from './vandermonde';

// Scratch of the kernels, in this order, with `count` = M rounded up to an even number, Q = ceil(L / 4T) groups and C
// channels:
//
//     modes [count], sums [count][2] and more sums [C + 3][count] of complex f64, lanes [count][4] vectors,
//     table [T / 4][count], anchors [Q][count], arranged values [Q][T][2] vectors, a row of L f32.
//
// In bytes: count (128 + 32 + 16 (C + 3) + 64 + 8 T + 32 Q) + 32 Q T + 4 L.

// @ts-ignore: decorator
@inline export function even(M: i32): i32 {
  return (M + 1) & ~1;
}

// @ts-ignore: decorator
@inline export function groups(L: i32, T: i32): i32 {
  return (L + 4 * T - 1) / (4 * T);
}

// @ts-ignore: decorator
@inline export function sumsAt(scratch: usize, count: i32): usize {
  return scratch + <usize>count * MODE;
}
// @ts-ignore: decorator
@inline export function moreSumsAt(scratch: usize, count: i32): usize {
  return scratch + <usize>count * (MODE + 32);
}
// @ts-ignore: decorator
@inline export function lanesAt(scratch: usize, count: i32, C: i32): usize {
  return scratch + <usize>count * (MODE + 80 + 16 * <usize>C);
}
// @ts-ignore: decorator
@inline export function tableAt(scratch: usize, count: i32, C: i32): usize {
  return scratch + <usize>count * (MODE + 144 + 16 * <usize>C);
}
// @ts-ignore: decorator
@inline export function anchorsAt(scratch: usize, count: i32, C: i32, T: i32): usize {
  return tableAt(scratch, count, C) + (<usize>(T * count) << 3);
}
// @ts-ignore: decorator
@inline export function valuesAt(scratch: usize, count: i32, C: i32, L: i32, T: i32): usize {
  return anchorsAt(scratch, count, C, T) + (<usize>(groups(L, T) * count) << 5);
}
// @ts-ignore: decorator
@inline export function rowAt(scratch: usize, count: i32, C: i32, L: i32, T: i32): usize {
  return valuesAt(scratch, count, C, L, T) + (<usize>(groups(L, T) * T) << 5);
}

/** Complex f32 number i. */
// @ts-ignore: decorator
@inline export function re(x: usize, i: i32): f64 {
  return <f64>load<f32>(x + (<usize>i << 3));
}
// @ts-ignore: decorator
@inline export function im(x: usize, i: i32): f64 {
  return <f64>load<f32>(x + (<usize>i << 3), 4);
}

/** Store complex f32 number i. */
// @ts-ignore: decorator
@inline export function putSingle(x: usize, i: i32, r: f64, j: f64): void {
  store<f32>(x + (<usize>i << 3), <f32>r);
  store<f32>(x + (<usize>i << 3), <f32>j, 4);
}

/** a^n by repeated squaring. */
export function power(to: usize, ar: f64, ai: f64, n: i32): void {
  let r: f64 = 1, i: f64 = 0;
  for (; n > 0; n >>= 1) {
    if (n & 1) {
      const t = mulRe(r, i, ar, ai);
      i = mulIm(r, i, ar, ai);
      r = t;
    }
    const t = mulRe(ar, ai, ar, ai);
    ai = 2 * ar * ai;
    ar = t;
  }
  put(to, r, i);
}

/** The table of Ab^r, r < T, with `sign` times the imaginary part. */
export function tabulate(table: usize, modes: usize, count: i32, T: i32, sign: f64): void {
  for (let m = 0; m < count; m++) {
    const mode = modes + <usize>m * MODE;
    powers(table + (<usize>m << 5), count, T >> 2, 1, 0, load<f64>(mode + AB), load<f64>(mode + AB, 8), sign);
  }
}

/** The anchors w (Ab^T)^q; w from `weights`, complex f64 [count], or 1 where it is 0. `room` holds one complex. */
export function anchor(anchors: usize, modes: usize, weights: usize, room: usize, count: i32, L: i32, T: i32): void {
  for (let m = 0; m < count; m++) {
    const mode = modes + <usize>m * MODE;
    power(room, load<f64>(mode + AB), load<f64>(mode + AB, 8), T);
    const w = weights + (<usize>m << 4);
    powers(
      anchors + (<usize>m << 5), count, groups(L, T),
      weights ? load<f64>(w) : 1, weights ? load<f64>(w, 8) : 0,
      load<f64>(room), load<f64>(room, 8), 1,
    );
  }
}
