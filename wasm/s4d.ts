// Diagonal state space models (S4D). One item is a feature h; see reference/s4d.ts for the equations.
import {
  AB, COEF, DAB_A, DAB_DT, DCOEF_A, DCOEF_DT, MODE, addTo, discretise, mulIm, mulRe, put, timeStepSlope,
} from './s4d-mode';
import { arrange, combine, correlate, powers } from './vandermonde';

// Scratch of the kernels, in this order, with `count` = M rounded up to an even number and Q = ceil(L / 4T) groups:
// modes [count], sums [count][3] complex f64, lanes [count][4] vectors, table [T / 4][count], anchors [Q][count] and,
// for gradients, arranged values [Q][T][2] vectors. In bytes: count (96 + 48 + 64 + 8 T + 32 Q) + 32 Q T.
const SUM: usize = 48;
const LANES: usize = 64;

// @ts-ignore: decorator
@inline function even(M: i32): i32 {
  return (M + 1) & ~1;
}

/** Complex f32 number i. */
// @ts-ignore: decorator
@inline function re(x: usize, i: i32): f64 {
  return <f64>load<f32>(x + (<usize>i << 3));
}
// @ts-ignore: decorator
@inline function im(x: usize, i: i32): f64 {
  return <f64>load<f32>(x + (<usize>i << 3), 4);
}

