// Modes of a diagonal state space model: from the stored parameters to x = log Ab and Bb = coef B.
//
//     zoh        x = z,              coef = (exp(z) - 1) / A,    z = dt A
//     bilinear   x = 2 atanh(z / 2), coef = dt / (1 - z / 2)
//     dss        x = s z,            coef = (exp(x) - 1) r((exp(L x) - 1) A),  r(y) = conj(y) / (|y|^2 + 1e-7)
//
// with s = -1 where Re A > 0, so that powers fall; those run from the last sample to the first.
// A mode with |z| / 2 pi >= BANDLIMIT / 2 (its dt without the rate) is left out: its powers and coef are 0.
// Im x is carried in turns of 64 bits, so that l x is exact in its phase.
//
// Uses: complex.wgsl, turns.wgsl, transform.wgsl.

const BILINEAR = 1u;
const DSS = 2u;

override DISCRETISATION: u32 = 0u;
override BANDLIMIT: f32 = 3e38;

struct Mode {
  dt: f32,
  A: vec2f,
  decay: f32,   // Re x
  angle: Turns, // Im x
  coef: vec2f,
  kept: bool,
}

/// Runs from the last sample to the first.
fn isBackwards(mode: Mode) -> bool {
  return DISCRETISATION == DSS && mode.A.x > 0.0;
}

fn cdiv(a: vec2f, b: vec2f) -> vec2f {
  // scaled, so that no square leaves the range
  let s = 1.0 / max(abs(b.x), abs(b.y));
  let d = b * s;
  return cmul(a * s, conj(d)) / dot(d, d);
}

/// exp(z) - 1, without cancellation near 0.
fn cexpm1(decay: f32, angle: Turns) -> vec2f {
  let e = cosSin(angle);
  let half = cosSin(halfTurns(angle)).y;
  return vec2f(expm1Exact(decay) * e.x - 2.0 * half * half, expExact(decay) * e.y);
}

/// y of the reciprocal in dss.
fn dssSum(mode: Mode, L: u32) -> vec2f {
  return cmul(cexpm1(mode.decay * f32(L), timesTurns(mode.angle, L)), mode.A);
}

/// Mode m of feature h, of a kernel of L samples (of meaning in dss).
fn discretise(invDt: f32, invReA: f32, invImA: f32, L: u32) -> Mode {
  var mode: Mode;
  let dt = timeStep(invDt);
  let re = transformParts(REAL_TRANSFORM, invReA);
  let im = transformParts(IMAG_TRANSFORM, invImA);
  mode.dt = dt.x + dt.y;
  mode.A = -vec2f(re.x + re.y, im.x + im.y);
  mode.kept = abs(mode.dt * mode.A.y) * 0.3183098861837907 < BANDLIMIT * (RATE + RATE_REST);
  if (DISCRETISATION == BILINEAR) {
    let z = mode.dt * mode.A;
    let s = 0.25 * dot(z, z);
    mode.decay = atanhExact(z.x / (1.0 + s));
    mode.angle = turnsOfVector(1.0 - s, z.y);
    mode.coef = cdiv(vec2f(mode.dt, 0.0), vec2f(1.0, 0.0) - 0.5 * z);
  } else {
    mode.decay = mode.dt * mode.A.x;
    mode.angle = negate(addTurns(turnsOf(dt.x, im.x), turnsOf(dt.y, im.x)));
    if (IMAG_TRANSFORM != 0u) {
      mode.angle = addTurns(mode.angle, negate(addTurns(turnsOf(dt.x, im.y), turnsOf(dt.y, im.y))));
    }
    if (isBackwards(mode)) {
      mode.decay = -mode.decay;
      mode.angle = negate(mode.angle);
    }
    if (DISCRETISATION == DSS) {
      let y = dssSum(mode, L);
      mode.coef = cmul(cexpm1(mode.decay, mode.angle), conj(y) / (dot(y, y) + 1e-7));
    } else {
      mode.coef = cdiv(cexpm1(mode.decay, mode.angle), mode.A);
    }
  }
  if (!mode.kept) { mode.coef = vec2f(0.0); }
  return mode;
}

