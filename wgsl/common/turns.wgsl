// exp(l x) for complex x with a large phase: turns as 64-bit fixed point, elementary functions of known error.
//
// An angle is carried as a fraction of a turn, two u32 words: value (hi 2^32 + lo) 2^-64. Multiplying it by
// an integer with wrap-around is exact range reduction, so l Im x may reach millions of radians. The builtin
// sin and cos promise 2^-11, exp 3 + 2|x| ULP and log 2^-21; the functions here stay within 2 ULP, sinCos
// within 2^-24 absolute. Integer and polynomial code alone: nothing rests on the compiler keeping the order
// of floating-point operations.
//
// Uses: complex.wgsl.

alias Turns = vec2u; // lo, hi

/// a b as lo, hi.
fn wideMul(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let mid = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let cross = (a & 0xffffu) * (b >> 16u) + (mid & 0xffffu);
  return vec2u((cross << 16u) | (low & 0xffffu), (a >> 16u) * (b >> 16u) + (mid >> 16u) + (cross >> 16u));
}

fn addTurns(a: Turns, b: Turns) -> Turns {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + u32(low < a.x));
}

fn negate(a: Turns) -> Turns {
  return addTurns(~a, vec2u(1u, 0u));
}

fn timesTurns(a: Turns, l: u32) -> Turns {
  let low = wideMul(a.x, l);
  return vec2u(low.x, low.y + a.y * l);
}

/// Half the angle nearest zero.
fn halfTurns(a: Turns) -> Turns {
  return vec2u((a.x >> 1u) | (a.y << 31u), bitcast<u32>(bitcast<i32>(a.y) >> 1u));
}

/// a b radians, of which the product is exact and 1 / 2 pi good to 2^-64; zero where |a b| < 2^-60.
fn turnsOf(a: f32, b: f32) -> Turns {
  let p = bitcast<u32>(a);
  let q = bitcast<u32>(b);
  let mantissas = wideMul((p & 0x7fffffu) | 0x800000u, (q & 0x7fffffu) | 0x800000u);
  let ep = (p >> 23u) & 255u;
  let eq = (q >> 23u) & 255u;
  if (ep == 0u || eq == 0u) { return vec2u(0u); }
  // a b = mantissas 2^(ep + eq - 300), and 2^64 / 2 pi = 0x28be60db9391054a
  const low = 0x9391054au;
  const high = 0x28be60dbu;
  let w0 = wideMul(mantissas.x, low);
  let w1 = wideMul(mantissas.x, high);
  let w2 = wideMul(mantissas.y, low);
  let w3 = wideMul(mantissas.y, high);
  let middle = addTurns(w1, vec2u(w0.y, 0u));
  let lower = addTurns(w2, vec2u(middle.x, 0u));
  let upper = addTurns(addTurns(w3, vec2u(middle.y, 0u)), vec2u(lower.y, 0u));
  var words = array<u32, 7>(w0.x, lower.x, upper.x, upper.y, 0u, 0u, 0u);
  let shift = 300i - i32(ep + eq);
  if (shift < 0 || shift > 127) { return vec2u(0u); }
  let skip = u32(shift) >> 5u;
  let bits = u32(shift) & 31u;
  let a0 = words[skip];
  let a1 = words[skip + 1u];
  let a2 = words[skip + 2u];
  var turns = vec2u(a0, a1);
  if (bits != 0u) { turns = vec2u((a0 >> bits) | (a1 << (32u - bits)), (a1 >> bits) | (a2 << (32u - bits))); }
  return select(turns, negate(turns), ((p ^ q) >> 31u) == 1u);
}

/// cos and sin: nearest quarter turn, and Taylor polynomials on [-pi/4, pi/4].
fn cosSin(a: Turns) -> vec2f {
  let quarter = (a.y + 0x20000000u) >> 30u;
  let x = f32(bitcast<i32>(a.y - (quarter << 30u))) * 1.4629180792671596e-9;
  let s = x * x;
  let cosine = 1.0 + s * (-0.5 + s * (4.1666667e-2 + s * (-1.3888889e-3 + s * (2.4801587e-5 - s * 2.7557319e-7))));
  let sine = x + x * s * (-1.6666667e-1 + s * (8.3333333e-3 + s * (-1.9841270e-4 + s * 2.7557319e-6)));
  let turned = select(vec2f(cosine, sine), vec2f(-sine, cosine), (quarter & 1u) == 1u);
  return select(turned, -turned, (quarter & 2u) == 2u);
}

