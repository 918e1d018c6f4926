// Complex numbers as vec2f: real part, imaginary part.

fn cmul(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

fn conj(a: vec2f) -> vec2f {
  return vec2f(a.x, -a.y);
}

/// -i a
fn turnBack(a: vec2f) -> vec2f {
  return vec2f(a.y, -a.x);
}

/// i a
fn turn(a: vec2f) -> vec2f {
  return vec2f(-a.y, a.x);
}
