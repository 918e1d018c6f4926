// Recurrences of state space models. One item is a feature h; see reference/s4-step.ts for the equations.
//
// With d = 1 / (2/dt - lambda), Q = conj P and T = I + Q^T d P, modes are dt B, a = 2 d lambda, p_r = 2 d P_r and
// w_r = 4/dt d sum_j T^-1[r, j] Q_j, and a step is
//
//     x + dt B u + a f - sum_r p_r Re sum_m w_r f,   f = x + dt B u / 2,
//
// that is x + a x + b u - sum_r p_r Re sum_m w_r x. a is Ab - 1 where A is diagonal: added to x, so that slow modes
// keep their digits over many steps.
import { load4 } from './part';
import { B_ROW, P_ROW, readFeature, rowsOf } from './s4-feature';
import { mulIm, mulRe, put } from './s4d-mode';
import { im, putSingle, re } from './s4d-table';
import { madd } from './simd';
import { kindOfDt, transform } from './ssm';

/** Bytes of four complex modes, as [re, im] vectors or, in w and C, [re, -im]. */
const GROUP: usize = 32;

/** 1 / (2/dt - lambda) of each mode, complex f64. */
function invertModes(d: usize, feature: usize, dt: f64, M: i32): void {
  for (const end = d + (<usize>M << 4); d < end; d += 16, feature += 16) {
    const re = 2 / dt - load<f64>(feature), im = -load<f64>(feature, 8);
    const norm = re * re + im * im;
    put(d, re / norm, -im / norm);
  }
}

/** T^-1, real, [R, R] in four f64. */
function invertRanks(T: usize, feature: usize, d: usize, M: i32, R: i32): void {
  const row = <usize>M << 4;
  for (let i: usize = 0; i < <usize>R; i++) {
    for (let j: usize = 0; j < <usize>R; j++) {
      const p = feature + (P_ROW + i) * row, q = feature + (P_ROW + j) * row;
      let sum: f64 = 0;
      for (let at: usize = 0; at < row; at += 16) {
        const re = mulRe(load<f64>(p + at), -load<f64>(p + at, 8), load<f64>(q + at), load<f64>(q + at, 8));
        const im = mulIm(load<f64>(p + at), -load<f64>(p + at, 8), load<f64>(q + at), load<f64>(q + at, 8));
        sum += mulRe(re, im, load<f64>(d + at), load<f64>(d + at, 8));
      }
      store<f64>(T + ((i * R + j) << 3), 2 * sum + (i == j ? 1 : 0));
    }
  }
  const a = load<f64>(T);
  if (R == 1) {
    store<f64>(T, 1 / a);
    return;
  }
  const b = load<f64>(T, 8), c = load<f64>(T, 16), e = load<f64>(T, 24);
  const determinant = a * e - b * c;
  put(T, e / determinant, -b / determinant);
  put(T + 16, -c / determinant, a / determinant);
}

/** Mode m of a row of groups. */
// @ts-ignore: decorator
@inline function place(row: usize, m: i32, re: f64, im: f64): void {
  const to = row + <usize>(m >> 2) * GROUP + (<usize>(m & 3) << 2);
  store<f32>(to, <f32>re);
  store<f32>(to, <f32>im, 16);
}

/** modes[h, m] = (dt B, a, p_r, w_r), complex, rounded once. Scratch: T, feature [2 + R][M] and d [M], complex f64. */
export function s4Modes(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, P: usize, modes: usize,
  H: i32, S: i32, M: i32, R: i32, transforms: i32, rate: f64,
): void {
  const T = scratch, feature = T + 32, row = <usize>M << 4, d = feature + row * <usize>rowsOf(R, 0);
  for (let h = from; h < to; h++) {
    const dt = rate * transform(kindOfDt(transforms), <f64>load<f32>(invDt + (<usize>h << 2)));
    readFeature(feature, h, invReA, invImA, B, P, 0, H, S, M, R, 0, transforms);
    invertModes(d, feature, dt, M);
    invertRanks(T, feature, d, M, R);
    for (let m = 0; m < M; m++) {
      const at = <usize>m << 4, own = (h * M + m) * (2 + 2 * R);
      const dr = load<f64>(d + at), di = load<f64>(d + at, 8);
      const lr = load<f64>(feature + at), li = load<f64>(feature + at, 8);
      const b = feature + row * B_ROW + at;
      putSingle(modes, own, dt * load<f64>(b), dt * load<f64>(b, 8));
      putSingle(modes, own + 1, 2 * mulRe(dr, di, lr, li), 2 * mulIm(dr, di, lr, li));
      for (let r = 0; r < R; r++) {
        const p = feature + row * <usize>(P_ROW + r) + at, pr = load<f64>(p), pi = load<f64>(p, 8);
        putSingle(modes, own + 2 + r, 2 * mulRe(pr, pi, dr, di), 2 * mulIm(pr, pi, dr, di));
        let qr: f64 = 0, qi: f64 = 0;
        for (let j = 0; j < R; j++) {
          const q = feature + row * <usize>(P_ROW + j) + at, factor = load<f64>(T + (<usize>(r * R + j) << 3));
          qr += factor * load<f64>(q);
          qi -= factor * load<f64>(q, 8);
        }
        putSingle(modes, own + 2 + R + r, 4 / dt * mulRe(qr, qi, dr, di), 4 / dt * mulIm(qr, qi, dr, di));
      }
    }
  }
}

