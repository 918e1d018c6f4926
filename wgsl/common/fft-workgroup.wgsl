// Fourier transforms of 2^LOG complex values in workgroup memory, SLOTS of them side by side.
//
// The passes have radix 2^PASS1, 2^PASS2, 2^PASS3 (0: absent) and a last one of 8, LOG = PASS1 + PASS2 +
// PASS3 + 3. The last pass of the forward transform and the first of the inverse work on runs of eight, of
// which every invocation takes two of its own choice: takeRuns(), and leaveRuns() after whatever is done to
// the spectrum. Run p holds the frequencies f + (2^LOG / 8) r, r < 8, where p = place(f).
//
// Every pass writes where it has read, hence one barrier between two passes. The low four bits of an index
// are mixed with the bits above so that strided access meets all banks.
//
// Uses: complex.wgsl, fft.wgsl. Workgroup memory: 8 SLOTS 2^LOG bytes.

override LOG: u32 = 10u;
override SLOTS: u32 = 1u;
override PASS1: u32 = 4u;
override PASS2: u32 = 3u;
override PASS3: u32 = 0u;
override SPAN1: u32 = LOG - PASS1;
override SPAN2: u32 = SPAN1 - PASS2;
override WG: u32 = (SLOTS << LOG) >> 4u;

var<workgroup> values: array<vec2f, SLOTS << LOG>;

fn bank(at: u32) -> u32 {
  return at ^ (((at >> 4u) ^ (at >> 8u)) & 15u);
}

fn take(bits: u32, span: u32, start: u32, t: u32) -> Sixteen {
  let at = legs(bits, span, LOG, t);
  return Sixteen(
    values[bank(start + at[0])], values[bank(start + at[1])],
    values[bank(start + at[2])], values[bank(start + at[3])],
    values[bank(start + at[4])], values[bank(start + at[5])],
    values[bank(start + at[6])], values[bank(start + at[7])],
    values[bank(start + at[8])], values[bank(start + at[9])],
    values[bank(start + at[10])], values[bank(start + at[11])],
    values[bank(start + at[12])], values[bank(start + at[13])],
    values[bank(start + at[14])], values[bank(start + at[15])],
  );
}

fn leave(v: Sixteen, bits: u32, span: u32, start: u32, t: u32) {
  let at = legs(bits, span, LOG, t);
  values[bank(start + at[0])] = v[0];
  values[bank(start + at[1])] = v[1];
  values[bank(start + at[2])] = v[2];
  values[bank(start + at[3])] = v[3];
  values[bank(start + at[4])] = v[4];
  values[bank(start + at[5])] = v[5];
  values[bank(start + at[6])] = v[6];
  values[bank(start + at[7])] = v[7];
  values[bank(start + at[8])] = v[8];
  values[bank(start + at[9])] = v[9];
  values[bank(start + at[10])] = v[10];
  values[bank(start + at[11])] = v[11];
  values[bank(start + at[12])] = v[12];
  values[bank(start + at[13])] = v[13];
  values[bank(start + at[14])] = v[14];
  values[bank(start + at[15])] = v[15];
}

/// All passes but the last. v holds the legs of the first one.
fn forward(v: Sixteen, start: u32, t: u32) {
  let first = twiddles(dft(v, PASS1), PASS1, SPAN1, LOG, t);
  // other invocations may still be reading the transform before this one
  workgroupBarrier();
  leave(first, PASS1, SPAN1, start, t);
  workgroupBarrier();
  if (PASS2 > 0u) {
    leave(twiddles(dft(take(PASS2, SPAN2, start, t), PASS2), PASS2, SPAN2, LOG, t), PASS2, SPAN2, start, t);
    workgroupBarrier();
  }
  if (PASS3 > 0u) {
    leave(twiddles(dft(take(PASS3, 3u, start, t), PASS3), PASS3, 3u, LOG, t), PASS3, 3u, start, t);
    workgroupBarrier();
  }
}

/// All passes but the first, up to the values themselves: the legs of pass 1, parts exchanged.
fn inverse(start: u32, t: u32) -> Sixteen {
  workgroupBarrier();
  if (PASS3 > 0u) {
    leave(dft(twiddles(take(PASS3, 3u, start, t), PASS3, 3u, LOG, t), PASS3), PASS3, 3u, start, t);
    workgroupBarrier();
  }
  if (PASS2 > 0u) {
    leave(dft(twiddles(take(PASS2, SPAN2, start, t), PASS2, SPAN2, LOG, t), PASS2), PASS2, SPAN2, start, t);
    workgroupBarrier();
  }
  return dft(twiddles(take(PASS1, SPAN1, start, t), PASS1, SPAN1, LOG, t), PASS1);
}

/// Number of the run that holds frequency f < 2^LOG / 8.
fn place(f: u32) -> u32 {
  return scramble(f, PASS1 | (PASS2 << 4u) | (PASS3 << 8u));
}

/// Runs a and b, transformed; runs count through all slots.
fn takeRuns(a: u32, b: u32) -> Sixteen {
  return dft8s(Sixteen(
    values[bank(8u * a + 0u)], values[bank(8u * a + 1u)], values[bank(8u * a + 2u)], values[bank(8u * a + 3u)],
    values[bank(8u * a + 4u)], values[bank(8u * a + 5u)], values[bank(8u * a + 6u)], values[bank(8u * a + 7u)],
    values[bank(8u * b + 0u)], values[bank(8u * b + 1u)], values[bank(8u * b + 2u)], values[bank(8u * b + 3u)],
    values[bank(8u * b + 4u)], values[bank(8u * b + 5u)], values[bank(8u * b + 6u)], values[bank(8u * b + 7u)],
  ));
}

fn leaveRuns(v: Sixteen, a: u32, b: u32) {
  let u = dft8s(v);
  values[bank(8u * a + 0u)] = u[0];
  values[bank(8u * a + 1u)] = u[1];
  values[bank(8u * a + 2u)] = u[2];
  values[bank(8u * a + 3u)] = u[3];
  values[bank(8u * a + 4u)] = u[4];
  values[bank(8u * a + 5u)] = u[5];
  values[bank(8u * a + 6u)] = u[6];
  values[bank(8u * a + 7u)] = u[7];
  values[bank(8u * b + 0u)] = u[8];
  values[bank(8u * b + 1u)] = u[9];
  values[bank(8u * b + 2u)] = u[10];
  values[bank(8u * b + 3u)] = u[11];
  values[bank(8u * b + 4u)] = u[12];
  values[bank(8u * b + 5u)] = u[13];
  values[bank(8u * b + 6u)] = u[14];
  values[bank(8u * b + 7u)] = u[15];
}
