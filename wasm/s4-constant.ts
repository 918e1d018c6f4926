// The gradient of a kernel's value at frequency 0, in f64. There a mode counts by 1 / lambda, and one of frequency 0 and
// little decay, as the Fourier basis has, so much that its gradient is what is left of terms a million times as large.
// All sums and values are real: s(x, y) = -2 Re sum_m x y / lambda.
import { left, right, signOf, sumsOf } from './s4-feature';
import { addTo, mulIm, mulRe } from './s4d-mode';

/** f64 number i. */
// @ts-ignore: decorator
@inline function get(p: usize, i: i32): f64 {
  return load<f64>(p + (<usize>i << 3));
}
// @ts-ignore: decorator
@inline function add(p: usize, i: i32, x: f64): void {
  store<f64>(p + (<usize>i << 3), get(p, i) + x);
}

/** E = (I + S)^-1 of S [R, R]. */
function invert(E: usize, S: usize, R: i32): void {
  if (R == 1) {
    store<f64>(E, 1 / (1 + get(S, 0)));
    return;
  }
  const a = 1 + get(S, 0), b = get(S, 1), c = get(S, 2), d = 1 + get(S, 3);
  const determinant = a * d - b * c;
  store<f64>(E, d / determinant);
  store<f64>(E, -b / determinant, 8);
  store<f64>(E, -c / determinant, 16);
  store<f64>(E, a / determinant, 24);
}

/** Cotangents of the sums from those of K. */
function combineVjp(dSums: usize, sums: usize, E: usize, dK: usize, channelBytes: usize, R: i32, channels: i32): void {
  const PC = channels, BQ = PC + R * channels, S = BQ + R;
  invert(E, sums + (<usize>S << 3), R);
  memory.fill(dSums, 0, <usize>sumsOf(R, channels) << 3);
  for (let c = 0; c < channels; c++) {
    const g = <f64>load<f32>(dK + <usize>c * channelBytes);
    add(dSums, c, g);
    for (let i = 0; i < R; i++) {
      let x: f64 = 0, z: f64 = 0;
      for (let j = 0; j < R; j++) {
        x += get(E, i * R + j) * get(sums, BQ + j);
        z += get(sums, PC + j * channels + c) * get(E, j * R + i);
      }
      add(dSums, PC + i * channels + c, -x * g);
      add(dSums, BQ + i, -z * g);
      for (let j = 0; j < R; j++) {
        let y: f64 = 0;
        for (let k = 0; k < R; k++) y += get(E, j * R + k) * get(sums, BQ + k);
        add(dSums, S + i * R + j, z * y * g);
      }
    }
  }
}

/**
 * Add the part of frequency 0 to a feature's gradient.
 *
 * @param dFeature - adds to the cotangents of the feature's rows.
 * @param dK - the cotangent of K at frequency 0, channelBytes apart; set to 0.
 * @param room - f64 [2 sums + 4].
 */
export function constantVjp(
  dFeature: usize, dK: usize, channelBytes: usize, feature: usize, room: usize, M: i32, R: i32, channels: i32,
): void {
  const count = sumsOf(R, channels), row = <usize>M << 4;
  const sums = room, dSums = sums + (<usize>count << 3), E = dSums + (<usize>count << 3);
  for (let pass = 0; pass < 2; pass++) {
    for (let j = 0; j < count; j++) {
      const x = row * <usize>left(j, R, channels), y = row * <usize>right(j, R, channels);
      const sign = signOf(j, R, channels);
      const g = pass == 0 ? 0 : get(dSums, j);
      let sum: f64 = 0;
      for (let m = 0; m < M; m++) {
        const at = <usize>m << 4;
        const lr = load<f64>(feature + at), li = load<f64>(feature + at, 8), norm = lr * lr + li * li;
        // -2 / lambda.
        const qr = -2 * lr / norm, qi = 2 * li / norm;
        const xr = load<f64>(feature + x + at), xi = load<f64>(feature + x + at, 8);
        const yr = load<f64>(feature + y + at), yi = sign * load<f64>(feature + y + at, 8);
        const vr = mulRe(xr, xi, yr, yi), vi = mulIm(xr, xi, yr, yi);
        const sr = mulRe(vr, vi, qr, qi);
        if (pass == 0) {
          sum += sr;
          continue;
        }
        // The derivative of v q in lambda is v q^2 / 2.
        const si = mulIm(vr, vi, qr, qi);
        addTo(dFeature + at, 0.5 * g * mulRe(sr, si, qr, qi), -0.5 * g * mulIm(sr, si, qr, qi));
        const dvr = g * qr, dvi = -g * qi;
        addTo(dFeature + x + at, mulRe(yr, -yi, dvr, dvi), mulIm(yr, -yi, dvr, dvi));
        addTo(dFeature + y + at, mulRe(xr, -xi, dvr, dvi), sign * mulIm(xr, -xi, dvr, dvi));
      }
      if (pass == 0) store<f64>(sums + (<usize>j << 3), sum);
    }
    if (pass == 0) combineVjp(dSums, sums, E, dK, channelBytes, R, channels);
  }
  for (let c = 0; c < channels; c++) store<f32>(dK + <usize>c * channelBytes, 0);
}
