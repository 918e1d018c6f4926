// What the last pass of a convolution writes, two samples at a time: rows of even length, not TWO_SIDED.
// Interchangeable with keep-samples.wgsl.
//
// Uses: bindings y, gate: array<vec2f>, override GATED, and KEPT of Params.

alias elem = vec2f;

/// A complex value, parts exchanged, as neighbouring samples.
fn keepPair(row: u32, n: u32, value: vec2f) {
  if (2u * n < params.KEPT) {
    let at = row * (params.KEPT / 2u) + n;
    if (GATED) { y[at] = value.yx * gate[at]; } else { y[at] = value.yx; }
  }
}