/** The rows a, b, p_r, w_r and 2 C_c of feature h, in groups; what lies beyond M is 0 already. */
function readRows(to: usize, rowBytes: usize, modes: usize, C: usize, h: i32, H: i32, M: i32, R: i32, channels: i32): void {
  const values = 2 + 2 * R, first = h * M * values;
  let t0: f64 = 0, t1: f64 = 0;
  for (let m = 0; m < M; m++) {
    const own = first + m * values, w = own + 2 + R;
    t0 += 0.5 * mulRe(re(modes, w), im(modes, w), re(modes, own), im(modes, own));
    if (R > 1) t1 += 0.5 * mulRe(re(modes, w + 1), im(modes, w + 1), re(modes, own), im(modes, own));
  }
  for (let m = 0; m < M; m++) {
    const own = first + m * values;
    const dBr = re(modes, own), dBi = im(modes, own), ar = re(modes, own + 1), ai = im(modes, own + 1);
    let br = dBr + 0.5 * mulRe(ar, ai, dBr, dBi), bi = dBi + 0.5 * mulIm(ar, ai, dBr, dBi);
    for (let r = 0; r < R; r++) {
      const pr = re(modes, own + 2 + r), pi = im(modes, own + 2 + r), t = r == 0 ? t0 : t1;
      br -= t * pr;
      bi -= t * pi;
      place(to + rowBytes * <usize>(2 + r), m, pr, pi);
      place(to + rowBytes * <usize>(2 + R + r), m, re(modes, own + 2 + R + r), -im(modes, own + 2 + R + r));
    }
    place(to, m, ar, ai);
    place(to + rowBytes, m, br, bi);
    for (let c = 0; c < channels; c++) {
      const at = (c * H + h) * M + m;
      place(to + rowBytes * <usize>(2 + 2 * R + c), m, 2 * re(C, at), -2 * im(C, at));
    }
  }
}

/** Re sum_m a x in all lanes; a holds [re, -im]. */
// @ts-ignore: decorator
@inline function dot(a: usize, x: usize, rowBytes: usize): v128 {
  let re = f32x4.splat(0), im = re;
  for (const end = a + rowBytes; a < end; a += GROUP, x += GROUP) {
    re = madd(v128.load(a), v128.load(x), re);
    im = madd(v128.load(a, 16), v128.load(x, 16), im);
  }
  let sum = f32x4.add(re, im);
  sum = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1));
  return f32x4.add(sum, v128.shuffle<f32>(sum, sum, 1, 0, 3, 2));
}

/** x + a x + b u - sum_r p_r w_r, in place. */
// @ts-ignore: decorator
@inline function advance(x: usize, rows: usize, rowBytes: usize, u: v128, w0: v128, w1: v128, R: i32): void {
  const n0 = f32x4.neg(w0), n1 = f32x4.neg(w1);
  for (const end = rows + rowBytes; rows < end; rows += GROUP, x += GROUP) {
    const xr = v128.load(x), xi = v128.load(x, 16), ar = v128.load(rows), ai = v128.load(rows, 16);
    const b = rows + rowBytes, p = b + rowBytes;
    // The small terms are added to each other before they meet x.
    let re = madd(ar, xr, f32x4.mul(u, v128.load(b)));
    let im = madd(ar, xi, f32x4.mul(u, v128.load(b, 16)));
    re = madd(n0, v128.load(p), re);
    im = madd(n0, v128.load(p, 16), im);
    if (R > 1) {
      re = madd(n1, v128.load(p + rowBytes), re);
      im = madd(n1, v128.load(p + rowBytes, 16), im);
    }
    re = madd(f32x4.neg(ai), xi, re);
    im = madd(ai, xr, im);
    v128.store(x, f32x4.add(xr, re));
    v128.store(x, f32x4.add(xi, im), 16);
  }
}

