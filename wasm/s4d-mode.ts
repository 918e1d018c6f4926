// Modes of a diagonal state space model and their discretisation, in f64. See reference/s4d-mode.ts for the formulas.
import { kindOfDt, kindOfIm, kindOfRe, transform, transformSlope } from './ssm';

/** Bytes of a mode: seven complex numbers and a flag. */
export const MODE: usize = 128;

/**
 * Where in a mode they stand: Ab, the factor coef of Bb = coef B, their derivatives in dt, A and conj(A), and 1 where
 * the powers of Ab run from the last sample to the first.
 */
export const AB: usize = 0;
export const COEF: usize = 16;
const DAB_DT: usize = 32;
const DAB_A: usize = 48;
const DCOEF_DT: usize = 64;
const DCOEF_A: usize = 80;
const DCOEF_CONJ_A: usize = 96;
const BACKWARDS: usize = 112;

// @ts-ignore: decorator
@inline export function isBackwards(mode: usize): bool {
  return load<f64>(mode + BACKWARDS) != 0;
}

const BILINEAR = 1;
const DSS = 2;

/** Re and Im of a product. */
// @ts-ignore: decorator
@inline export function mulRe(ar: f64, ai: f64, br: f64, bi: f64): f64 {
  return ar * br - ai * bi;
}
// @ts-ignore: decorator
@inline export function mulIm(ar: f64, ai: f64, br: f64, bi: f64): f64 {
  return ar * bi + ai * br;
}

// @ts-ignore: decorator
@inline export function put(p: usize, re: f64, im: f64): void {
  store<f64>(p, re);
  store<f64>(p, im, 8);
}

/** Add to a complex number. */
// @ts-ignore: decorator
@inline export function addTo(p: usize, re: f64, im: f64): void {
  put(p, load<f64>(p) + re, load<f64>(p, 8) + im);
}

/** A mode by zero-order hold: Ab = exp(z), coef = (exp(z) - 1) / A, z = dt A. */
function holdMode(mode: usize, dt: f64, ar: f64, ai: f64, slopes: bool): void {
  const zr = dt * ar, zi = dt * ai;
  const e = Math.exp(zr), cos = Math.cos(zi), sin = Math.sin(zi), half = Math.sin(zi / 2);
  const br = e * cos, bi = e * sin;
  const norm = ar * ar + ai * ai;
  // exp(z) - 1 without cancellation near 0.
  const er = Math.expm1(zr) * cos - 2 * half * half;
  put(mode + AB, br, bi);
  put(mode + COEF, (er * ar + bi * ai) / norm, (bi * ar - er * ai) / norm);
  if (!slopes) return;
  put(mode + DAB_DT, mulRe(ar, ai, br, bi), mulIm(ar, ai, br, bi));
  put(mode + DAB_A, dt * br, dt * bi);
  put(mode + DCOEF_DT, br, bi);
  // dt^2 d/dz (exp(z) - 1) / z.
  const size = zr * zr + zi * zi;
  let sr: f64 = 0, si: f64 = 0;
  if (size < 1) {
    // The difference below cancels near 0: sum_n (n + 1) z^n / (n + 2)!.
    let tr: f64 = 0.5, ti: f64 = 0;
    for (let n = 0; n < 20; n++) {
      sr += <f64>(n + 1) * tr;
      si += <f64>(n + 1) * ti;
      const re = mulRe(tr, ti, zr, zi) / <f64>(n + 3);
      ti = mulIm(tr, ti, zr, zi) / <f64>(n + 3);
      tr = re;
    }
  } else {
    const ir = zr / size, ii = -zi / size;
    const dr = br - mulRe(er, bi, ir, ii), di = bi - mulIm(er, bi, ir, ii);
    sr = mulRe(dr, di, ir, ii);
    si = mulIm(dr, di, ir, ii);
  }
  put(mode + DCOEF_A, dt * dt * sr, dt * dt * si);
}

