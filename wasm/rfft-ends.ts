// What turns the transform of complex points into that of real samples. Points are stored as in dft-radix4.ts,
// spectra of samples as pairs.
//
// An even number n = 2 N of samples is N points z[j] = x[2 j] + i x[2 j + 1]. With their transform Z, E and O those of
// the even and the odd samples, and w = exp(-2 pi i f / n),
//     E[f] = (Z[f] + conj Z[N - f]) / 2,   O[f] = (Z[f] - conj Z[N - f]) / 2i,
//     X[f] = E + w O,   X[N - f] = conj(E - w O).
// An odd number of samples is as many points with imaginary part 0.

import { VECTOR, mulConjIm, mulConjRe, mulIm, mulRe } from './fft-radix4';
import { load4 } from './part';

/** Place of point i. */
// @ts-ignore: decorator
@inline function place(x: usize, i: usize): usize {
  return x + ((i >> 2) << 5) + ((i & 3) << 2);
}

/** z = the first L samples as N points, zeros after them up to a whole vector. */
export function loadPoints(x: usize, L: usize, N: usize, even: bool, z: usize): void {
  const end = z + ((N + 3) >> 2) * VECTOR;
  if (even) {
    memory.copy(z, x, L << 2);
    memory.fill(z + (L << 2), 0, end - z - (L << 2));
    for (; z < end; z += VECTOR) {
      const u = v128.load(z), v = v128.load(z, 16);
      v128.store(z, v128.shuffle<f32>(u, v, 0, 2, 4, 6));
      v128.store(z, v128.shuffle<f32>(u, v, 1, 3, 5, 7), 16);
    }
    return;
  }
  memory.fill(z, 0, end - z);
  for (let left = <i32>L; left > 0; left -= 4, x += 16, z += VECTOR) v128.store(z, load4(x, left));
}

/** out = the first L samples of points whose parts are exchanged. */
export function storeSamples(z: usize, L: usize, even: bool, out: usize): void {
  if (!even) {
    for (let t: usize = 0; t < L; t++) store<f32>(out + (t << 2), load<f32>(place(z, t), 16));
    return;
  }
  const whole = L >> 3 << 3;
  for (const end = out + (whole << 2); out < end; out += VECTOR, z += VECTOR) {
    const im = v128.load(z), re = v128.load(z, 16);
    v128.store(out, v128.shuffle<f32>(re, im, 0, 4, 1, 5));
    v128.store(out, v128.shuffle<f32>(re, im, 2, 6, 3, 7), 16);
  }
  for (let t: usize = 0; t < L - whole; t++) store<f32>(out + (t << 2), load<f32>(place(z, t >> 1) + ((~t & 1) << 4)));
}

/** X[f] = Z[f] for f <= N / 2, times scale; N odd. X[0] is real and scaled by `end`. */
export function storeHalf(z: usize, N: usize, X: usize, end: f32, scale: f32): void {
  store<f32>(X, end * load<f32>(z));
  store<f32>(X, 0, 4);
  for (let f: usize = 1; f <= N >> 1; f++) {
    const at = place(z, f);
    store<f32>(X + (f << 3), scale * load<f32>(at));
    store<f32>(X + (f << 3), scale * load<f32>(at, 16), 4);
  }
}

/** Points with parts exchanged whose transform is that of a real signal; N odd. */
export function loadHalf(X: usize, N: usize, z: usize, end: f32, scale: f32): void {
  memory.fill(z, 0, ((N + 3) >> 2) * VECTOR);
  store<f32>(z, end * load<f32>(X), 16);
  for (let f: usize = 1; f <= N >> 1; f++) {
    const re = scale * load<f32>(X + (f << 3)), im = scale * load<f32>(X + (f << 3), 4);
    const at = place(z, f), mirror = place(z, N - f);
    store<f32>(at, im);
    store<f32>(at, re, 16);
    store<f32>(mirror, -im);
    store<f32>(mirror, re, 16);
  }
}

/** X from Z; half is scale / 2. Lengths that are not multiples of 8. */
export function unpackAny(z: usize, N: usize, X: usize, w: usize, half: f32): void {
  for (let f: usize = 0; f <= N >> 1; f++) {
    const p = place(z, f), q = place(z, f == 0 ? 0 : N - f), t = place(w, f);
    const er = load<f32>(p) + load<f32>(q), ei = load<f32>(p, 16) - load<f32>(q, 16);
    const or = load<f32>(p, 16) + load<f32>(q, 16), oi = load<f32>(q) - load<f32>(p);
    const tr = load<f32>(t), ti = load<f32>(t, 16);
    const vr = or * tr - oi * ti, vi = or * ti + oi * tr;
    store<f32>(X + (f << 3), half * (er + vr));
    store<f32>(X + (f << 3), half * (ei + vi), 4);
    store<f32>(X + ((N - f) << 3), half * (er - vr));
    store<f32>(X + ((N - f) << 3), half * (vi - ei), 4);
  }
}

