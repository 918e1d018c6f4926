// One feature of a model with A diagonal plus low-rank, in f64, and the weights of its Cauchy sums.
//
// A feature is rows of M complex numbers: lambda, B, P_r, C_c. Its sums s(x, y) = sum x y / (..) are numbered
//
//     (B, C_c);  (P_i, C_c), number C + i C + c;  (B, Q_j);  (P_j, Q_i), i R + j after those;  Q = conj P.
import { addTo, mulIm, mulRe, put } from './s4d-mode';
import { kindOfIm, kindOfRe, transform } from './ssm';

/** Rows of a feature, after that of lambda. */
export const B_ROW = 1;
export const P_ROW = 2;

// @ts-ignore: decorator
@inline export function rowsOf(R: i32, channels: i32): i32 {
  return P_ROW + R + channels;
}

/** Number of Cauchy sums. */
// @ts-ignore: decorator
@inline export function sumsOf(R: i32, channels: i32): i32 {
  return channels + R * channels + R + R * R;
}

/** The row of x in sum j. */
export function left(j: i32, R: i32, channels: i32): i32 {
  if (j < channels) return B_ROW;
  if ((j -= channels) < R * channels) return P_ROW + j / channels;
  if ((j -= R * channels) < R) return B_ROW;
  return P_ROW + (j - R) % R;
}

/** The row of y in sum j; it is P's for Q's. */
export function right(j: i32, R: i32, channels: i32): i32 {
  if (j < channels) return P_ROW + R + j;
  if ((j -= channels) < R * channels) return P_ROW + R + j % channels;
  if ((j -= R * channels) < R) return P_ROW + j;
  return P_ROW + (j - R) / R;
}

/** -1 where y of sum j is a row of Q, which is that of P with the other sign of the imaginary part. */
// @ts-ignore: decorator
@inline export function signOf(j: i32, R: i32, channels: i32): f64 {
  return j < (1 + R) * channels ? 1 : -1;
}

/** Widen M complex f32. */
function widen(to: usize, from: usize, M: i32): void {
  for (let i = 0; i < 2 * M; i++) store<f64>(to + (<usize>i << 3), <f64>load<f32>(from + (<usize>i << 2)));
}

/** Read feature h. */
export function readFeature(
  to: usize, h: i32, invReA: usize, invImA: usize, B: usize, P: usize, C: usize,
  H: i32, S: i32, M: i32, R: i32, channels: i32, transforms: i32,
): void {
  const set = h % S, row = <usize>M << 4;
  for (let m = 0; m < M; m++) {
    const at = <usize>(set * M + m) << 2;
    const re = transform(kindOfRe(transforms), <f64>load<f32>(invReA + at));
    put(to + (<usize>m << 4), -re, -transform(kindOfIm(transforms), <f64>load<f32>(invImA + at)));
  }
  widen(to + row * B_ROW, B + (<usize>(set * M) << 3), M);
  for (let r = 0; r < R; r++) widen(to + row * <usize>(P_ROW + r), P + (<usize>((r * S + set) * M) << 3), M);
  for (let c = 0; c < channels; c++) {
    widen(to + row * <usize>(P_ROW + R + c), C + (<usize>((c * H + h) * M) << 3), M);
  }
}

/**
 * What cauchy.ts needs of each mode: |lambda|^2 and 2 Re lambda, and for each sum with v = x y the weights
 * -2 Re(v conj lambda) and 2 Re v; f32 [count][2] and [count][stride]. Modes M .. count - 1 get weights of 0.
 */
export function weigh(
  modes: usize, weights: usize, feature: usize, count: i32, stride: i32, M: i32, R: i32, channels: i32,
): void {
  memory.fill(weights, 0, <usize>(count * stride) << 2);
  for (let m = 0; m < count; m++) {
    const lambda = feature + (<usize>m << 4);
    const lr = m < M ? load<f64>(lambda) : -1, li = m < M ? load<f64>(lambda, 8) : 0;
    store<f32>(modes + (<usize>m << 3), <f32>(lr * lr + li * li));
    store<f32>(modes + (<usize>m << 3), <f32>(2 * lr), 4);
  }
  const sums = sumsOf(R, channels), row = <usize>M << 4;
  for (let j = 0; j < sums; j++) {
    const x = feature + row * <usize>left(j, R, channels), y = feature + row * <usize>right(j, R, channels);
    const sign = signOf(j, R, channels);
    for (let m = 0; m < M; m++) {
      const at = <usize>m << 4, to = weights + (<usize>(m * stride + 2 * j) << 2);
      const yi = sign * load<f64>(y + at, 8);
      const vr = mulRe(load<f64>(x + at), load<f64>(x + at, 8), load<f64>(y + at), yi);
      const vi = mulIm(load<f64>(x + at), load<f64>(x + at, 8), load<f64>(y + at), yi);
      store<f32>(to, <f32>(-2 * (vr * load<f64>(feature + at) + vi * load<f64>(feature + at, 8))));
      store<f32>(to, <f32>(2 * vr), 4);
    }
  }
}

/**
 * The gradient of {@link weigh}.
 *
 * @param dFeature - adds to the cotangents of the feature's rows.
 * @param dModes - those of |lambda|^2 and 2 Re lambda, f64 [M][2].
 * @param dWeights - those of the weights, f64 [M][stride].
 */
export function weighVjp(
  dFeature: usize, dModes: usize, dWeights: usize, feature: usize, stride: i32, M: i32, R: i32, channels: i32,
): void {
  const row = <usize>M << 4;
  for (let m = 0; m < M; m++) {
    const at = <usize>m << 4;
    const dSize = load<f64>(dModes + at), dTwice = load<f64>(dModes + at, 8);
    const lr = load<f64>(feature + at), li = load<f64>(feature + at, 8);
    addTo(dFeature + at, 2 * (lr * dSize + dTwice), 2 * li * dSize);
  }
  const sums = sumsOf(R, channels);
  for (let j = 0; j < sums; j++) {
    const x = row * <usize>left(j, R, channels), y = row * <usize>right(j, R, channels);
    const sign = signOf(j, R, channels);
    for (let m = 0; m < M; m++) {
      const at = <usize>m << 4, d = dWeights + (<usize>(m * stride + 2 * j) << 3);
      const dRe = -2 * load<f64>(d), lr = load<f64>(feature + at), li = load<f64>(feature + at, 8);
      const dvr = 2 * load<f64>(d, 8) + dRe * lr, dvi = dRe * li;
      const xr = load<f64>(feature + x + at), xi = load<f64>(feature + x + at, 8);
      const yr = load<f64>(feature + y + at), yi = sign * load<f64>(feature + y + at, 8);
      addTo(dFeature + at, dRe * mulRe(xr, xi, yr, yi), dRe * mulIm(xr, xi, yr, yi));
      addTo(dFeature + x + at, mulRe(yr, -yi, dvr, dvi), mulIm(yr, -yi, dvr, dvi));
      addTo(dFeature + y + at, mulRe(xr, -xi, dvr, dvi), sign * mulIm(xr, -xi, dvr, dvi));
    }
  }
}