/// Ab^l
fn power(mode: Mode, l: u32) -> vec2f {
  let p = expExact(mode.decay * f32(l)) * cosSin(timesTurns(mode.angle, l));
  return select(vec2f(0.0), p, mode.kept);
}

/// Derivative of x in z = dt A, but for dss.
fn exponentSlope(mode: Mode) -> vec2f {
  if (DISCRETISATION != BILINEAR) { return vec2f(1.0, 0.0); }
  let z = 0.5 * mode.dt * mode.A;
  return cdiv(vec2f(1.0, 0.0), vec2f(1.0, 0.0) - cmul(z, z));
}

/// Derivative of coef in dt, but for dss.
fn coefSlopeDt(mode: Mode) -> vec2f {
  if (DISCRETISATION != BILINEAR) { return power(mode, 1u); }
  let r = mode.coef / mode.dt;
  return cmul(r, r);
}

/// Derivative of coef in A, but for dss.
fn coefSlopeA(mode: Mode) -> vec2f {
  if (DISCRETISATION == BILINEAR) { return 0.5 * cmul(mode.coef, mode.coef); }
  let z = mode.dt * mode.A;
  if (dot(z, z) >= 1.0) { return cdiv(mode.dt * power(mode, 1u) - mode.coef, mode.A); }
  // dt^2 sum_n (n + 1) z^n / (n + 2)!
  var sum = vec2f(2.2964433e-8, 0.0);
  sum = cmul(sum, z) + vec2f(2.5052108e-7, 0.0);
  sum = cmul(sum, z) + vec2f(2.4801587e-6, 0.0);
  sum = cmul(sum, z) + vec2f(2.2045855e-5, 0.0);
  sum = cmul(sum, z) + vec2f(1.7361111e-4, 0.0);
  sum = cmul(sum, z) + vec2f(1.1904762e-3, 0.0);
  sum = cmul(sum, z) + vec2f(6.9444444e-3, 0.0);
  sum = cmul(sum, z) + vec2f(3.3333333e-2, 0.0);
  sum = cmul(sum, z) + vec2f(0.125, 0.0);
  sum = cmul(sum, z) + vec2f(3.3333333e-1, 0.0);
  sum = cmul(sum, z) + vec2f(0.5, 0.0);
  return mode.dt * mode.dt * sum;
}

/// Cotangents of A and dt, from those of x and coef.
struct ModeCotangent {
  dA: vec2f,
  dDt: f32,
}

fn pullBack(mode: Mode, L: u32, dx: vec2f, dCoef: vec2f) -> ModeCotangent {
  if (DISCRETISATION != DSS) {
    let dz = cmul(conj(exponentSlope(mode)), dx);
    return ModeCotangent(
      mode.dt * dz + cmul(conj(coefSlopeA(mode)), dCoef),
      dot(mode.A, dz) + dot(coefSlopeDt(mode), dCoef),
    );
  }
  // coef = n r(y), y = d A, n = exp(x) - 1, d = exp(L x) - 1; r is not analytic
  let y = dssSum(mode, L);
  let size = dot(y, y) + 1e-7;
  let dr = cmul(conj(cexpm1(mode.decay, mode.angle)), dCoef);
  let dy = (1e-7 * conj(dr) / size - cmul(dr / size, cmul(y, y))) / size;
  let d = cexpm1(mode.decay * f32(L), timesTurns(mode.angle, L));
  let both = dx
    + cmul(conj(power(mode, 1u)), cmul(y / size, dCoef))
    + f32(L) * cmul(conj(power(mode, L)), cmul(conj(mode.A), dy));
  let dz = select(both, -both, isBackwards(mode));
  return ModeCotangent(mode.dt * dz + cmul(conj(d), dy), dot(mode.A, dz));
}