/** a^n by repeated squaring. */
function power(to: usize, ar: f64, ai: f64, n: i32): void {
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
function tabulate(table: usize, modes: usize, count: i32, T: i32, sign: f64): void {
  for (let m = 0; m < count; m++) {
    const mode = modes + <usize>m * MODE;
    powers(table + (<usize>m << 5), count, T >> 2, 1, 0, load<f64>(mode + AB), load<f64>(mode + AB, 8), sign);
  }
}

/** The anchors w (Ab^T)^q; w from `weights`, complex f64 [count], or 1 where it is 0. `room` holds one complex. */
function anchor(anchors: usize, modes: usize, weights: usize, room: usize, count: i32, L: i32, T: i32): void {
  for (let m = 0; m < count; m++) {
    const mode = modes + <usize>m * MODE;
    power(room, load<f64>(mode + AB), load<f64>(mode + AB, 8), T);
    const w = weights + (<usize>m << 4);
    powers(
      anchors + (<usize>m << 5), count, (L + 4 * T - 1) / (4 * T),
      weights ? load<f64>(w) : 1, weights ? load<f64>(w, 8) : 0,
      load<f64>(room), load<f64>(room, 8), 1,
    );
  }
}

/** k[c, h, l] = 2 Re sum_m C[c, h, m] Bb[h, m] Ab[h, m]^l. */
export function s4dKernel(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, C: usize, k: usize,
  H: i32, S: i32, M: i32, channels: i32, softplus: i32, bilinear: i32, L: i32, T: i32,
): void {
  const count = even(M);
  const weights = scratch + <usize>count * MODE;
  const room = weights + <usize>count * SUM;
  const table = room + <usize>count * LANES;
  const anchors = table + (<usize>(T * count) << 3);
  for (let h = from; h < to; h++) {
    discretise(scratch, count, invDt, invReA, invImA, h, S, M, softplus, bilinear, false);
    tabulate(table, scratch, count, T, -1);
    for (let c = 0; c < channels; c++) {
      for (let m = 0; m < M; m++) {
        const b = h % S * M + m, i = (c * H + h) * M + m;
        const mode = scratch + <usize>m * MODE;
        const br = mulRe(load<f64>(mode + COEF), load<f64>(mode + COEF, 8), re(B, b), im(B, b));
        const bi = mulIm(load<f64>(mode + COEF), load<f64>(mode + COEF, 8), re(B, b), im(B, b));
        put(weights + (<usize>m << 4), 2 * mulRe(re(C, i), im(C, i), br, bi), 2 * mulIm(re(C, i), im(C, i), br, bi));
      }
      if (M < count) put(weights + (<usize>M << 4), 0, 0);
      anchor(anchors, scratch, weights, room, count, L, T);
      combine(k + (<usize>((c * H + h) * L) << 2), anchors, table, count, L, T);
    }
  }
}

/** y[b, c H + h, l] = 2 Re sum_m C[c, h, m] Ab[h, m]^(l + 1) state[b, h, m]. */
export function s4dStateOutput(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, C: usize,
  state: usize, y: usize,
  H: i32, S: i32, M: i32, channels: i32, softplus: i32, bilinear: i32, L: i32, T: i32, batch: i32,
): void {
  const count = even(M);
  const weights = scratch + <usize>count * MODE;
  const room = weights + <usize>count * SUM;
  const table = room + <usize>count * LANES;
  const anchors = table + (<usize>(T * count) << 3);
  for (let h = from; h < to; h++) {
    discretise(scratch, count, invDt, invReA, invImA, h, S, M, softplus, bilinear, false);
    tabulate(table, scratch, count, T, -1);
    for (let b = 0; b < batch; b++) {
      for (let c = 0; c < channels; c++) {
        for (let m = 0; m < M; m++) {
          const i = (c * H + h) * M + m, x = (b * H + h) * M + m;
          const mode = scratch + <usize>m * MODE;
          const wr = mulRe(re(C, i), im(C, i), re(state, x), im(state, x));
          const wi = mulIm(re(C, i), im(C, i), re(state, x), im(state, x));
          const ar = load<f64>(mode + AB), ai = load<f64>(mode + AB, 8);
          put(weights + (<usize>m << 4), 2 * mulRe(wr, wi, ar, ai), 2 * mulIm(wr, wi, ar, ai));
        }
        if (M < count) put(weights + (<usize>M << 4), 0, 0);
        anchor(anchors, scratch, weights, room, count, L, T);
        combine(y + (<usize>(((b * channels + c) * H + h) * L) << 2), anchors, table, count, L, T);
      }
    }
  }
}

/** The state after u: Ab^L state + Bb sum_l Ab^(L - 1 - l) u[l]. */
export function s4dNextState(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, C: usize,
  state: usize, u: usize, next: usize,
  H: i32, S: i32, M: i32, channels: i32, softplus: i32, bilinear: i32, L: i32, T: i32, batch: i32,
): void {
  const count = even(M);
  const sums = scratch + <usize>count * MODE;
  const lanes = sums + <usize>count * SUM;
  const table = lanes + <usize>count * LANES;
  const anchors = table + (<usize>(T * count) << 3);
  const values = anchors + (<usize>((L + 4 * T - 1) / (4 * T) * count) << 5);
  for (let h = from; h < to; h++) {
    discretise(scratch, count, invDt, invReA, invImA, h, S, M, softplus, bilinear, false);
    tabulate(table, scratch, count, T, 1);
    anchor(anchors, scratch, 0, lanes, count, L, T);
    for (let b = 0; b < batch; b++) {
      arrange(values, u + (<usize>((b * H + h) * L + L - 1) << 2), -1, L, T);
      correlate(sums, values, anchors, table, lanes, count, L, T);
      for (let m = 0; m < M; m++) {
        const i = h % S * M + m, x = (b * H + h) * M + m;
        const mode = scratch + <usize>m * MODE;
        const sum = sums + (<usize>m << 5);
        power(lanes, load<f64>(mode + AB), load<f64>(mode + AB, 8), L);
        const ar = load<f64>(lanes), ai = load<f64>(lanes, 8);
        const br = mulRe(load<f64>(mode + COEF), load<f64>(mode + COEF, 8), re(B, i), im(B, i));
        const bi = mulIm(load<f64>(mode + COEF), load<f64>(mode + COEF, 8), re(B, i), im(B, i));
        const sr = load<f64>(sum), si = load<f64>(sum, 8);
        const out = next + (<usize>x << 3);
        store<f32>(out, <f32>(mulRe(ar, ai, re(state, x), im(state, x)) + mulRe(br, bi, sr, si)));
        store<f32>(out, <f32>(mulIm(ar, ai, re(state, x), im(state, x)) + mulIm(br, bi, sr, si)), 4);
      }
    }
  }
}

/** One step: state = Ab state + Bb u in place, y[b, c H + h] = 2 Re sum_m C state. */
export function s4dStep(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, C: usize,
  state: usize, u: usize, y: usize,
  H: i32, S: i32, M: i32, channels: i32, softplus: i32, bilinear: i32, batch: i32,
): void {
  for (let h = from; h < to; h++) {
    discretise(scratch, M, invDt, invReA, invImA, h, S, M, softplus, bilinear, false);
    for (let m = 0; m < M; m++) {
      const i = h % S * M + m;
      const bb = scratch + <usize>m * MODE + COEF;
      const cr = load<f64>(bb), ci = load<f64>(bb, 8);
      put(bb, mulRe(cr, ci, re(B, i), im(B, i)), mulIm(cr, ci, re(B, i), im(B, i)));
    }
    for (let b = 0; b < batch; b++) {
      const input = <f64>load<f32>(u + (<usize>(b * H + h) << 2));
      const x = state + (<usize>((b * H + h) * M) << 3);
      for (let m = 0; m < M; m++) {
        const mode = scratch + <usize>m * MODE;
        const ar = load<f64>(mode + AB), ai = load<f64>(mode + AB, 8);
        const xr = re(x, m), xi = im(x, m);
        store<f32>(x + (<usize>m << 3), <f32>(mulRe(ar, ai, xr, xi) + load<f64>(mode + COEF) * input));
        store<f32>(x + (<usize>m << 3), <f32>(mulIm(ar, ai, xr, xi) + load<f64>(mode + COEF, 8) * input), 4);
      }
      for (let c = 0; c < channels; c++) {
        let sum: f64 = 0;
        for (let m = 0; m < M; m++) {
          const i = (c * H + h) * M + m;
          sum += mulRe(re(C, i), im(C, i), re(x, m), im(x, m));
        }
        store<f32>(y + (<usize>((b * channels + c) * H + h) << 2), <f32>(2 * sum));
      }
    }
  }
}

/**
 * The gradient of {@link s4dKernel}: dInvDt and dC, and feature h's part of the others, dA and dB, complex f64
 * [H, M, 2], for {@link s4dSums}.
 */
export function s4dKernelVjp(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, C: usize,
  dk: usize, dInvDt: usize, dC: usize, parts: usize,
  H: i32, S: i32, M: i32, channels: i32, softplus: i32, bilinear: i32, L: i32, T: i32,
): void {
  const count = even(M);
  const sums = scratch + <usize>count * MODE;
  // The third complex number of each mode's sums, behind the two of `correlate`, holds the cotangent of Ab.
  const dAbs = sums + (<usize>count << 5);
  const lanes = sums + <usize>count * SUM;
  const table = lanes + <usize>count * LANES;
  const anchors = table + (<usize>(T * count) << 3);
  const values = anchors + (<usize>((L + 4 * T - 1) / (4 * T) * count) << 5);
  for (let h = from; h < to; h++) {
    discretise(scratch, count, invDt, invReA, invImA, h, S, M, softplus, bilinear, true);
    tabulate(table, scratch, count, T, 1);
    anchor(anchors, scratch, 0, lanes, count, L, T);
    const part = parts + (<usize>(h * M) << 5);
    memory.fill(part, 0, <usize>M << 5);
    memory.fill(dAbs, 0, <usize>count << 4);
    for (let c = 0; c < channels; c++) {
      const g = dk + (<usize>((c * H + h) * L) << 2);
      // With g'[l] = dk[l + 1]: sum_l dk[l] Ab^l = dk[0] + Ab sum_l g'[l] Ab^l, and
      // sum_l l dk[l] Ab^(l-1) = sum_l (l + 1) g'[l] Ab^l.
      arrange(values, g + 4, 1, L - 1, T);
      correlate(sums, values, anchors, table, lanes, count, L - 1, T);
      const first = <f64>load<f32>(g);
      for (let m = 0; m < M; m++) {
        const i = (c * H + h) * M + m, b = h % S * M + m;
        const mode = scratch + <usize>m * MODE;
        const sum = sums + (<usize>m << 5);
        const ar = load<f64>(mode + AB), ai = load<f64>(mode + AB, 8);
        const dwr = 2 * (first + mulRe(ar, ai, load<f64>(sum), load<f64>(sum, 8)));
        const dwi = -2 * mulIm(ar, ai, load<f64>(sum), load<f64>(sum, 8));
        const kr = load<f64>(mode + COEF), ki = load<f64>(mode + COEF, 8);
        const br = re(B, b), bi = im(B, b), cr = re(C, i), ci = im(C, i);
        // Cotangents are multiplied by conjugates: of coef B, coef C, C B, and C B coef.
        const kbr = mulRe(kr, ki, br, bi), kbi = -mulIm(kr, ki, br, bi);
        store<f32>(dC + (<usize>i << 3), <f32>mulRe(kbr, kbi, dwr, dwi));
        store<f32>(dC + (<usize>i << 3), <f32>mulIm(kbr, kbi, dwr, dwi), 4);
        const kcr = mulRe(kr, ki, cr, ci), kci = -mulIm(kr, ki, cr, ci);
        const to = part + (<usize>m << 5);
        addTo(to + 16, mulRe(kcr, kci, dwr, dwi), mulIm(kcr, kci, dwr, dwi));
        const cbr = mulRe(cr, ci, br, bi), cbi = -mulIm(cr, ci, br, bi);
        addTo(to, mulRe(cbr, cbi, dwr, dwi), mulIm(cbr, cbi, dwr, dwi));
        const wr = mulRe(cr, ci, kbr, -kbi), wi = -mulIm(cr, ci, kbr, -kbi);
        const sr = 2 * load<f64>(sum, 16), si = -2 * load<f64>(sum, 24);
        addTo(dAbs + (<usize>m << 4), mulRe(wr, wi, sr, si), mulIm(wr, wi, sr, si));
      }
    }
    // `part` has the cotangent of coef so far, which becomes that of A.
    let dDt: f64 = 0;
    for (let m = 0; m < M; m++) {
      const mode = scratch + <usize>m * MODE;
      const dAb = dAbs + (<usize>m << 4), dCoef = part + (<usize>m << 5);
      const ar = load<f64>(dAb), ai = load<f64>(dAb, 8), cr = load<f64>(dCoef), ci = load<f64>(dCoef, 8);
      dDt += mulRe(load<f64>(mode + DAB_DT), -load<f64>(mode + DAB_DT, 8), ar, ai);
      dDt += mulRe(load<f64>(mode + DCOEF_DT), -load<f64>(mode + DCOEF_DT, 8), cr, ci);
      const aar = load<f64>(mode + DAB_A), aai = -load<f64>(mode + DAB_A, 8);
      const car = load<f64>(mode + DCOEF_A), cai = -load<f64>(mode + DCOEF_A, 8);
      put(dCoef, mulRe(aar, aai, ar, ai) + mulRe(car, cai, cr, ci), mulIm(aar, aai, ar, ai) + mulIm(car, cai, cr, ci));
    }
    const at = <usize>h << 2;
    store<f32>(dInvDt + at, <f32>(dDt * timeStepSlope(<f64>load<f32>(invDt + at), softplus)));
  }
}

/** The sums over the features of each set, in order. One item is one of the S sets. */
export function s4dSums(
  from: i32, to: i32, scratch: usize, invReA: usize, parts: usize, dInvReA: usize, dInvImA: usize, dB: usize,
  H: i32, S: i32, M: i32,
): void {
  for (let set = from; set < to; set++) {
    for (let m = 0; m < M; m++) {
      let ar: f64 = 0, ai: f64 = 0, br: f64 = 0, bi: f64 = 0;
      for (let h = set; h < H; h += S) {
        const part = parts + (<usize>(h * M + m) << 5);
        ar += load<f64>(part);
        ai += load<f64>(part, 8);
        br += load<f64>(part, 16);
        bi += load<f64>(part, 24);
      }
      const at = <usize>(set * M + m) << 2;
      store<f32>(dInvReA + at, <f32>(-Math.exp(<f64>load<f32>(invReA + at)) * ar));
      store<f32>(dInvImA + at, <f32>ai);
      store<f32>(dB + 2 * at, <f32>br);
      store<f32>(dB + 2 * at, <f32>bi, 4);
    }
  }
}
