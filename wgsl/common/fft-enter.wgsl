// The first pass of a forward transform, of values that are made where they are needed: radix 2^BITS.
//
// Uses: complex.wgsl, fft.wgsl, fft-put.wgsl, a function point(row: u32, j: u32) -> vec2f, and log of Params.

override BITS: u32 = 4u;

/// From the points of row `source` to the row of z that begins at `start`; t < 2^log / 16.
fn enterRow(source: u32, start: u32, t: u32) {
  let span = params.log - BITS;
  let at = legs(BITS, span, params.log, t);
  putSixteen(start, at, twiddles(dft(Sixteen(
    point(source, at[0]), point(source, at[1]), point(source, at[2]), point(source, at[3]),
    point(source, at[4]), point(source, at[5]), point(source, at[6]), point(source, at[7]),
    point(source, at[8]), point(source, at[9]), point(source, at[10]), point(source, at[11]),
    point(source, at[12]), point(source, at[13]), point(source, at[14]), point(source, at[15]),
  ), BITS), BITS, span, params.log, t));
}
