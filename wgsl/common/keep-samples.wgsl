// What the last pass of a convolution writes, sample by sample: rows of any length. Interchangeable with
// keep-pairs.wgsl, which is quicker.
//
// Uses: bindings y, gate: array<f32>, overrides TWO_SIDED and GATED, and log, KEPT and future of Params.

alias elem = f32;

fn keep(row: u32, i: u32, value: f32) {
  if (i < params.KEPT) {
    let at = row * params.KEPT + i;
    if (GATED) { y[at] = value * gate[at]; } else { y[at] = value; }
  }
  if (TWO_SIDED) {
    let ahead = (2u << params.log) - 1u - i;
    if (ahead < params.KEPT) { y[(row + params.future) * params.KEPT + ahead] = value; }
  }
}

/// A complex value, parts exchanged, as neighbouring samples.
fn keepPair(row: u32, n: u32, value: vec2f) {
  keep(row, 2u * n, value.y);
  keep(row, 2u * n + 1u, value.x);
}