/** A mode by the bilinear rule: Ab = (1 + z/2) / (1 - z/2), coef = dt / (1 - z/2). */
function bilinearMode(mode: usize, dt: f64, ar: f64, ai: f64): void {
  const hr = dt * ar / 2, hi = dt * ai / 2;
  const norm = (1 - hr) * (1 - hr) + hi * hi;
  const ir = (1 - hr) / norm, ii = hi / norm;
  const qr = mulRe(ir, ii, ir, ii), qi = mulIm(ir, ii, ir, ii);
  put(mode + AB, mulRe(1 + hr, hi, ir, ii), mulIm(1 + hr, hi, ir, ii));
  put(mode + COEF, dt * ir, dt * ii);
  put(mode + DAB_DT, mulRe(ar, ai, qr, qi), mulIm(ar, ai, qr, qi));
  put(mode + DAB_A, dt * qr, dt * qi);
  put(mode + DCOEF_DT, qr, qi);
  put(mode + DCOEF_A, dt * dt / 2 * qr, dt * dt / 2 * qi);
}

/** Keeps the reciprocal of DSS finite. */
const DSS_EPS = 1e-7;

/**
 * A mode by DSS: Ab = exp(s z), coef = (Ab - 1) r(x), x = (Ab^L - 1) A, r(x) = conj(x) / (|x|^2 + 1e-7), s the sign
 * that lets the powers of Ab fall.
 */
function dssMode(mode: usize, dt: f64, ar: f64, ai: f64, L: i32, slopes: bool): void {
  const s: f64 = ar > 0 ? -1 : 1;
  store<f64>(mode + BACKWARDS, ar > 0 ? 1 : 0);
  const zr = s * dt * ar, zi = s * dt * ai, length = <f64>L;
  const br = Math.exp(zr) * Math.cos(zi), bi = Math.exp(zr) * Math.sin(zi);
  const half = Math.sin(zi / 2), halfL = Math.sin(length * zi / 2);
  const nr = Math.expm1(zr) * Math.cos(zi) - 2 * half * half;
  const lr = Math.exp(length * zr) * Math.cos(length * zi), li = Math.exp(length * zr) * Math.sin(length * zi);
  const er = Math.expm1(length * zr) * Math.cos(length * zi) - 2 * halfL * halfL;
  const xr = mulRe(er, li, ar, ai), xi = mulIm(er, li, ar, ai);
  const size = xr * xr + xi * xi + DSS_EPS;
  const rr = xr / size, ri = -xi / size;
  put(mode + AB, br, bi);
  put(mode + COEF, mulRe(nr, bi, rr, ri), mulIm(nr, bi, rr, ri));
  if (!slopes) return;
  // r is not analytic: dr = a dx + b conj(dx). Then the derivatives of Ab and x in A and in dt.
  const pr = -(xr * xr - xi * xi) / (size * size), pi = 2 * xr * xi / (size * size), q = DSS_EPS / (size * size);
  const tr = s * mulRe(ar, ai, br, bi), ti = s * mulIm(ar, ai, br, bi);
  const yr = s * length * mulRe(ar, ai, lr, li), yi = s * length * mulIm(ar, ai, lr, li);
  const xar = dt * yr + er, xai = dt * yi + li;
  const xtr = mulRe(ar, ai, yr, yi), xti = mulIm(ar, ai, yr, yi);
  put(mode + DAB_DT, tr, ti);
  put(mode + DAB_A, s * dt * br, s * dt * bi);
  const vr = mulRe(pr, pi, xtr, xti) + q * xtr, vi = mulIm(pr, pi, xtr, xti) - q * xti;
  put(mode + DCOEF_DT, mulRe(tr, ti, rr, ri) + mulRe(nr, bi, vr, vi), mulIm(tr, ti, rr, ri) + mulIm(nr, bi, vr, vi));
  const wr = mulRe(pr, pi, xar, xai), wi = mulIm(pr, pi, xar, xai);
  put(
    mode + DCOEF_A,
    s * dt * mulRe(br, bi, rr, ri) + mulRe(nr, bi, wr, wi),
    s * dt * mulIm(br, bi, rr, ri) + mulIm(nr, bi, wr, wi),
  );
  put(mode + DCOEF_CONJ_A, q * mulRe(nr, bi, xar, -xai), q * mulIm(nr, bi, xar, -xai));
}

