// What the second transform of Bluestein's algorithm takes in: the first one, x [rows, 2^log] of pairs in
// digit-reversed order, times the spectrum `turns` of the filter, parts exchanged.
//
// Uses: complex.wgsl, fft.wgsl, bindings `params`, `x: array<f32>`, `turns`.

fn value(row: u32, f: u32) -> vec2f {
  let at = 2u * ((row << params.log) + scramble(f, params.digits));
  return cmul(vec2f(x[at], x[at + 1u]), turns[f]).yx;
}
