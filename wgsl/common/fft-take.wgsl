// Sixteen values of a row of complex values in memory.
//
// Uses: fft.wgsl, a binding z: array<vec2f>.

/// The values at places of the row that begins at `start`.
fn takeSixteen(start: u32, at: Places) -> Sixteen {
  return Sixteen(
    z[start + at[0]], z[start + at[1]], z[start + at[2]], z[start + at[3]],
    z[start + at[4]], z[start + at[5]], z[start + at[6]], z[start + at[7]],
    z[start + at[8]], z[start + at[9]], z[start + at[10]], z[start + at[11]],
    z[start + at[12]], z[start + at[13]], z[start + at[14]], z[start + at[15]],
  );
}
