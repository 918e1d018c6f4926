// What the first pass of a convolution takes in, sample by sample: rows of any length. Interchangeable with
// take-pairs.wgsl, which is quicker.
//
// Uses: bindings x, D, gate: array<f32>, overrides REVERSED, TWO_SIDED, HAS_D and GATED, and log, K and future of Params.

alias elem = f32;

/// Without a branch: what lies past the row is read from its end and dropped.
fn sample(row: u32, i: u32) -> f32 {
  let lag = select(i, (0u - i) & ((2u << params.log) - 1u), REVERSED);
  let last = params.K - 1u;
  let at = row * params.K + min(lag, last);
  var value = x[at];
  if (GATED) { value *= gate[at]; }
  value = select(0.0, value, lag <= last);
  if (HAS_D) { value += select(0.0, D[row], lag == 0u); }
  if (TWO_SIDED) {
    let ahead = (2u << params.log) - 1u - lag;
    value = select(value, x[(row + params.future) * params.K + min(ahead, last)], ahead <= last);
  }
  return value;
}

/// Neighbouring samples as one complex value.
fn point(row: u32, n: u32) -> vec2f {
  return vec2f(sample(row, 2u * n), sample(row, 2u * n + 1u));
}
