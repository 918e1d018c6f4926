// The first pass of a forward transform, of values that are made where they are needed: radix 2^BITS.
//
// With radix 16, points from LEGS 2^log / 16 on are zero.
//
// Uses: complex.wgsl, fft.wgsl, fft-put.wgsl, a function point(row: u32, j: u32) -> vec2f, and log of Params.

override BITS: u32 = 4u;
override LEGS: u32 = 16u;

fn leg(i: u32, row: u32, j: u32) -> vec2f {
  if (i >= LEGS) { return vec2f(); }
  return point(row, j);
}

/// From the points of row `source` to the row of z that begins at `start`; t < 2^log / 16.
fn enterRow(source: u32, start: u32, t: u32) {
  let span = params.log - BITS;
  let at = legs(BITS, span, params.log, t);
  putSixteen(start, at, twiddles(dft(Sixteen(
    leg(0u, source, at[0]), leg(1u, source, at[1]), leg(2u, source, at[2]), leg(3u, source, at[3]),
    leg(4u, source, at[4]), leg(5u, source, at[5]), leg(6u, source, at[6]), leg(7u, source, at[7]),
    leg(8u, source, at[8]), leg(9u, source, at[9]), leg(10u, source, at[10]), leg(11u, source, at[11]),
    leg(12u, source, at[12]), leg(13u, source, at[13]), leg(14u, source, at[14]), leg(15u, source, at[15]),
  ), BITS), BITS, span, params.log, t));
}
