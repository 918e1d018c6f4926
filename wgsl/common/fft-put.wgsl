// Sixteen values to a row of complex values in memory.
//
// Uses: fft.wgsl, a binding z: array<vec2f>, read_write.

/// Write the values at places of the row that begins at `start`.
fn putSixteen(start: u32, at: Places, v: Sixteen) {
  z[start + at[0]] = v[0];
  z[start + at[1]] = v[1];
  z[start + at[2]] = v[2];
  z[start + at[3]] = v[3];
  z[start + at[4]] = v[4];
  z[start + at[5]] = v[5];
  z[start + at[6]] = v[6];
  z[start + at[7]] = v[7];
  z[start + at[8]] = v[8];
  z[start + at[9]] = v[9];
  z[start + at[10]] = v[10];
  z[start + at[11]] = v[11];
  z[start + at[12]] = v[12];
  z[start + at[13]] = v[13];
  z[start + at[14]] = v[14];
  z[start + at[15]] = v[15];
}
