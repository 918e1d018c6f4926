// A kernel's value at one node, and its gradient, in f64: where a mode with little decay is met at its own frequency,
// it counts so much that the Woodbury identity leaves a thousandth of the terms, and the gradient a millionth.
//
// With the names of cauchy.ts, of complex numbers in f64,
//
//     s(x, y) = sum_m v / (i s - c lambda) + conj v / (i s - c conj lambda),   v = x y.
import { left, right, signOf, sumsOf } from './s4-feature';
import { addTo, mulIm, mulRe, put } from './s4d-mode';

/** Complex number i. */
// @ts-ignore: decorator
@inline function at(p: usize, i: i32): usize {
  return p + (<usize>i << 4);
}
// @ts-ignore: decorator
@inline function re(p: usize): f64 {
  return load<f64>(p);
}
// @ts-ignore: decorator
@inline function im(p: usize): f64 {
  return load<f64>(p, 8);
}

/** sum + factor a b. */
// @ts-ignore: decorator
@inline function addProduct(sum: usize, factor: f64, a: usize, b: usize): void {
  addTo(sum, factor * mulRe(re(a), im(a), re(b), im(b)), factor * mulIm(re(a), im(a), re(b), im(b)));
}

/** sum + factor conj(a) b. */
// @ts-ignore: decorator
@inline function addConjProduct(sum: usize, factor: f64, a: usize, b: usize): void {
  addTo(sum, factor * mulRe(re(a), -im(a), re(b), im(b)), factor * mulIm(re(a), -im(a), re(b), im(b)));
}

/**
 * The sums, complex.
 *
 * @param dSums - where not 0, the cotangents of the sums, of which `dFeature` gets those of the feature's rows.
 * @returns then s times the cotangent of s.
 */
function sumModes(
  sums: usize, dSums: usize, dFeature: usize, feature: usize, c: f64, s: f64, M: i32, R: i32, channels: i32,
): f64 {
  const count = sumsOf(R, channels), row = <usize>M << 4;
  let slope: f64 = 0;
  memory.fill(sums, 0, <usize>count << 4);
  for (let m = 0; m < M; m++) {
    const mode = <usize>m << 4, lambda = feature + mode;
    const dr = -c * re(lambda), pi = s - c * im(lambda), qi = s + c * im(lambda);
    const pn = 1 / (dr * dr + pi * pi), qn = 1 / (dr * dr + qi * qi);
    // Reciprocals of the mode and of its conjugate.
    const ar = dr * pn, ai = -pi * pn, br = dr * qn, bi = -qi * qn;
    for (let j = 0; j < count; j++) {
      const x = row * <usize>left(j, R, channels) + mode, y = row * <usize>right(j, R, channels) + mode;
      const sign = signOf(j, R, channels);
      const xr = re(feature + x), xi = im(feature + x), yr = re(feature + y), yi = sign * im(feature + y);
      const vr = mulRe(xr, xi, yr, yi), vi = mulIm(xr, xi, yr, yi);
      const er = mulRe(vr, vi, ar, ai), ei = mulIm(vr, vi, ar, ai);
      const fr = mulRe(vr, -vi, br, bi), fi = mulIm(vr, -vi, br, bi);
      addTo(at(sums, j), er + fr, ei + fi);
      if (!dSums) continue;
      const gr = re(at(dSums, j)), gi = im(at(dSums, j));
      const er2 = mulRe(er, ei, ar, ai), ei2 = mulIm(er, ei, ar, ai);
      const fr2 = mulRe(fr, fi, br, bi), fi2 = mulIm(fr, fi, br, bi);
      slope -= s * ((er2 + fr2) * gi - (ei2 + fi2) * gr);
      addTo(
        dFeature + mode,
        c * (mulRe(gr, gi, er2, -ei2) + mulRe(gr, -gi, fr2, fi2)),
        c * (mulIm(gr, gi, er2, -ei2) + mulIm(gr, -gi, fr2, fi2)),
      );
      const dvr = mulRe(gr, gi, ar, -ai) + mulRe(gr, -gi, br, bi);
      const dvi = mulIm(gr, gi, ar, -ai) + mulIm(gr, -gi, br, bi);
      addTo(dFeature + x, mulRe(yr, -yi, dvr, dvi), mulIm(yr, -yi, dvr, dvi));
      addTo(dFeature + y, mulRe(xr, -xi, dvr, dvi), sign * mulIm(xr, -xi, dvr, dvi));
    }
  }
  return slope;
}

/** p / q. */
// @ts-ignore: decorator
@inline function divide(to: usize, pr: f64, pi: f64, qr: f64, qi: f64): void {
  const n = qr * qr + qi * qi;
  put(to, mulRe(pr, pi, qr, -qi) / n, mulIm(pr, pi, qr, -qi) / n);
}

