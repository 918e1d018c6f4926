// A kernel's value at frequency 0, and its gradient, in f64. There a mode counts by 1 / lambda, and one of frequency 0
// and little decay, as the Fourier basis has, so much that the Woodbury identity leaves a ten-thousandth of its terms,
// and its gradient a millionth. All sums and values are real: s(x, y) = -2 Re sum_m x y / lambda.
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

/**
 * The sums, f64.
 *
 * @param dSums - where not 0, the cotangents of the sums, of which `dFeature` gets those of the feature's rows.
 */
function sumModes(sums: usize, dSums: usize, dFeature: usize, feature: usize, M: i32, R: i32, channels: i32): void {
  const count = sumsOf(R, channels), row = <usize>M << 4;
  for (let j = 0; j < count; j++) {
    const x = row * <usize>left(j, R, channels), y = row * <usize>right(j, R, channels);
    const sign = signOf(j, R, channels);
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
      sum += sr;
      if (!dSums) continue;
      // The derivative of v q in lambda is v q^2 / 2.
      const g = get(dSums, j), si = mulIm(vr, vi, qr, qi);
      addTo(dFeature + at, 0.5 * g * mulRe(sr, si, qr, qi), -0.5 * g * mulIm(sr, si, qr, qi));
      const dvr = g * qr, dvi = -g * qi;
      addTo(dFeature + x + at, mulRe(yr, -yi, dvr, dvi), mulIm(yr, -yi, dvr, dvi));
      addTo(dFeature + y + at, mulRe(xr, -xi, dvr, dvi), sign * mulIm(xr, -xi, dvr, dvi));
    }
    store<f64>(sums + (<usize>j << 3), sum);
  }
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

/** Entry i of E s(B, Q). */
function solved(E: usize, BQ: usize, i: i32, R: i32): f64 {
  let x: f64 = 0;
  for (let j = 0; j < R; j++) x += get(E, i * R + j) * get(BQ, j);
  return x;
}

/**
 * The values at frequency 0.
 *
 * @param K - values of the channels, pairs channelBytes apart.
 * @param room - f64 [sums + 4].
 */
export function constants(
  K: usize, channelBytes: usize, feature: usize, room: usize, M: i32, R: i32, channels: i32,
): void {
  const E = room, sums = E + 32, PC = channels, BQ = sums + (<usize>(PC + R * channels) << 3);
  sumModes(sums, 0, 0, feature, M, R, channels);
  invert(E, BQ + (<usize>R << 3), R);
  for (let c = 0; c < channels; c++, K += channelBytes) {
    let k = get(sums, c);
    for (let i = 0; i < R; i++) k -= get(sums, PC + i * channels + c) * solved(E, BQ, i, R);
    store<f32>(K, <f32>k);
    store<f32>(K, 0, 4);
  }
}

/**
 * Add the part of frequency 0 to a feature's gradient.
 *
 * @param dFeature - adds to the cotangents of the feature's rows.
 * @param dK - the cotangents of the values, pairs channelBytes apart; set to 0.
 * @param room - f64 [2 sums + 4].
 */
export function constantsVjp(
  dFeature: usize, dK: usize, channelBytes: usize, feature: usize, room: usize, M: i32, R: i32, channels: i32,
): void {
  const count = sumsOf(R, channels), PC = channels, BQ = PC + R * channels, S = BQ + R;
  const E = room, sums = E + 32, dSums = sums + (<usize>count << 3), own = sums + (<usize>BQ << 3);
  sumModes(sums, 0, 0, feature, M, R, channels);
  invert(E, sums + (<usize>S << 3), R);
  memory.fill(dSums, 0, <usize>count << 3);
  for (let c = 0; c < channels; c++, dK += channelBytes) {
    const g = <f64>load<f32>(dK);
    store<u64>(dK, 0);
    add(dSums, c, g);
    for (let i = 0; i < R; i++) {
      let z: f64 = 0;
      for (let j = 0; j < R; j++) z += get(sums, PC + j * channels + c) * get(E, j * R + i);
      add(dSums, PC + i * channels + c, -solved(E, own, i, R) * g);
      add(dSums, BQ + i, -z * g);
      for (let j = 0; j < R; j++) add(dSums, S + i * R + j, z * solved(E, own, j, R) * g);
    }
  }
  sumModes(sums, dSums, dFeature, feature, M, R, channels);
}