/**
 * The modes of feature h, `count` >= M of them of which those from M on, and those beyond the band limit, are zero.
 * The slopes only where asked for.
 *
 * @returns whether a mode runs backwards.
 */
export function discretise(
  modes: usize, count: i32, invDt: usize, invReA: usize, invImA: usize, h: i32, S: i32, M: i32,
  transforms: i32, rate: f64, discretisation: i32, bandlimit: f64, L: i32, slopes: bool,
): bool {
  const step = transform(kindOfDt(transforms), <f64>load<f32>(invDt + (<usize>h << 2)));
  const dt = rate * step;
  let backwards = false;
  memory.fill(modes, 0, <usize>count * MODE);
  for (let m = 0; m < M; m++) {
    const at = <usize>(h % S * M + m) << 2;
    const re = -transform(kindOfRe(transforms), <f64>load<f32>(invReA + at));
    const im = -transform(kindOfIm(transforms), <f64>load<f32>(invImA + at));
    if (step * Math.abs(im) / Math.PI >= bandlimit) continue;
    const mode = modes + <usize>m * MODE;
    if (discretisation == BILINEAR) {
      bilinearMode(mode, dt, re, im);
    } else if (discretisation == DSS) {
      dssMode(mode, dt, re, im, L, slopes);
      backwards = backwards || re > 0;
    } else {
      holdMode(mode, dt, re, im, slopes);
    }
  }
  return backwards;
}

/** Pull cotangents of a mode's Ab and coef back to A, at `to`, and to dt, which is returned. */
function pullBack(to: usize, mode: usize, abr: f64, abi: f64, cr: f64, ci: f64): f64 {
  const aar = load<f64>(mode + DAB_A), aai = -load<f64>(mode + DAB_A, 8);
  const car = load<f64>(mode + DCOEF_A), cai = -load<f64>(mode + DCOEF_A, 8);
  const jr = load<f64>(mode + DCOEF_CONJ_A), ji = load<f64>(mode + DCOEF_CONJ_A, 8);
  put(
    to,
    mulRe(aar, aai, abr, abi) + mulRe(car, cai, cr, ci) + mulRe(jr, ji, cr, -ci),
    mulIm(aar, aai, abr, abi) + mulIm(car, cai, cr, ci) + mulIm(jr, ji, cr, -ci),
  );
  return mulRe(load<f64>(mode + DAB_DT), -load<f64>(mode + DAB_DT, 8), abr, abi)
    + mulRe(load<f64>(mode + DCOEF_DT), -load<f64>(mode + DCOEF_DT, 8), cr, ci);
}

/**
 * The cotangents of the modes' coef, complex f64 at `part` with a stride of 32 bytes, and of their Ab at `dAbs` become
 * those of A, at `part`, and of invDt.
 */
export function pullBackModes(
  part: usize, dAbs: usize, modes: usize, dInvDt: usize, invDt: usize, h: i32, M: i32, transforms: i32, rate: f64,
): void {
  let dDt: f64 = 0;
  for (let m = 0; m < M; m++) {
    const dAb = dAbs + (<usize>m << 4), dCoef = part + (<usize>m << 5);
    dDt += pullBack(
      dCoef, modes + <usize>m * MODE, load<f64>(dAb), load<f64>(dAb, 8), load<f64>(dCoef), load<f64>(dCoef, 8),
    );
  }
  const at = <usize>h << 2;
  const slope = rate * transformSlope(kindOfDt(transforms), <f64>load<f32>(invDt + at));
  store<f32>(dInvDt + at, <f32>(dDt * slope));
}