/** {@link unpackAny} for N a multiple of 8. */
export function unpack(z: usize, N: usize, X: usize, w: usize, half: f32): void {
  const h = f32x4.splat(half);
  let mirror = z + (N << 3), end = X + (N << 3) - 24;
  let aboveR = v128.load(z), aboveI = v128.load(z, 16);
  const middle = z + (N << 2);
  for (; z <= middle; z += VECTOR, X += VECTOR, w += VECTOR) {
    mirror -= VECTOR;
    const belowR = v128.load(mirror), belowI = v128.load(mirror, 16);
    const qr = v128.shuffle<f32>(aboveR, belowR, 0, 7, 6, 5), qi = v128.shuffle<f32>(aboveI, belowI, 0, 7, 6, 5);
    const pr = v128.load(z), pi = v128.load(z, 16);
    const er = f32x4.mul(f32x4.add(pr, qr), h), ei = f32x4.mul(f32x4.sub(pi, qi), h);
    const or = f32x4.mul(f32x4.add(pi, qi), h), oi = f32x4.mul(f32x4.sub(qr, pr), h);
    const tr = v128.load(w), ti = v128.load(w, 16);
    const vr = mulRe(or, oi, tr, ti), vi = mulIm(or, oi, tr, ti);
    let re = f32x4.add(er, vr), im = f32x4.add(ei, vi);
    v128.store(X, v128.shuffle<f32>(re, im, 0, 4, 1, 5));
    v128.store(X, v128.shuffle<f32>(re, im, 2, 6, 3, 7), 16);
    if (z < middle) {
      re = f32x4.sub(er, vr);
      im = f32x4.sub(vi, ei);
      v128.store(end, v128.shuffle<f32>(re, im, 3, 7, 2, 6));
      v128.store(end, v128.shuffle<f32>(re, im, 1, 5, 0, 4), 16);
      end -= VECTOR;
    }
    aboveR = belowR;
    aboveI = belowI;
  }
}

/** Z, parts exchanged, from X, times 2 scale; X[0] and X[N] are real and times 2 end. */
export function packAny(X: usize, N: usize, z: usize, w: usize, end: f32, scale: f32): void {
  memory.fill(z, 0, ((N + 3) >> 2) * VECTOR);
  for (let f: usize = 1; f <= N >> 1; f++) {
    const p = X + (f << 3), q = X + ((N - f) << 3), t = place(w, f);
    const er = load<f32>(p) + load<f32>(q), ei = load<f32>(p, 4) - load<f32>(q, 4);
    const dr = load<f32>(p) - load<f32>(q), di = load<f32>(p, 4) + load<f32>(q, 4);
    const tr = load<f32>(t), ti = load<f32>(t, 16);
    const or = dr * tr + di * ti, oi = di * tr - dr * ti;
    const at = place(z, f), mirror = place(z, N - f);
    store<f32>(mirror, scale * (or - ei));
    store<f32>(mirror, scale * (er + oi), 16);
    store<f32>(at, scale * (ei + or));
    store<f32>(at, scale * (er - oi), 16);
  }
  packEnds(X, N, z, end);
}

function packEnds(X: usize, N: usize, z: usize, end: f32): void {
  const first = end * load<f32>(X), last = end * load<f32>(X + (N << 3));
  store<f32>(z, first - last);
  store<f32>(z, first + last, 16);
}

/** {@link packAny} for N a multiple of 8. */
export function pack(X: usize, N: usize, z: usize, w: usize, end: f32, scale: f32): void {
  const s = f32x4.splat(scale), start = X, points = z;
  let mirror = X + (N << 3) - 24, above = z + (N << 3);
  let beforeR = s, beforeI = s;
  const middle = z + (N << 2);
  for (; z <= middle; z += VECTOR, X += VECTOR, w += VECTOR, mirror -= VECTOR) {
    const u = v128.load(X), v = v128.load(X, 16), a = v128.load(mirror), b = v128.load(mirror, 16);
    const pr = v128.shuffle<f32>(u, v, 0, 2, 4, 6), pi = v128.shuffle<f32>(u, v, 1, 3, 5, 7);
    const qr = v128.shuffle<f32>(b, a, 2, 0, 6, 4), qi = v128.shuffle<f32>(b, a, 3, 1, 7, 5);
    const er = f32x4.mul(f32x4.add(pr, qr), s), ei = f32x4.mul(f32x4.sub(pi, qi), s);
    const dr = f32x4.mul(f32x4.sub(pr, qr), s), di = f32x4.mul(f32x4.add(pi, qi), s);
    const tr = v128.load(w), ti = v128.load(w, 16);
    const or = mulConjRe(dr, di, tr, ti), oi = mulConjIm(dr, di, tr, ti);
    v128.store(z, f32x4.add(ei, or));
    v128.store(z, f32x4.sub(er, oi), 16);
    const re = f32x4.add(er, oi), im = f32x4.sub(or, ei);
    if (z > points && z < middle) {
      v128.store(above, v128.shuffle<f32>(im, beforeI, 0, 7, 6, 5));
      v128.store(above, v128.shuffle<f32>(re, beforeR, 0, 7, 6, 5), 16);
    }
    beforeR = re;
    beforeI = im;
    above -= VECTOR;
  }
  packEnds(start, N, points, end);
}
