// The spectrum that multiplies that of a kernel, where it is a table of its own.
//
// Uses: fft.wgsl, a binding weights: array<vec2f>.

/// Sixteen frequencies from place i on, as split() gives them, without its factor 2.
fn weightsAt(i: u32) -> Sixteen {
  return Sixteen(
    weights[i], weights[i + 1u], weights[i + 2u], weights[i + 3u],
    weights[i + 4u], weights[i + 5u], weights[i + 6u], weights[i + 7u],
    weights[i + 8u], weights[i + 9u], weights[i + 10u], weights[i + 11u],
    weights[i + 12u], weights[i + 13u], weights[i + 14u], weights[i + 15u],
  );
}
