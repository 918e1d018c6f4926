// What a Fourier transform of real rows takes in: samples. x [rows, L] of reals, extended by zeros; an even number of
// points is half as many complex values x[2j] + i x[2j+1], an odd number as many with imaginary part 0.
//
// Uses: bindings `params`, `x: array<f32>`.

/// What lies past a row is read from its end and dropped, without a branch.
fn sampleAt(row: u32, t: u32) -> f32 {
  return select(0.0, x[row * params.L + min(t, params.L - 1u)], t < params.L);
}

fn value(row: u32, j: u32) -> vec2f {
  if (EVEN) { return vec2f(sampleAt(row, 2u * j), sampleAt(row, 2u * j + 1u)); }
  return vec2f(sampleAt(row, j), 0.0);
}
