// Modes of a diagonal state space model: from the stored parameters to x = log Ab and Bb = coef B.
//
//     zoh        x = z,              coef = (exp(z) - 1) / A,    z = dt A, A = -exp(invReA) + i invImA
//     bilinear   x = 2 atanh(z / 2), coef = dt / (1 - z / 2)
//
// dt = exp(invDt) or softplus(invDt). Im x is carried in turns of 64 bits, so that l x is exact in its phase.
//
// Uses: complex.wgsl, turns.wgsl.

override SOFTPLUS: bool = false;
override BILINEAR: bool = false;

struct Mode {
  dt: f32,
  A: vec2f,
  decay: f32,   // Re x
  angle: Turns, // Im x
  coef: vec2f,
}

fn cdiv(a: vec2f, b: vec2f) -> vec2f {
  // scaled, so that no square leaves the range
  let s = 1.0 / max(abs(b.x), abs(b.y));
  let d = b * s;
  return cmul(a * s, conj(d)) / dot(d, d);
}

/// dt in two parts, as expParts().
fn timeStep(invDt: f32) -> vec2f {
  if (!SOFTPLUS) { return expParts(invDt); }
  let v = expParts(-abs(invDt));
  // log(1 + v) = 2 atanh(y) with y = v / (2 + v), and 2 y = v - v y
  let sum = v.x + v.y;
  let y = sum / (2.0 + sum);
  let bend = 2.0 * (atanhSmall(y) - y) - sum * y;
  return select(vec2f(v.x, v.y + bend), vec2f(invDt, sum + bend), invDt > 0.0);
}

/// Derivative of dt in invDt.
fn timeStepSlope(invDt: f32, dt: f32) -> f32 {
  return select(dt, 1.0 / (1.0 + expExact(-invDt)), SOFTPLUS);
}

/// exp(z) - 1, without cancellation near 0.
fn cexpm1(decay: f32, angle: Turns) -> vec2f {
  let e = cosSin(angle);
  let half = cosSin(halfTurns(angle)).y;
  return vec2f(expm1Exact(decay) * e.x - 2.0 * half * half, expExact(decay) * e.y);
}

fn discretise(invDt: f32, invReA: f32, invImA: f32) -> Mode {
  var mode: Mode;
  let parts = timeStep(invDt);
  let dt = parts.x + parts.y;
  mode.dt = dt;
  mode.A = vec2f(-expExact(invReA), invImA);
  if (BILINEAR) {
    let z = dt * mode.A;
    let s = 0.25 * dot(z, z);
    mode.decay = atanhExact(z.x / (1.0 + s));
    mode.angle = turnsOfVector(1.0 - s, z.y);
    mode.coef = cdiv(vec2f(dt, 0.0), vec2f(1.0, 0.0) - 0.5 * z);
  } else {
    mode.decay = dt * mode.A.x;
    mode.angle = addTurns(turnsOf(parts.x, invImA), turnsOf(parts.y, invImA));
    mode.coef = cdiv(cexpm1(mode.decay, mode.angle), mode.A);
  }
  return mode;
}

/// Ab^l
fn power(mode: Mode, l: u32) -> vec2f {
  return expExact(mode.decay * f32(l)) * cosSin(timesTurns(mode.angle, l));
}

/// Derivative of x in z = dt A.
fn exponentSlope(mode: Mode) -> vec2f {
  if (!BILINEAR) { return vec2f(1.0, 0.0); }
  let z = 0.5 * mode.dt * mode.A;
  return cdiv(vec2f(1.0, 0.0), vec2f(1.0, 0.0) - cmul(z, z));
}

/// Derivative of coef in dt.
fn coefSlopeDt(mode: Mode) -> vec2f {
  if (!BILINEAR) { return power(mode, 1u); }
  let r = mode.coef / mode.dt;
  return cmul(r, r);
}

/// Derivative of coef in A.
fn coefSlopeA(mode: Mode) -> vec2f {
  if (BILINEAR) { return 0.5 * cmul(mode.coef, mode.coef); }
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