/**
 * L steps from `state`, which is updated: y[b, c H + h, l] = 2 Re sum_m C x + D u[b, h, l]; D may be 0.
 *
 * Scratch: rows of groups, x, a, b, p_r, w_r, C_c.
 */
export function s4Step(
  from: i32, to: i32, scratch: usize, modes: usize, C: usize, D: usize, state: usize, u: usize, y: usize,
  H: i32, M: i32, R: i32, channels: i32, batch: i32, L: i32,
): void {
  const rowBytes = <usize>((M + 3) >> 2) * GROUP;
  const x = scratch, rows = x + rowBytes;
  const W = rows + rowBytes * <usize>(2 + R), outputs = W + rowBytes * <usize>R;
  memory.fill(x, 0, rowBytes * <usize>(3 + 2 * R + channels));
  for (let h = from; h < to; h++) {
    readRows(rows, rowBytes, modes, C, h, H, M, R, channels);
    for (let b = 0; b < batch; b++) {
      const own = state + (<usize>((b * H + h) * M) << 3);
      for (let m = 0; m < M; m++) {
        const at = own + (<usize>m << 3);
        place(x, m, <f64>load<f32>(at), <f64>load<f32>(at, 4));
      }
      const input = u + (<usize>((b * H + h) * L) << 2);
      for (let l = 0; l < L; l++) {
        const value = v128.load32_splat(input + (<usize>l << 2));
        const w0 = dot(W, x, rowBytes), w1 = R > 1 ? dot(W + rowBytes, x, rowBytes) : w0;
        advance(x, rows, rowBytes, value, w0, w1, R);
        for (let c = 0; c < channels; c++) {
          let sum = f32x4.extract_lane(dot(outputs + rowBytes * <usize>c, x, rowBytes), 0);
          if (D) sum += load<f32>(D + (<usize>(c * H + h) << 2)) * f32x4.extract_lane(value, 0);
          store<f32>(y + (<usize>(((b * channels + c) * H + h) * L + l) << 2), sum);
        }
      }
      for (let m = 0; m < M; m++) {
        const at = x + <usize>(m >> 2) * GROUP + (<usize>(m & 3) << 2);
        store<f32>(own + (<usize>m << 3), load<f32>(at));
        store<f32>(own + (<usize>m << 3), load<f32>(at, 16), 4);
      }
    }
  }
}

/** sum_j a[j] x[j], j < N. */
function realDot(a: usize, x: usize, N: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let j = 0;
  for (; j + 16 <= N; j += 16, a += 64, x += 64) {
    s0 = madd(v128.load(a), v128.load(x), s0);
    s1 = madd(v128.load(a, 16), v128.load(x, 16), s1);
    s2 = madd(v128.load(a, 32), v128.load(x, 32), s2);
    s3 = madd(v128.load(a, 48), v128.load(x, 48), s3);
  }
  for (; j < N; j += 4, a += 16, x += 16) s0 = madd(load4(a, N - j), load4(x, N - j), s0);
  s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  s0 = f32x4.add(s0, v128.shuffle<f32>(s0, s0, 2, 3, 0, 1));
  return f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1);
}

/** x = A x + B u in place, y = C x + D u, of full matrices; D may be 0. Scratch: N values. */
export function denseStep(
  from: i32, to: i32, scratch: usize, A: usize, B: usize, C: usize, D: usize, state: usize, u: usize, y: usize,
  batch: i32, H: i32, N: i32, channels: i32,
): void {
  const row = <usize>N << 2;
  for (let h = from; h < to; h++) {
    const matrix = A + <usize>(h * N) * row;
    for (let b = 0; b < batch; b++) {
      const x = state + <usize>(b * H + h) * row;
      const input = load<f32>(u + (<usize>(b * H + h) << 2));
      for (let i = 0; i < N; i++) {
        const bu = load<f32>(B + (<usize>(h * N + i) << 2)) * input;
        store<f32>(scratch + (<usize>i << 2), realDot(matrix + <usize>i * row, x, N) + bu);
      }
      memory.copy(x, scratch, row);
      for (let c = 0; c < channels; c++) {
        let sum = realDot(C + <usize>(c * H + h) * row, x, N);
        if (D) sum += load<f32>(D + (<usize>(c * H + h) << 2)) * input;
        store<f32>(y + (<usize>((b * channels + c) * H + h) << 2), sum);
      }
    }
  }
}
