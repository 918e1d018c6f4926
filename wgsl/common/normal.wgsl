// The normal distribution: Phi(v) = (1 + erf(v / sqrt 2)) / 2 and its density.
//
// Phi(-a) = exp(-a^2 / 2) t P(t), t = 1 / (1 + 0.3 a), for a >= 0, with P of degree 9 fitted to 4e-9 relative for
// a <= 14.5, beyond which Phi(-a) is below the smallest normal f32. Small values keep their relative accuracy.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

struct Normal {
  cdf: elem,
  density: elem,
}

fn normal(v: elem) -> Normal {
  let t = 1.0 / (1.0 + 0.3 * abs(v));
  let e = exp(-0.5 * v * v);
  var p = elem(-0.0206235124);
  p = p * t + 0.112435848;
  p = p * t - 0.228214149;
  p = p * t + 0.191785261;
  p = p * t - 0.079424089;
  p = p * t + 0.0961571488;
  p = p * t + 0.0783895424;
  p = p * t + 0.110235447;
  p = p * t + 0.119571811;
  p = p * t + 0.11968669;
  let tail = e * t * p;
  return Normal(select(1.0 - tail, tail, v < elem(0.0)), 0.3989422804 * e);
}