/// exp(x) - 1 - x for |x| <= 0.35
fn expBend(x: f32) -> f32 {
  let high = 8.3333333e-3 + x * (1.3888889e-3 + x * (1.9841270e-4 + x * 2.4801587e-5));
  return x * x * (0.5 + x * (1.6666667e-1 + x * (4.1666667e-2 + x * high)));
}

/// exp(x) in two parts whose sum is good to 2^-28, as long as the compiler keeps their order; 0 below -87.
fn expParts(x: f32) -> vec2f {
  let n = round(x * 1.4426950408889634);
  // ln 2 in two parts, the first of 17 bits, so that n times it is exact
  let r = fma(n, -0.6931381225585938, x);
  let rest = n * -9.0580006145e-6;
  let near = r + rest;
  let rough = 1.0 + r;
  let low = (r - (rough - 1.0)) + rest + expBend(near);
  let scale = bitcast<f32>(u32(clamp(i32(n) + 127, 1, 254)) << 23u);
  return select(scale * vec2f(rough, low), vec2f(0.0), x < -87.0);
}

/// exp(x), 0 below -87.
fn expExact(x: f32) -> f32 {
  let parts = expParts(x);
  return parts.x + parts.y;
}

/// exp(x) - 1
fn expm1Exact(x: f32) -> f32 {
  return select(expExact(x) - 1.0, x + expBend(x), abs(x) <= 0.35);
}

/// atanh(y) for |y| <= 1/3
fn atanhSmall(y: f32) -> f32 {
  let s = y * y;
  let high = 1.1111111e-1 + s * (9.0909091e-2 + s * (7.6923077e-2 + s * 6.6666667e-2));
  return y + y * s * (3.3333333e-1 + s * (0.2 + s * (1.4285714e-1 + s * high)));
}

/// atanh(y), |y| <= 1; at most 44 in magnitude.
fn atanhExact(y: f32) -> f32 {
  if (abs(y) <= 0.33333333) { return atanhSmall(y); }
  let ratio = bitcast<u32>(max((1.0 + abs(y)) / max(1.0 - abs(y), 1e-38), 1.0));
  let m = bitcast<f32>((ratio & 0x7fffffu) | 0x3f800000u);
  let half = atanhSmall((m - 1.0) / (m + 1.0)) + 0.34657359027997264 * f32(i32(ratio >> 23u) - 127);
  return select(half, -half, y < 0.0);
}

/// atan(r) for |r| <= 1
fn atanExact(r: f32) -> f32 {
  let wide = abs(r) > 0.41421356;
  let y = select(abs(r), (abs(r) - 1.0) / (abs(r) + 1.0), wide);
  let s = y * y;
  let high = -9.0909091e-2 + s * (7.6923077e-2 + s * (-6.6666667e-2 + s * 5.8823529e-2));
  let small = y + y * s * (-3.3333333e-1 + s * (0.2 + s * (-1.4285714e-1 + s * (1.1111111e-1 + s * high))));
  let angle = select(small, 0.78539816339744831 + small, wide);
  return select(angle, -angle, r < 0.0);
}

/// Angle of (x, y).
fn turnsOfVector(x: f32, y: f32) -> Turns {
  if (x == 0.0 && y == 0.0) { return vec2u(0u); }
  if (abs(y) <= abs(x)) {
    let turns = turnsOf(atanExact(y / x), 1.0);
    return select(turns, addTurns(turns, vec2u(0u, 0x80000000u)), x < 0.0);
  }
  let turns = negate(turnsOf(atanExact(x / y), 1.0));
  return addTurns(turns, vec2u(0u, select(0x40000000u, 0xc0000000u, y < 0.0)));
}
