// Diagonal state space models with a state, over chunks. One item is a feature h; see reference/s4d-state.ts for
// the equations.
import { AB, COEF, MODE, addTo, discretise, mulIm, mulRe, pullBackModes, put } from './s4d-mode';
import {
  anchor, anchorsAt, even, im, lanesAt, moreSumsAt, power, putSingle, re, rowAt, sumsAt, tableAt, tabulate, valuesAt,
} from './s4d-table';
import { arrange, combine, correlate } from './vandermonde';

/** coef B, in place of coef. */
function putInputs(modes: usize, B: usize, h: i32, S: i32, M: i32): void {
  for (let m = 0; m < M; m++) {
    const b = h % S * M + m;
    const at = modes + <usize>m * MODE + COEF;
    const cr = load<f64>(at), ci = load<f64>(at, 8);
    put(at, mulRe(cr, ci, re(B, b), im(B, b)), mulIm(cr, ci, re(B, b), im(B, b)));
  }
}

/** y[b, c H + h, l] = 2 Re sum_m C[c, h, m] Ab[h, m]^(l + 1) state[b, h, m]. */
export function s4dStateOutput(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, C: usize,
  state: usize, y: usize,
  H: i32, S: i32, M: i32, channels: i32, transforms: i32, rate: f64, discretisation: i32, bandlimit: f64,
  L: i32, T: i32, batch: i32,
): void {
  const count = even(M);
  const weights = sumsAt(scratch, count);
  const room = lanesAt(scratch, count, channels);
  const table = tableAt(scratch, count, channels);
  const anchors = anchorsAt(scratch, count, channels, T);
  memory.fill(weights, 0, <usize>count << 4);
  for (let h = from; h < to; h++) {
    discretise(scratch, count, invDt, invReA, invImA, h, S, M, transforms, rate, discretisation, bandlimit, L, false);
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
        anchor(anchors, scratch, weights, room, count, L, T);
        combine(y + (<usize>(((b * channels + c) * H + h) * L) << 2), anchors, table, count, L, T);
      }
    }
  }
}

/**
 * The gradient of {@link s4dStateOutput}: dInvDt, dC and dState, and feature h's part of dA, complex f64 with a stride
 * of 32 bytes in `parts`, for {@link s4dSums}.
 */
export function s4dStateOutputVjp(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, C: usize,
  state: usize, dy: usize, dInvDt: usize, dC: usize, dState: usize, parts: usize,
  H: i32, S: i32, M: i32, channels: i32, transforms: i32, rate: f64, discretisation: i32, bandlimit: f64,
  L: i32, T: i32, batch: i32,
): void {
  const count = even(M);
  const sums = sumsAt(scratch, count);
  const dAbs = moreSumsAt(scratch, count);
  const dStates = dAbs + (<usize>count << 4);
  const dCs = dStates + (<usize>count << 4);
  const lanes = lanesAt(scratch, count, channels);
  const table = tableAt(scratch, count, channels);
  const anchors = anchorsAt(scratch, count, channels, T);
  const values = valuesAt(scratch, count, channels, L, T);
  for (let h = from; h < to; h++) {
    discretise(scratch, count, invDt, invReA, invImA, h, S, M, transforms, rate, discretisation, bandlimit, L, true);
    tabulate(table, scratch, count, T, 1);
    anchor(anchors, scratch, 0, lanes, count, L, T);
    const part = parts + (<usize>(h * M) << 5);
    memory.fill(part, 0, <usize>M << 5);
    memory.fill(dAbs, 0, <usize>count << 4);
    memory.fill(dCs, 0, <usize>(channels * count) << 4);
    for (let b = 0; b < batch; b++) {
      memory.fill(dStates, 0, <usize>count << 4);
      for (let c = 0; c < channels; c++) {
        arrange(values, dy + (<usize>(((b * channels + c) * H + h) * L) << 2), 1, L, T);
        correlate(sums, values, anchors, table, lanes, count, L, T);
        for (let m = 0; m < M; m++) {
          const i = (c * H + h) * M + m, x = (b * H + h) * M + m;
          const mode = scratch + <usize>m * MODE;
          const sum = sums + (<usize>m << 5);
          // The cotangent of C state is 2 conj(Ab sum_l dy[l] Ab^l), that of Ab 2 conj(C state sum_l (l+1) dy[l] Ab^l).
          const ar = load<f64>(mode + AB), ai = load<f64>(mode + AB, 8);
          const vr = 2 * mulRe(ar, ai, load<f64>(sum), load<f64>(sum, 8));
          const vi = -2 * mulIm(ar, ai, load<f64>(sum), load<f64>(sum, 8));
          const cr = re(C, i), ci = im(C, i), xr = re(state, x), xi = im(state, x);
          addTo(dCs + (<usize>(c * count + m) << 4), mulRe(xr, -xi, vr, vi), mulIm(xr, -xi, vr, vi));
          addTo(dStates + (<usize>m << 4), mulRe(cr, -ci, vr, vi), mulIm(cr, -ci, vr, vi));
          const wr = mulRe(cr, ci, xr, xi), wi = mulIm(cr, ci, xr, xi);
          const sr = 2 * load<f64>(sum, 16), si = 2 * load<f64>(sum, 24);
          addTo(dAbs + (<usize>m << 4), mulRe(wr, wi, sr, si), -mulIm(wr, wi, sr, si));
        }
      }
      for (let m = 0; m < M; m++) {
        const from = dStates + (<usize>m << 4);
        putSingle(dState, (b * H + h) * M + m, load<f64>(from), load<f64>(from, 8));
      }
    }
    for (let c = 0; c < channels; c++) {
      for (let m = 0; m < M; m++) {
        const from = dCs + (<usize>(c * count + m) << 4);
        putSingle(dC, (c * H + h) * M + m, load<f64>(from), load<f64>(from, 8));
      }
    }
    pullBackModes(part, dAbs, scratch, dInvDt, invDt, h, M, transforms, rate);
  }
}

