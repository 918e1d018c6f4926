// The convolution kernel of a diagonal state space model (S4D). One item is a feature h; see reference/s4d.ts.
import { AB, COEF, MODE, addTo, discretise, isBackwards, mulIm, mulRe, pullBackModes, put } from './s4d-mode';
import {
  anchor, anchorsAt, even, im, lanesAt, moreSumsAt, putSingle, re, rowAt, sumsAt, tableAt, tabulate, valuesAt,
} from './s4d-table';
import { kindOfIm, kindOfRe, transformSlope } from './ssm';
import { arrange, combine, correlate } from './vandermonde';

/** k[c, h, l] = 2 Re sum_m C[c, h, m] Bb[h, m] Ab[h, m]^l. */
export function s4dKernel(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, C: usize, k: usize,
  H: i32, S: i32, M: i32, channels: i32, transforms: i32, rate: f64, discretisation: i32, bandlimit: f64,
  L: i32, T: i32,
): void {
  const count = even(M);
  const weights = sumsAt(scratch, count);
  const room = lanesAt(scratch, count, channels);
  const table = tableAt(scratch, count, channels);
  const anchors = anchorsAt(scratch, count, channels, T);
  const row = rowAt(scratch, count, channels, L, T);
  for (let h = from; h < to; h++) {
    const both = discretise(
      scratch, count, invDt, invReA, invImA, h, S, M, transforms, rate, discretisation, bandlimit, L, false,
    );
    tabulate(table, scratch, count, T, -1);
    for (let c = 0; c < channels; c++) {
      const y = k + (<usize>((c * H + h) * L) << 2);
      for (let backwards = 0; backwards <= i32(both); backwards++) {
        memory.fill(weights, 0, <usize>count << 4);
        for (let m = 0; m < M; m++) {
          const b = h % S * M + m, i = (c * H + h) * M + m;
          const mode = scratch + <usize>m * MODE;
          if (i32(isBackwards(mode)) != backwards) continue;
          const br = mulRe(load<f64>(mode + COEF), load<f64>(mode + COEF, 8), re(B, b), im(B, b));
          const bi = mulIm(load<f64>(mode + COEF), load<f64>(mode + COEF, 8), re(B, b), im(B, b));
          put(weights + (<usize>m << 4), 2 * mulRe(re(C, i), im(C, i), br, bi), 2 * mulIm(re(C, i), im(C, i), br, bi));
        }
        anchor(anchors, scratch, weights, room, count, L, T);
        combine(backwards ? row : y, anchors, table, count, L, T);
      }
      if (both) addReversed(y, row, L);
    }
  }
}

/** y[l] += x[L - 1 - l]. */
function addReversed(y: usize, x: usize, L: i32): void {
  for (let l = 0; l < L; l++) {
    const at = y + (<usize>l << 2);
    store<f32>(at, load<f32>(at) + load<f32>(x + (<usize>(L - 1 - l) << 2)));
  }
}

/**
 * The gradient of {@link s4dKernel}: dInvDt and dC, and feature h's part of the others, dA and dB, complex f64
 * [H, M, 2], for {@link s4dSums}.
 */
export function s4dKernelVjp(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, C: usize,
  dk: usize, dInvDt: usize, dC: usize, parts: usize,
  H: i32, S: i32, M: i32, channels: i32, transforms: i32, rate: f64, discretisation: i32, bandlimit: f64,
  L: i32, T: i32,
): void {
  const count = even(M);
  const sums = sumsAt(scratch, count);
  const dAbs = moreSumsAt(scratch, count);
  const reversed = dAbs + (<usize>count << 4);
  const lanes = lanesAt(scratch, count, channels);
  const table = tableAt(scratch, count, channels);
  const anchors = anchorsAt(scratch, count, channels, T);
  const values = valuesAt(scratch, count, channels, L, T);
  for (let h = from; h < to; h++) {
    const both = discretise(
      scratch, count, invDt, invReA, invImA, h, S, M, transforms, rate, discretisation, bandlimit, L, true,
    );
    tabulate(table, scratch, count, T, 1);
    anchor(anchors, scratch, 0, lanes, count, L, T);
    const part = parts + (<usize>(h * M) << 5);
    memory.fill(part, 0, <usize>M << 5);
    memory.fill(dAbs, 0, <usize>count << 4);
    for (let c = 0; c < channels; c++) {
      const g = dk + (<usize>((c * H + h) * L) << 2), last = g + (<usize>(L - 1) << 2);
      // With g'[l] = dk[l + 1]: sum_l dk[l] Ab^l = dk[0] + Ab sum_l g'[l] Ab^l, and
      // sum_l l dk[l] Ab^(l-1) = sum_l (l + 1) g'[l] Ab^l.
      arrange(values, g + 4, 1, L - 1, T);
      correlate(sums, values, anchors, table, lanes, count, L - 1, T);
      if (both) {
        arrange(values, last - 4, -1, L - 1, T);
        correlate(reversed, values, anchors, table, lanes, count, L - 1, T);
      }
      for (let m = 0; m < M; m++) {
        const i = (c * H + h) * M + m, b = h % S * M + m;
        const mode = scratch + <usize>m * MODE;
        const backwards = isBackwards(mode);
        const sum = (backwards ? reversed : sums) + (<usize>m << 5);
        const first = <f64>load<f32>(backwards ? last : g);
        const ar = load<f64>(mode + AB), ai = load<f64>(mode + AB, 8);
        const dwr = 2 * (first + mulRe(ar, ai, load<f64>(sum), load<f64>(sum, 8)));
        const dwi = -2 * mulIm(ar, ai, load<f64>(sum), load<f64>(sum, 8));
        const kr = load<f64>(mode + COEF), ki = load<f64>(mode + COEF, 8);
        const br = re(B, b), bi = im(B, b), cr = re(C, i), ci = im(C, i);
        // Cotangents are multiplied by conjugates: of coef B, coef C, C B, and C B coef.
        const kbr = mulRe(kr, ki, br, bi), kbi = -mulIm(kr, ki, br, bi);
        putSingle(dC, i, mulRe(kbr, kbi, dwr, dwi), mulIm(kbr, kbi, dwr, dwi));
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
    pullBackModes(part, dAbs, scratch, dInvDt, invDt, h, M, transforms, rate);
  }
}

/** The sums over the features of each set, in order. One item is one of the S sets. Without dB where it is 0. */
export function s4dSums(
  from: i32, to: i32, scratch: usize, invReA: usize, invImA: usize, parts: usize,
  dInvReA: usize, dInvImA: usize, dB: usize, H: i32, S: i32, M: i32, transforms: i32,
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
      const re = transformSlope(kindOfRe(transforms), <f64>load<f32>(invReA + at));
      const im = transformSlope(kindOfIm(transforms), <f64>load<f32>(invImA + at));
      store<f32>(dInvReA + at, <f32>(-re * ar));
      store<f32>(dInvImA + at, <f32>(-im * ai));
      if (dB) putSingle(dB, set * M + m, br, bi);
    }
  }
}
