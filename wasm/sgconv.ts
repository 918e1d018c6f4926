// The multi-scale kernel of SGConv.
//
// A scale of d weights stretched f times, f a power of two, is piecewise linear between the centres (q + 1/2) f of its
// weights and constant outside them. The f samples between two centres are w[q] + (w[q + 1] - w[q]) (t + 1/2) / f.
import { expNeg4 } from './math';
import { load4, store4, sum4 } from './part';
import { madd } from './simd';

// @ts-ignore: decorator
@inline function at(p: usize, i: i32): usize {
  return p + (<usize>i << 2);
}

/** base^n. */
function power(base: f32, n: i32): f32 {
  let result: f32 = 1;
  for (; n > 0; n >>= 1, base *= base) if (n & 1) result *= base;
  return result;
}

/** Factors (t + 1/2) / f of four samples from t on. */
// @ts-ignore: decorator
@inline function ramp(t: i32, f: i32): v128 {
  const first = f32x4.add(f32x4.splat(<f32>t), f32x4(0.5, 1.5, 2.5, 3.5));
  return f32x4.mul(first, f32x4.splat(<f32>1 / <f32>f));
}

/** Add a + (b - a) (t + 1/2) / f to the samples t of from .. from + n - 1 at out. */
// @ts-ignore: decorator
@inline function addRamp(out: usize, from: i32, n: i32, f: i32, a: f32, b: f32): void {
  const start = f32x4.splat(a), slope = f32x4.splat(b - a), step = f32x4.splat(<f32>4 / <f32>f);
  let t = ramp(from, f);
  let left = n;
  for (; left >= 4; left -= 4, out += 16, t = f32x4.add(t, step)) {
    v128.store(out, f32x4.add(v128.load(out), madd(t, slope, start)));
  }
  if (left > 0) store4(out, f32x4.add(load4(out, left), madd(t, slope, start)), left);
}

/** Add a to n samples. */
// @ts-ignore: decorator
@inline function addLevel(out: usize, n: i32, a: f32): void {
  const level = f32x4.splat(a);
  let left = n;
  for (; left >= 4; left -= 4, out += 16) v128.store(out, f32x4.add(v128.load(out), level));
  if (left > 0) store4(out, f32x4.add(load4(out, left), level), left);
}

/** Add the first n samples of g times d weights stretched f times. */
function addScale(out: usize, n: i32, w: usize, d: i32, f: i32, g: f32, nearest: bool): void {
  if (f == 1) {
    const factor = f32x4.splat(g);
    for (let left = n; left > 0; left -= 4, out += 16, w += 16) {
      store4(out, madd(load4(w, left), factor, load4(out, left)), left);
    }
    return;
  }
  const half = nearest ? f : f >> 1;
  let a = g * load<f32>(w);
  addLevel(out, min(n, half), a);
  for (let q = 1, l = half; q < d && l < n; q++, l += f) {
    const b = g * load<f32>(at(w, q));
    const count = min(f, n - l);
    if (nearest) addLevel(at(out, l), count, b);
    else if (f == 2) {
      store<f32>(at(out, l), load<f32>(at(out, l)) + (<f32>0.75 * a + <f32>0.25 * b));
      if (count == 2) store<f32>(at(out, l), load<f32>(at(out, l), 4) + (<f32>0.25 * a + <f32>0.75 * b), 4);
    } else addRamp(at(out, l), 0, count, f, a, b);
    a = b;
  }
  const end = d * f - half;
  if (!nearest && end < n) addLevel(at(out, end), n - end, a);
}

/** Where the scale begins. */
// @ts-ignore: decorator
@inline function startOf(i: i32, d: i32, sum: bool, s0: i32): i32 {
  return sum || i == 0 ? 0 : d << (i - 1 + s0);
}

/** How far it is stretched. */
// @ts-ignore: decorator
@inline function factorOf(i: i32, sum: bool, s0: i32): i32 {
  return 1 << ((sum ? i : max(0, i - 1)) + s0);
}

/** The multi-scale kernel of one row without its power law. w at the row of the first scale, `stride` bytes a scale. */
function assemble(
  k: usize, w: usize, stride: usize, S: i32, d: i32, L: i32, sum: bool, nearest: bool, s0: i32, decay: f32, scale: f32,
): void {
  memory.fill(k, 0, <usize>L << 2);
  for (let i = 0; i < S; i++, w += stride) {
    const start = startOf(i, d, sum, s0);
    if (start >= L) return;
    const f = factorOf(i, sum, s0);
    addScale(at(k, start), min(d * f, L - start), w, d, f, scale * power(decay, S - 1 - i), nearest);
  }
}

/** x times (l + 1)^-p at the entries of a row, from logs[l] = log(l + 1). */
function applyPower(y: usize, x: usize, logs: usize, L: i32, p: f32): void {
  const exponent = f32x4.splat(p);
  for (let left = L; left > 0; left -= 4, x += 16, y += 16, logs += 16) {
    store4(y, f32x4.mul(load4(x, left), expNeg4(f32x4.mul(load4(logs, left), exponent))), left);
  }
}

// @ts-ignore: decorator
@inline function optional(p: usize, i: i32): f32 {
  return p ? load<f32>(at(p, i)) : 1;
}