/** The state after u: Ab^L state + Bb sum_l Ab^(L - 1 - l) u[l]. */
export function s4dNextState(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, C: usize,
  state: usize, u: usize, next: usize,
  H: i32, S: i32, M: i32, channels: i32, transforms: i32, rate: f64, discretisation: i32, bandlimit: f64,
  L: i32, T: i32, batch: i32,
): void {
  const count = even(M);
  const sums = sumsAt(scratch, count);
  const lanes = lanesAt(scratch, count, channels);
  const table = tableAt(scratch, count, channels);
  const anchors = anchorsAt(scratch, count, channels, T);
  const values = valuesAt(scratch, count, channels, L, T);
  for (let h = from; h < to; h++) {
    discretise(scratch, count, invDt, invReA, invImA, h, S, M, transforms, rate, discretisation, bandlimit, L, false);
    putInputs(scratch, B, h, S, M);
    tabulate(table, scratch, count, T, 1);
    anchor(anchors, scratch, 0, lanes, count, L, T);
    for (let b = 0; b < batch; b++) {
      arrange(values, u + (<usize>((b * H + h) * L + L - 1) << 2), -1, L, T);
      correlate(sums, values, anchors, table, lanes, count, L, T);
      for (let m = 0; m < M; m++) {
        const x = (b * H + h) * M + m;
        const mode = scratch + <usize>m * MODE;
        const sum = sums + (<usize>m << 5);
        power(lanes, load<f64>(mode + AB), load<f64>(mode + AB, 8), L);
        const ar = load<f64>(lanes), ai = load<f64>(lanes, 8);
        const br = load<f64>(mode + COEF), bi = load<f64>(mode + COEF, 8);
        const sr = load<f64>(sum), si = load<f64>(sum, 8);
        const xr = re(state, x), xi = im(state, x);
        putSingle(
          next, x, mulRe(ar, ai, xr, xi) + mulRe(br, bi, sr, si), mulIm(ar, ai, xr, xi) + mulIm(br, bi, sr, si),
        );
      }
    }
  }
}

/**
 * The gradient of {@link s4dNextState}: dInvDt, dState and du, and feature h's part of dA and dB, complex f64
 * [H, M, 2], for {@link s4dSums}.
 */
