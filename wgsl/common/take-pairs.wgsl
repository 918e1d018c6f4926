// What the first pass of a convolution takes in, two samples at a time: rows of even length, neither
// REVERSED nor TWO_SIDED. Interchangeable with take-samples.wgsl.
//
// Uses: bindings x, gate: array<vec2f> and D: array<f32>, overrides HAS_D and GATED, and K of Params.

alias elem = vec2f;

/// Neighbouring samples as one complex value. What lies past the row is read from its end and dropped.
fn point(row: u32, n: u32) -> vec2f {
  let last = params.K / 2u - 1u;
  let at = row * (params.K / 2u) + min(n, last);
  var value = x[at];
  if (GATED) { value *= gate[at]; }
  value = select(vec2f(), value, n <= last);
  if (HAS_D) { value.x += select(0.0, D[row], n == 0u); }
  return value;
}