/**
 * k [C, H, L] from w [S, C, H, d]; an item is one row of k. decay, powers [H], norm [C, H] may be 0: left out.
 * logs holds log(l + 1) where powers is given.
 */
export function sgconvKernel(
  from: i32, to: i32, scratch: usize, w: usize, decay: usize, powers: usize, norm: usize, logs: usize, k: usize,
  S: i32, rows: i32, H: i32, d: i32, L: i32, sum: bool, nearest: bool, s0: i32,
): void {
  const stride = (<usize>rows * d) << 2;
  for (let row = from; row < to; row++) {
    const h = row % H;
    const out = k + ((<usize>row * L) << 2);
    const scale = <f32>1 / optional(norm, row);
    assemble(out, at(w, row * d), stride, S, d, L, sum, nearest, s0, optional(decay, h), scale);
    if (powers) applyPower(out, out, logs, L, load<f32>(at(powers, h)));
  }
}

/** The sum of n values. */
// @ts-ignore: decorator
@inline function level(g: usize, n: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0;
  let left = n;
  for (; left >= 8; left -= 8, g += 32) {
    s0 = f32x4.add(s0, v128.load(g));
    s1 = f32x4.add(s1, v128.load(g, 16));
  }
  for (; left > 0; left -= 4, g += 16) s0 = f32x4.add(s0, load4(g, left));
  return <f32>sum4(f32x4.add(s0, s1));
}

/**
 * dw of one scale: every weight gathers its taps, from the centre of its left neighbour to that of its right one.
 * n samples of g count.
 */
function gatherScale(dw: usize, g: usize, n: i32, d: i32, f: i32, scale: f32, nearest: bool): void {
  if (f == 1) {
    const factor = f32x4.splat(scale);
    const kept = max(0, min(d, n));
    for (let left = kept, x = g, y = dw; left > 0; left -= 4, x += 16, y += 16) {
      store4(y, f32x4.mul(load4(x, left), factor), left);
    }
    memory.fill(at(dw, kept), 0, <usize>(d - kept) << 2);
    return;
  }
  const half = nearest ? f : f >> 1;
  // what the samples left of the weight's centre have summed up to
  let before = level(g, max(0, min(n, half)));
  for (let q = 0; q < d; q++) {
    const l = half + q * f;
    const count = max(0, min(f, n - l));
    const p = at(g, l);
    if (nearest) {
      store<f32>(at(dw, q), scale * before);
      before = q + 1 < d ? level(p, count) : 0;
      continue;
    }
    if (q + 1 == d) {
      store<f32>(at(dw, q), scale * (before + level(p, max(0, min(half, n - l)))));
      continue;
    }
    let near = f32x4.splat(0), far = near;
    let t = ramp(0, f);
    const step = f32x4.splat(<f32>4 / <f32>f), one = f32x4.splat(1);
    for (let left = count, x = p; left > 0; left -= 4, x += 16, t = f32x4.add(t, step)) {
      const v = load4(x, left);
      near = madd(v, f32x4.sub(one, t), near);
      far = madd(v, t, far);
    }
    store<f32>(at(dw, q), scale * (before + <f32>sum4(near)));
    before = <f32>sum4(far);
  }
}

/** sum of a b logs over a row. */
function weightedDot(a: usize, b: usize, logs: usize, L: i32): f64 {
  let total: f64 = 0;
  for (let l = 0; l < L; l += 512) {
    let s = f32x4.splat(0);
    const offset = <usize>l << 2;
    let x = a + offset, y = b + offset, z = logs + offset;
    for (let left = min(512, L - l); left > 0; left -= 4, x += 16, y += 16, z += 16) {
      s = madd(f32x4.mul(load4(x, left), load4(y, left)), load4(z, left), s);
    }
    total += sum4(s);
  }
  return total;
}

/**
 * dw [S, C, H, d] and, where powers is given, dPower [H] from dk [C, H, L]; an item is one h. Scratch: with powers two
 * rows of L and 4 values.
 */
export function sgconvKernelVjp(
  from: i32, to: i32, scratch: usize, w: usize, decay: usize, powers: usize, norm: usize, logs: usize, dk: usize,
  dw: usize, dPower: usize, S: i32, rows: i32, H: i32, d: i32, L: i32, sum: bool, nearest: bool, s0: i32,
): void {
  const stride = (<usize>rows * d) << 2;
  const kernel = scratch + ((<usize>L + 3) >> 2 << 4);
  for (let h = from; h < to; h++) {
    const base = optional(decay, h);
    let slope: f64 = 0;
    for (let row = h; row < rows; row += H) {
      const scale = <f32>1 / optional(norm, row);
      let g = dk + ((<usize>row * L) << 2);
      if (powers) {
        applyPower(scratch, g, logs, L, load<f32>(at(powers, h)));
        g = scratch;
        assemble(kernel, at(w, row * d), stride, S, d, L, sum, nearest, s0, base, scale);
        slope -= weightedDot(kernel, g, logs, L);
      }
      let out = at(dw, row * d);
      for (let i = 0; i < S; i++, out += stride) {
        const start = startOf(i, d, sum, s0);
        const f = factorOf(i, sum, s0);
        gatherScale(out, at(g, start), min(d * f, L - start), d, f, scale * power(base, S - 1 - i), nearest);
      }
    }
    if (powers) store<f32>(at(dPower, h), <f32>slope);
  }
}