export function s4dNextStateVjp(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, C: usize,
  state: usize, u: usize, dNext: usize, dInvDt: usize, dState: usize, du: usize, parts: usize,
  H: i32, S: i32, M: i32, channels: i32, transforms: i32, rate: f64, discretisation: i32, bandlimit: f64,
  L: i32, T: i32, batch: i32,
): void {
  const count = even(M);
  const sums = sumsAt(scratch, count);
  const dAbs = moreSumsAt(scratch, count);
  const weights = dAbs + (<usize>count << 4);
  const dBbs = weights + (<usize>count << 4);
  const lanes = lanesAt(scratch, count, channels);
  const table = tableAt(scratch, count, channels);
  const anchors = anchorsAt(scratch, count, channels, T);
  const values = valuesAt(scratch, count, channels, L, T);
  const row = rowAt(scratch, count, channels, L, T);
  memory.fill(weights, 0, <usize>count << 4);
  for (let h = from; h < to; h++) {
    discretise(scratch, count, invDt, invReA, invImA, h, S, M, transforms, rate, discretisation, bandlimit, L, true);
    memory.fill(dAbs, 0, <usize>count << 4);
    memory.fill(dBbs, 0, <usize>count << 4);
    // With u backwards and g[j] = u[L - 2 - j]: sum_j u Ab^j = u[L - 1] + Ab sum_j g[j] Ab^j, and
    // sum_j j u Ab^(j-1) = sum_j (j + 1) g[j] Ab^j.
    tabulate(table, scratch, count, T, 1);
    anchor(anchors, scratch, 0, lanes, count, L, T);
    for (let b = 0; b < batch; b++) {
      const last = u + (<usize>((b * H + h) * L + L - 1) << 2);
      arrange(values, last - 4, -1, L - 1, T);
      correlate(sums, values, anchors, table, lanes, count, L - 1, T);
      for (let m = 0; m < M; m++) {
        const x = (b * H + h) * M + m, i = h % S * M + m;
        const mode = scratch + <usize>m * MODE;
        const sum = sums + (<usize>m << 5);
        const gr = re(dNext, x), gi = im(dNext, x);
        const ar = load<f64>(mode + AB), ai = load<f64>(mode + AB, 8);
        power(lanes, ar, ai, L - 1);
        const pr = load<f64>(lanes), pi = load<f64>(lanes, 8);
        const fr = mulRe(ar, ai, pr, pi), fi = mulIm(ar, ai, pr, pi);
        putSingle(dState, x, mulRe(fr, -fi, gr, gi), mulIm(fr, -fi, gr, gi));
        const sr = <f64>load<f32>(last) + mulRe(ar, ai, load<f64>(sum), load<f64>(sum, 8));
        const si = mulIm(ar, ai, load<f64>(sum), load<f64>(sum, 8));
        addTo(dBbs + (<usize>m << 4), mulRe(sr, -si, gr, gi), mulIm(sr, -si, gr, gi));
        // L Ab^(L-1) state + Bb sum_j j u Ab^(j-1).
        const kr = load<f64>(mode + COEF), ki = load<f64>(mode + COEF, 8);
        const br = mulRe(kr, ki, re(B, i), im(B, i)), bi = mulIm(kr, ki, re(B, i), im(B, i));
        const xr = re(state, x), xi = im(state, x), n = <f64>L;
        const tr = n * mulRe(pr, pi, xr, xi) + mulRe(br, bi, load<f64>(sum, 16), load<f64>(sum, 24));
        const ti = n * mulIm(pr, pi, xr, xi) + mulIm(br, bi, load<f64>(sum, 16), load<f64>(sum, 24));
        addTo(dAbs + (<usize>m << 4), mulRe(tr, -ti, gr, gi), mulIm(tr, -ti, gr, gi));
      }
    }
    tabulate(table, scratch, count, T, -1);
    for (let b = 0; b < batch; b++) {
      for (let m = 0; m < M; m++) {
        const x = (b * H + h) * M + m, i = h % S * M + m;
        const mode = scratch + <usize>m * MODE;
        const kr = load<f64>(mode + COEF), ki = load<f64>(mode + COEF, 8);
        const br = mulRe(kr, ki, re(B, i), im(B, i)), bi = mulIm(kr, ki, re(B, i), im(B, i));
        const gr = re(dNext, x), gi = -im(dNext, x);
        put(weights + (<usize>m << 4), mulRe(gr, gi, br, bi), mulIm(gr, gi, br, bi));
      }
      anchor(anchors, scratch, weights, lanes, count, L, T);
      combine(row, anchors, table, count, L, T);
      const to = du + (<usize>((b * H + h) * L) << 2);
      for (let l = 0; l < L; l++) store<f32>(to + (<usize>l << 2), load<f32>(row + (<usize>(L - 1 - l) << 2)));
    }
    const part = parts + (<usize>(h * M) << 5);
    for (let m = 0; m < M; m++) {
      const i = h % S * M + m;
      const mode = scratch + <usize>m * MODE;
      const dBb = dBbs + (<usize>m << 4);
      const vr = load<f64>(dBb), vi = load<f64>(dBb, 8);
      const kr = load<f64>(mode + COEF), ki = -load<f64>(mode + COEF, 8);
      const to = part + (<usize>m << 5);
      put(to, mulRe(re(B, i), -im(B, i), vr, vi), mulIm(re(B, i), -im(B, i), vr, vi));
      put(to + 16, mulRe(kr, ki, vr, vi), mulIm(kr, ki, vr, vi));
    }
    pullBackModes(part, dAbs, scratch, dInvDt, invDt, h, M, transforms, rate);
  }
}
