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

fn take(v: ptr<function, Sixteen>, bits: u32, span: u32, start: u32, t: u32) {
  for (var j = 0u; j < 16u; j++) { (*v)[j] = values[bank(start + leg(j, bits, span, LOG, t))]; }
}

fn leave(v: ptr<function, Sixteen>, bits: u32, span: u32, start: u32, t: u32) {
  for (var j = 0u; j < 16u; j++) { values[bank(start + leg(j, bits, span, LOG, t))] = (*v)[j]; }
}

/// All passes but the last. v holds the legs of the first one.
fn forward(v: ptr<function, Sixteen>, start: u32, t: u32) {
  dft(v, PASS1);
  twiddles(v, PASS1, SPAN1, LOG, t);
  // other invocations may still be reading the transform before this one
  workgroupBarrier();
  leave(v, PASS1, SPAN1, start, t);
  workgroupBarrier();
  if (PASS2 > 0u) {
    take(v, PASS2, SPAN2, start, t);
    dft(v, PASS2);
    twiddles(v, PASS2, SPAN2, LOG, t);
    leave(v, PASS2, SPAN2, start, t);
    workgroupBarrier();
  }
  if (PASS3 > 0u) {
    take(v, PASS3, 3u, start, t);
    dft(v, PASS3);
    twiddles(v, PASS3, 3u, LOG, t);
    leave(v, PASS3, 3u, start, t);
    workgroupBarrier();
  }
}

/// All passes but the first, up to the values themselves: v ends as the legs of pass 1, parts exchanged.
fn inverse(v: ptr<function, Sixteen>, start: u32, t: u32) {
  workgroupBarrier();
  if (PASS3 > 0u) {
    take(v, PASS3, 3u, start, t);
    twiddles(v, PASS3, 3u, LOG, t);
    dft(v, PASS3);
    leave(v, PASS3, 3u, start, t);
    workgroupBarrier();
  }
  if (PASS2 > 0u) {
    take(v, PASS2, SPAN2, start, t);
    twiddles(v, PASS2, SPAN2, LOG, t);
    dft(v, PASS2);
    leave(v, PASS2, SPAN2, start, t);
    workgroupBarrier();
  }
  take(v, PASS1, SPAN1, start, t);
  twiddles(v, PASS1, SPAN1, LOG, t);
  dft(v, PASS1);
}

/// Number of the run that holds frequency f < 2^LOG / 8.
fn place(f: u32) -> u32 {
  return scramble(f, PASS1 | (PASS2 << 4u) | (PASS3 << 8u));
}

fn takeRuns(v: ptr<function, Sixteen>, a: u32, b: u32, start: u32) {
  for (var r = 0u; r < 8u; r++) {
    (*v)[r] = values[bank(start + 8u * a + r)];
    (*v)[8u + r] = values[bank(start + 8u * b + r)];
  }
  dft(v, 3u);
}

fn leaveRuns(v: ptr<function, Sixteen>, a: u32, b: u32, start: u32) {
  dft(v, 3u);
  for (var r = 0u; r < 8u; r++) {
    values[bank(start + 8u * a + r)] = (*v)[r];
    values[bank(start + 8u * b + r)] = (*v)[8u + r];
  }
}
