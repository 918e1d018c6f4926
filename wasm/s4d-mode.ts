// Modes of a diagonal state space model and their discretisation, in f64. See reference/s4d.ts for the formulas.

/** Bytes of a mode: six complex numbers. */
export const MODE: usize = 96;

/** Where in a mode they stand: Ab, the factor coef of Bb = coef B, and their derivatives in dt and A. */
export const AB: usize = 0;
export const COEF: usize = 16;
export const DAB_DT: usize = 32;
export const DAB_A: usize = 48;
export const DCOEF_DT: usize = 64;
export const DCOEF_A: usize = 80;

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

/** dt = exp x or softplus x = log(1 + exp x). */
export function timeStep(x: f64, softplus: i32): f64 {
  return softplus ? Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) : Math.exp(x);
}

/** d(timeStep)/dx. */
export function timeStepSlope(x: f64, softplus: i32): f64 {
  return softplus ? 1 / (1 + Math.exp(-x)) : Math.exp(x);
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

/** The modes of feature h, `count` >= M of them of which those from M on are zero. The slopes only where asked for. */
export function discretise(
  modes: usize, count: i32, invDt: usize, invReA: usize, invImA: usize, h: i32, S: i32, M: i32,
  softplus: i32, bilinear: i32, slopes: bool,
): void {
  const dt = timeStep(<f64>load<f32>(invDt + (<usize>h << 2)), softplus);
  memory.fill(modes, 0, <usize>count * MODE);
  for (let m = 0; m < M; m++) {
    const at = <usize>(h % S * M + m) << 2;
    const re = -Math.exp(<f64>load<f32>(invReA + at)), im = <f64>load<f32>(invImA + at);
    const mode = modes + <usize>m * MODE;
    if (bilinear) bilinearMode(mode, dt, re, im);
    else holdMode(mode, dt, re, im, slopes);
  }
}
