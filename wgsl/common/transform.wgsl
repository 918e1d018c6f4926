// What stored parameters of state space models stand for: dt, -Re A, -Im A and their derivatives.
//
// Numbers come in two parts whose sum is good to about 2^-28, so that a phase l dt Im A keeps its digits. A compiler
// that reorders floating point makes it 2^-23.
//
// Uses: turns.wgsl.

const EXP = 1u;
const RELU = 2u;
const SIGMOID = 3u;
const SOFTPLUS = 4u;

override DT_TRANSFORM: u32 = EXP;
override REAL_TRANSFORM: u32 = EXP;
override IMAG_TRANSFORM: u32 = 0u;
override RATE: f32 = 1.0;       // of at most 12 bits
override RATE_REST: f32 = 0.0;

/// log(1 + exp x)
fn softplusParts(x: f32) -> vec2f {
  let v = expParts(-abs(x));
  // log(1 + v) = 2 atanh(y) with y = v / (2 + v), and 2 y = v - v y
  let sum = v.x + v.y;
  let y = sum / (2.0 + sum);
  let bend = 2.0 * (atanhSmall(y) - y) - sum * y;
  return select(vec2f(v.x, v.y + bend), vec2f(x, sum + bend), x > 0.0);
}

/// 1 / (1 + exp -x)
fn logisticExact(x: f32) -> f32 {
  let v = expExact(-abs(x));
  return select(v, 1.0, x > 0.0) / (1.0 + v);
}

/// The positive number that a stored one stands for, in two parts (the second of 'sigmoid' is 0).
fn transformParts(kind: u32, x: f32) -> vec2f {
  if (kind == EXP) { return expParts(x); }
  if (kind == RELU) { return vec2f(max(x, 0.0), 1e-4); }
  if (kind == SIGMOID) { return vec2f(logisticExact(x), 0.0); }
  if (kind == SOFTPLUS) { return softplusParts(x); }
  return vec2f(x, 0.0);
}

fn transformSlope(kind: u32, x: f32) -> f32 {
  if (kind == EXP) { return expExact(x); }
  if (kind == RELU) { return select(0.0, 1.0, x > 0.0); }
  if (kind == SIGMOID) { return logisticExact(x) * logisticExact(-x); }
  if (kind == SOFTPLUS) { return logisticExact(x); }
  return 1.0;
}

/// dt in two parts.
fn timeStep(invDt: f32) -> vec2f {
  let parts = transformParts(DT_TRANSFORM, invDt);
  // twelve bits times twelve are exact
  let high = bitcast<f32>(bitcast<u32>(parts.x) & 0xfffff000u);
  let low = (parts.x - high) + parts.y;
  return vec2f(high * RATE, high * RATE_REST + low * (RATE + RATE_REST));
}

/// Derivative of dt in invDt.
fn timeStepSlope(invDt: f32) -> f32 {
  return transformSlope(DT_TRANSFORM, invDt) * (RATE + RATE_REST);
}
