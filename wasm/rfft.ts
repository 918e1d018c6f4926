// Fourier transforms of real rows, any number n of samples; src/ops/fft.ts has the equations. Spectra are F =
// floor(n / 2) + 1 pairs.
//
// size = 0: by summation in f64; `table` holds cos and sin of 2 pi j / n in pairs.
// Else N points (rfft-ends.ts) by transforms of `size` points: N itself, or more by Bluestein's algorithm. `table` and
// `chirp` are those of dft.ts, `turns` holds exp(-2 pi i f / n) as vectors, f < n / 4 + 4.

import { chirpDft, dft } from './dft';
import { loadHalf, loadPoints, pack, packAny, storeHalf, storeSamples, unpack, unpackAny } from './rfft-ends';

/** Bytes between the two workspaces, so that they do not meet in one set of the cache. */
const GAP: usize = 192;

/** X[f] = scale sum_t x[t] exp(-2 pi i f t / n), with `end` for scale at f = 0 and f = n / 2. An item is a row. */
export function rfft(
  from: i32, to: i32, scratch: usize, x: usize, X: usize, L: usize, n: usize, size: usize, table: usize, chirp: usize,
  turns: usize, end: f32, scale: f32,
): void {
  const F = (n >> 1) + 1, even = (n & 1) == 0, N = even ? n >> 1 : n;
  const a = scratch, b = scratch + (size << 3) + GAP;
  for (let row = from; row < to; row++) {
    const samples = x + ((<usize>row * L) << 2), out = X + ((<usize>row * F) << 3);
    if (size == 0) {
      sumForward(samples, L, n, table, out, end, scale);
      continue;
    }
    if (size == N) {
      let source = samples;
      if (L < n) {
        memory.copy(b, samples, L << 2);
        memory.fill(b + (L << 2), 0, (n - L) << 2);
        source = b;
      }
      unpack(dft(true, source, a, b, N, table), N, out, turns, 0.5 * scale);
    } else {
      loadPoints(samples, L, N, even, b);
      const Z = chirpDft(a, b, N, size, table, chirp);
      if (even) unpackAny(Z, N, out, turns, 0.5 * scale);
      else storeHalf(Z, N, out, end, scale);
    }
    if (even && end != scale) {
      store<f32>(out, load<f32>(out) * (end / scale));
      store<f32>(out + (N << 3), load<f32>(out + (N << 3)) * (end / scale));
    }
  }
}

/**
 * x[t] = sum_{f < n} c[f] X[f] exp(2 pi i f t / n), t < L, X being continued by its conjugate; c[f] = scale, but `end`
 * at f = 0 and f = n / 2, where X counts as real. An item is a row.
 */
export function irfft(
  from: i32, to: i32, scratch: usize, X: usize, x: usize, L: usize, n: usize, size: usize, table: usize, chirp: usize,
  turns: usize, end: f32, scale: f32,
): void {
  const F = (n >> 1) + 1, even = (n & 1) == 0, N = even ? n >> 1 : n;
  const a = scratch, b = scratch + (size << 3) + GAP;
  for (let row = from; row < to; row++) {
    const spectrum = X + ((<usize>row * F) << 3), out = x + ((<usize>row * L) << 2);
    if (size == 0) {
      sumInverse(spectrum, L, n, table, out, end, scale);
      continue;
    }
    let z: usize;
    if (size == N) {
      pack(spectrum, N, b, turns, end, scale);
      z = dft(false, b, a, b, N, table);
    } else {
      if (even) packAny(spectrum, N, b, turns, end, scale);
      else loadHalf(spectrum, N, b, end, scale);
      z = chirpDft(a, b, N, size, table, chirp);
    }
    storeSamples(z, L, even, out);
  }
}

function sumForward(x: usize, L: usize, n: usize, table: usize, X: usize, end: f32, scale: f32): void {
  for (let f: usize = 0; f <= n >> 1; f++) {
    let re: f64 = 0, im: f64 = 0;
    for (let t: usize = 0; t < L; t++) {
      const w = table + ((f * t % n) << 3), v = <f64>load<f32>(x + (t << 2));
      re += v * load<f32>(w);
      im -= v * load<f32>(w, 4);
    }
    const real = f == 0 || f + f == n;
    store<f32>(X + (f << 3), <f32>(re * (real ? end : scale)));
    store<f32>(X + (f << 3), real ? 0 : <f32>(im * scale), 4);
  }
}

function sumInverse(X: usize, L: usize, n: usize, table: usize, x: usize, end: f32, scale: f32): void {
  for (let t: usize = 0; t < L; t++) {
    let ends: f64 = load<f32>(X), sum: f64 = 0;
    for (let f: usize = 1; f <= n >> 1; f++) {
      const w = table + ((f * t % n) << 3), p = X + (f << 3);
      if (f + f == n) ends += <f64>load<f32>(p) * load<f32>(w);
      else sum += <f64>load<f32>(p) * load<f32>(w) - <f64>load<f32>(p, 4) * load<f32>(w, 4);
    }
    store<f32>(x + (t << 2), <f32>(end * ends + 2 * scale * sum));
  }
}
