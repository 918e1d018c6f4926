// Product of the spectra of two real sequences, each transformed as half as many complex values.
//
// The M = nfft / 2 values z[n] = x[2n] + i x[2n+1] have the spectrum Z; that of the even and the odd samples is
//     E[f] = (Z[f] + conj Z[M-f]) / 2,   O[f] = (Z[f] - conj Z[M-f]) / 2i,
// and the convolution of x and g is, in the same form, with w = exp(-2 pi i f / M),
//     Ye = Ex Eg + w Ox Og,   Yo = Ex Og + Ox Eg,   Z[f] = Ye + i Yo,   Z[M-f] = conj(Ye - i Yo).
// An invocation holds two runs of eight frequencies that mirror each other, f + (M/8) r and M - f - (M/8) r:
// registers r and 15 - r. `first` marks the one that holds the runs of f = 0 and f = M/16, which mirror
// themselves: it is rearranged so that the same pairs mirror, except 0 and M/2, which have none; they
// share register pair 0, multiplied component by component because their E and O are real.
//
// Uses: complex.wgsl, fft.wgsl.

fn mirror(v: ptr<function, Sixteen>) {
  let u = *v;
  *v = Sixteen(u[0], u[1], u[2], u[3], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15], u[5], u[6], u[7], u[4]);
}

fn unmirror(v: ptr<function, Sixteen>) {
  let u = *v;
  *v = Sixteen(u[0], u[1], u[2], u[3], u[15], u[12], u[13], u[14], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11]);
}

/// Spectrum -> 2E in registers 0 to 7, 2O of register r in 15 - r.
fn split(v: ptr<function, Sixteen>, first: bool) {
  if (first) { mirror(v); }
  for (var r = 0u; r < 8u; r++) {
    let a = (*v)[r];
    let b = conj((*v)[15u - r]);
    (*v)[r] = a + b;
    (*v)[15u - r] = turnBack(a - b);
    if (r == 0u && first) {
      (*v)[0] = 2.0 * vec2f(a.x, b.x);
      (*v)[15] = 2.0 * vec2f(a.y, -b.y);
    }
  }
}

/// E and O -> spectrum, real and imaginary parts exchanged for the inverse transform.
fn join(v: ptr<function, Sixteen>, first: bool) {
  for (var r = 0u; r < 8u; r++) {
    let e = (*v)[r];
    let o = turn((*v)[15u - r]);
    (*v)[r] = (e + o).yx;
    (*v)[15u - r] = conj(e - o).yx;
    if (r == 0u && first) {
      (*v)[0] = vec2f(o.y, e.x);
      (*v)[15] = vec2f(-o.x, e.y);
    }
  }
  if (first) { unmirror(v); }
}

fn multiplyPair(x: ptr<function, Sixteen>, g: ptr<function, Sixteen>, r: u32, w: vec2f) {
  let xe = (*x)[r];
  let xo = (*x)[15u - r];
  let ge = (*g)[r];
  let go = (*g)[15u - r];
  (*x)[r] = cmul(xe, ge) + cmul(w, cmul(xo, go));
  (*x)[15u - r] = cmul(xe, go) + cmul(xo, ge);
}

/// x = x g, both in E and O; w = exp(-2 pi i f / M).
fn multiply(x: ptr<function, Sixteen>, g: ptr<function, Sixteen>, w: vec2f, first: bool) {
  let real0 = (*x)[0] * (*g)[0] + vec2f(1.0, -1.0) * (*x)[15] * (*g)[15];
  let real15 = (*x)[0] * (*g)[15] + (*x)[15] * (*g)[0];
  let half = select(-w, vec2f(0.9238795325112867, -0.3826834323650898), first);
  multiplyPair(x, g, 0u, w);
  multiplyPair(x, g, 1u, eighth(w));
  multiplyPair(x, g, 2u, turnBack(w));
  multiplyPair(x, g, 3u, threeEighths(w));
  multiplyPair(x, g, 4u, half);
  multiplyPair(x, g, 5u, eighth(half));
  multiplyPair(x, g, 6u, turnBack(half));
  multiplyPair(x, g, 7u, threeEighths(half));
  if (first) {
    (*x)[0] = real0;
    (*x)[15] = real15;
  }
}
