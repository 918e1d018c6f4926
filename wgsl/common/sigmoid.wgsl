// The logistic function, without overflow for any argument.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

fn logistic(x: elem) -> elem {
  let e = exp(-abs(x));
  let s = 1.0 / (1.0 + e);
  return select(s, e * s, x < elem(0.0));
}
