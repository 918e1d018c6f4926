// Product of the spectra of two real sequences, each transformed as half as many complex values.
//
// The M = nfft / 2 values z[n] = x[2n] + i x[2n+1] have the spectrum Z; that of the even and the odd samples is
//     E[f] = (Z[f] + conj Z[M-f]) / 2,   O[f] = (Z[f] - conj Z[M-f]) / 2i,
// and the convolution of x and g is, in the same form, with w = exp(-2 pi i f / M),
//     Ye = Ex Eg + w Ox Og,   Yo = Ex Og + Ox Eg,   Z[f] = Ye + i Yo,   Z[M-f] = conj(Ye - i Yo).
// An invocation holds two runs of eight frequencies that mirror each other, f + (M/8) r and M - f - (M/8) r:
// values r and 15 - r. `first` marks the one that holds the runs of f = 0 and f = M/16, which mirror
// themselves: it is rearranged so that the same pairs mirror, except 0 and M/2, which have none; they
// share pair 0, multiplied component by component because their E and O are real.
//
// Uses: complex.wgsl, fft.wgsl.

fn mirror(u: Sixteen) -> Sixteen {
  return Sixteen(u[0], u[1], u[2], u[3], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15], u[5], u[6], u[7], u[4]);
}

fn unmirror(u: Sixteen) -> Sixteen {
  return Sixteen(u[0], u[1], u[2], u[3], u[15], u[12], u[13], u[14], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11]);
}

/// Spectrum -> 2E in places 0 to 7, 2O of place r in 15 - r.
fn split(spectrum: Sixteen, first: bool) -> Sixteen {
  var v = spectrum;
  if (first) { v = mirror(spectrum); }
  let e = v[0] + conj(v[15]);
  let o = turnBack(v[0] - conj(v[15]));
  return Sixteen(
    select(e, 2.0 * vec2f(v[0].x, v[15].x), first),
    v[1] + conj(v[14]),
    v[2] + conj(v[13]),
    v[3] + conj(v[12]),
    v[4] + conj(v[11]),
    v[5] + conj(v[10]),
    v[6] + conj(v[9]),
    v[7] + conj(v[8]),
    turnBack(v[7] - conj(v[8])),
    turnBack(v[6] - conj(v[9])),
    turnBack(v[5] - conj(v[10])),
    turnBack(v[4] - conj(v[11])),
    turnBack(v[3] - conj(v[12])),
    turnBack(v[2] - conj(v[13])),
    turnBack(v[1] - conj(v[14])),
    select(o, 2.0 * vec2f(v[0].y, v[15].y), first),
  );
}

/// E and O -> spectrum, real and imaginary parts exchanged for the inverse transform.
fn join(v: Sixteen, first: bool) -> Sixteen {
  let spectrum = Sixteen(
    select((v[0] + turn(v[15])).yx, vec2f(v[15].x, v[0].x), first),
    (v[1] + turn(v[14])).yx,
    (v[2] + turn(v[13])).yx,
    (v[3] + turn(v[12])).yx,
    (v[4] + turn(v[11])).yx,
    (v[5] + turn(v[10])).yx,
    (v[6] + turn(v[9])).yx,
    (v[7] + turn(v[8])).yx,
    conj(v[7] - turn(v[8])).yx,
    conj(v[6] - turn(v[9])).yx,
    conj(v[5] - turn(v[10])).yx,
    conj(v[4] - turn(v[11])).yx,
    conj(v[3] - turn(v[12])).yx,
    conj(v[2] - turn(v[13])).yx,
    conj(v[1] - turn(v[14])).yx,
    select(conj(v[0] - turn(v[15])).yx, vec2f(v[15].y, v[0].y), first),
  );
  if (first) { return unmirror(spectrum); }
  return spectrum;
}

/// Ye in x, y and Yo in z, w of one pair.
fn multiplyPair(xe: vec2f, xo: vec2f, ge: vec2f, go: vec2f, w: vec2f) -> vec4f {
  return vec4f(cmul(xe, ge) + cmul(w, cmul(xo, go)), cmul(xe, go) + cmul(xo, ge));
}

/// x g, all in E and O; w = exp(-2 pi i f / M).
fn multiply(x: Sixteen, g: Sixteen, w: vec2f, first: bool) -> Sixteen {
  let half = select(-w, vec2f(0.9238795325112867, -0.3826834323650898), first);
  let apart = vec4f(x[0] * g[0] + vec2f(1.0, -1.0) * x[15] * g[15], x[0] * g[15] + x[15] * g[0]);
  let a = select(multiplyPair(x[0], x[15], g[0], g[15], w), apart, first);
  let b = multiplyPair(x[1], x[14], g[1], g[14], eighth(w));
  let c = multiplyPair(x[2], x[13], g[2], g[13], turnBack(w));
  let d = multiplyPair(x[3], x[12], g[3], g[12], threeEighths(w));
  let e = multiplyPair(x[4], x[11], g[4], g[11], half);
  let f = multiplyPair(x[5], x[10], g[5], g[10], eighth(half));
  let k = multiplyPair(x[6], x[9], g[6], g[9], turnBack(half));
  let h = multiplyPair(x[7], x[8], g[7], g[8], threeEighths(half));
  return Sixteen(
    a.xy, b.xy, c.xy, d.xy, e.xy, f.xy, k.xy, h.xy,
    h.zw, k.zw, f.zw, e.zw, d.zw, c.zw, b.zw, a.zw,
  );
}

fn add(a: Sixteen, b: Sixteen) -> Sixteen {
  return Sixteen(
    a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3],
    a[4] + b[4], a[5] + b[5], a[6] + b[6], a[7] + b[7],
    a[8] + b[8], a[9] + b[9], a[10] + b[10], a[11] + b[11],
    a[12] + b[12], a[13] + b[13], a[14] + b[14], a[15] + b[15],
  );
}

fn times(factor: f32, a: Sixteen) -> Sixteen {
  return Sixteen(
    factor * a[0], factor * a[1], factor * a[2], factor * a[3],
    factor * a[4], factor * a[5], factor * a[6], factor * a[7],
    factor * a[8], factor * a[9], factor * a[10], factor * a[11],
    factor * a[12], factor * a[13], factor * a[14], factor * a[15],
  );
}