/** E = (I + c S)^-1, then x = E s(B, Q), from S [R, R] behind s(B, Q) [R]. */
function solve(E: usize, x: usize, BQ: usize, c: f64, R: i32): void {
  const S = at(BQ, R);
  const ar = 1 + c * re(S), ai = c * im(S);
  if (R == 1) {
    divide(E, 1, 0, ar, ai);
  } else {
    const br = c * re(at(S, 1)), bi = c * im(at(S, 1)), dr = c * re(at(S, 2)), di = c * im(at(S, 2));
    const er = 1 + c * re(at(S, 3)), ei = c * im(at(S, 3));
    const tr = mulRe(ar, ai, er, ei) - mulRe(br, bi, dr, di), ti = mulIm(ar, ai, er, ei) - mulIm(br, bi, dr, di);
    divide(E, er, ei, tr, ti);
    divide(at(E, 1), -br, -bi, tr, ti);
    divide(at(E, 2), -dr, -di, tr, ti);
    divide(at(E, 3), ar, ai, tr, ti);
  }
  memory.fill(x, 0, <usize>R << 4);
  for (let i = 0; i < R; i++) {
    for (let j = 0; j < R; j++) addProduct(at(x, i), 1, at(E, i * R + j), at(BQ, j));
  }
}

/**
 * The value at the node c, s.
 *
 * @param K - values of the channels, pairs channelBytes apart.
 * @param sin - sin(t/2).
 * @param room - complex f64 [sums + 7].
 */
export function exactValue(
  K: usize, channelBytes: usize, feature: usize, room: usize, c: f64, s: f64, sin: f64,
  M: i32, R: i32, channels: i32,
): void {
  const E = room, x = at(E, 4), k = at(x, 2), sums = at(k, 1), PC = at(sums, channels);
  sumModes(sums, 0, 0, feature, c, s, M, R, channels);
  solve(E, x, at(PC, R * channels), c, R);
  for (let channel = 0; channel < channels; channel++, K += channelBytes) {
    put(k, re(at(sums, channel)), im(at(sums, channel)));
    for (let i = 0; i < R; i++) addProduct(k, -c, at(PC, i * channels + channel), at(x, i));
    store<f32>(K, <f32>mulRe(re(k), im(k), c, sin));
    store<f32>(K, <f32>mulIm(re(k), im(k), c, sin), 4);
  }
}

/**
 * Add the part of the node c, s to a feature's gradient.
 *
 * @param dFeature - adds to the cotangents of the feature's rows.
 * @param dK - the cotangents of the values, pairs channelBytes apart; set to 0.
 * @param room - complex f64 [2 sums + 9].
 * @returns s times the cotangent of s.
 */
export function exactVjp(
  dFeature: usize, dK: usize, channelBytes: usize, feature: usize, room: usize, c: f64, s: f64, sin: f64,
  M: i32, R: i32, channels: i32,
): f64 {
  const count = sumsOf(R, channels), first = channels, BQ = first + R * channels, S = BQ + R;
  const E = room, x = at(E, 4), z = at(x, 2), g = at(z, 2), sums = at(g, 1), dSums = at(sums, count);
  sumModes(sums, 0, 0, feature, c, s, M, R, channels);
  solve(E, x, at(sums, BQ), c, R);
  memory.fill(dSums, 0, <usize>count << 4);
  for (let channel = 0; channel < channels; channel++, dK += channelBytes) {
    const kr = <f64>load<f32>(dK), ki = <f64>load<f32>(dK, 4);
    store<u64>(dK, 0);
    put(g, mulRe(kr, ki, c, -sin), mulIm(kr, ki, c, -sin));
    put(at(dSums, channel), re(g), im(g));
    memory.fill(z, 0, <usize>R << 4);
    for (let i = 0; i < R; i++) {
      const PC = first + i * channels + channel;
      addConjProduct(at(dSums, PC), -c, at(x, i), g);
      for (let j = 0; j < R; j++) addProduct(at(z, j), 1, at(sums, PC), at(E, i * R + j));
    }
    for (let i = 0; i < R; i++) {
      addConjProduct(at(dSums, BQ + i), -c, at(z, i), g);
      for (let j = 0; j < R; j++) {
        const zr = re(at(z, i)), zi = im(at(z, i)), xr = re(at(x, j)), xi = im(at(x, j));
        const pr = c * c * mulRe(zr, zi, xr, xi), pi = -c * c * mulIm(zr, zi, xr, xi);
        addTo(at(dSums, S + i * R + j), mulRe(pr, pi, re(g), im(g)), mulIm(pr, pi, re(g), im(g)));
      }
    }
  }
  return sumModes(sums, dSums, dFeature, feature, c, s, M, R, channels);
}
