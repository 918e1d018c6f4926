// One pass of a Fourier transform of 2^log complex values: every invocation holds 16 of them in registers.
//
// A pass of radix R = 2^bits combines values that lie 2^span apart. The forward transform decimates in
// frequency: dft(), then twiddles(), widest span first, every pass writing where it has read; its result
// lies in digit-reversed order (see scramble()). The inverse undoes the passes from the last to the first:
// twiddles(), then dft(). It runs on values whose real and imaginary parts are exchanged, because
// exchange(conj(w) x) = w exchange(x), so that both directions are the same code.
//
// Value j of invocation t (t < 2^log / 16) is leg j % R of butterfly t + (j / R) 2^log / 16. Everything is
// passed by value and indexed by constants, so that it stays in registers whatever the compiler unrolls.
//
// Uses: complex.wgsl, and a binding `twiddle: array<vec2f>` holding exp(-2 pi i j / 2^log) for
// j < 2^log / 2, made on the host in f64. Of a butterfly's factors those of legs 1, 2, 4 and 8 are loaded,
// the others are products of at most three of them.

alias Four = array<vec2f, 4>;
alias Eight = array<vec2f, 8>;
alias Sixteen = array<vec2f, 16>;
alias Places = array<u32, 16>;

/// Index of the first leg of butterfly q.
fn origin(q: u32, bits: u32, span: u32) -> u32 {
  return ((q >> span) << (span + bits)) + (q & ((1u << span) - 1u));
}

/// Indices of the 16 values within their transform.
fn legs(bits: u32, span: u32, log: u32, t: u32) -> Places {
  let s = 1u << span;
  let apart = 1u << (log - 4u);
  let a = origin(t, bits, span);
  if (bits == 4u) {
    return Places(
      a, a + s, a + 2u * s, a + 3u * s, a + 4u * s, a + 5u * s, a + 6u * s, a + 7u * s,
      a + 8u * s, a + 9u * s, a + 10u * s, a + 11u * s, a + 12u * s, a + 13u * s, a + 14u * s, a + 15u * s,
    );
  }
  if (bits == 3u) {
    let b = origin(t + apart, bits, span);
    return Places(
      a, a + s, a + 2u * s, a + 3u * s, a + 4u * s, a + 5u * s, a + 6u * s, a + 7u * s,
      b, b + s, b + 2u * s, b + 3u * s, b + 4u * s, b + 5u * s, b + 6u * s, b + 7u * s,
    );
  }
  if (bits == 2u) {
    let b = origin(t + apart, bits, span);
    let c = origin(t + 2u * apart, bits, span);
    let d = origin(t + 3u * apart, bits, span);
    return Places(
      a, a + s, a + 2u * s, a + 3u * s, b, b + s, b + 2u * s, b + 3u * s,
      c, c + s, c + 2u * s, c + 3u * s, d, d + s, d + 2u * s, d + 3u * s,
    );
  }
  let b = origin(t + apart, bits, span);
  let c = origin(t + 2u * apart, bits, span);
  let d = origin(t + 3u * apart, bits, span);
  let e = origin(t + 4u * apart, bits, span);
  let f = origin(t + 5u * apart, bits, span);
  let g = origin(t + 6u * apart, bits, span);
  let h = origin(t + 7u * apart, bits, span);
  return Places(a, a + s, b, b + s, c, c + s, d, d + s, e, e + s, f, f + s, g, g + s, h, h + s);
}

const HALF_SQRT = 0.7071067811865476;

/// exp(-2 pi i / 8) a
fn eighth(a: vec2f) -> vec2f {
  return HALF_SQRT * vec2f(a.x + a.y, a.y - a.x);
}

/// exp(-2 pi i 3 / 8) a
fn threeEighths(a: vec2f) -> vec2f {
  return HALF_SQRT * vec2f(a.y - a.x, -a.x - a.y);
}

fn dft4(a: vec2f, b: vec2f, c: vec2f, d: vec2f) -> Four {
  let p = a + c;
  let q = a - c;
  let r = b + d;
  let s = turnBack(b - d);
  return Four(p + r, q + s, p - r, q - s);
}

fn dft8(a: vec2f, b: vec2f, c: vec2f, d: vec2f, e: vec2f, f: vec2f, g: vec2f, h: vec2f) -> Eight {
  let even = dft4(a, c, e, g);
  let odd = dft4(b, d, f, h);
  let o1 = eighth(odd[1]);
  let o2 = turnBack(odd[2]);
  let o3 = threeEighths(odd[3]);
  return Eight(
    even[0] + odd[0], even[1] + o1, even[2] + o2, even[3] + o3,
    even[0] - odd[0], even[1] - o1, even[2] - o2, even[3] - o3,
  );
}

/// Two transforms of 8.
fn dft8s(v: Sixteen) -> Sixteen {
  let a = dft8(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
  let b = dft8(v[8], v[9], v[10], v[11], v[12], v[13], v[14], v[15]);
  return Sixteen(
    a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7],
    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
  );
}

fn dft16(v: Sixteen) -> Sixteen {
  const w1 = vec2f(0.9238795325112867, -0.3826834323650898);
  const w3 = vec2f(0.3826834323650898, -0.9238795325112867);
  const w9 = vec2f(-0.9238795325112867, 0.3826834323650898);
  let a = dft4(v[0], v[4], v[8], v[12]);
  let b = dft4(v[1], v[5], v[9], v[13]);
  let c = dft4(v[2], v[6], v[10], v[14]);
  let d = dft4(v[3], v[7], v[11], v[15]);
  let p = dft4(a[0], b[0], c[0], d[0]);
  let q = dft4(a[1], cmul(b[1], w1), eighth(c[1]), cmul(d[1], w3));
  let r = dft4(a[2], eighth(b[2]), turnBack(c[2]), threeEighths(d[2]));
  let s = dft4(a[3], cmul(b[3], w3), threeEighths(c[3]), cmul(d[3], w9));
  return Sixteen(
    p[0], q[0], r[0], s[0], p[1], q[1], r[1], s[1],
    p[2], q[2], r[2], s[2], p[3], q[3], r[3], s[3],
  );
}

/// The transforms of each run of 2^bits values.
fn dft(v: Sixteen, bits: u32) -> Sixteen {
  if (bits == 4u) { return dft16(v); }
  if (bits == 3u) { return dft8s(v); }
  if (bits == 2u) {
    let a = dft4(v[0], v[1], v[2], v[3]);
    let b = dft4(v[4], v[5], v[6], v[7]);
    let c = dft4(v[8], v[9], v[10], v[11]);
    let d = dft4(v[12], v[13], v[14], v[15]);
    return Sixteen(
      a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3],
      c[0], c[1], c[2], c[3], d[0], d[1], d[2], d[3],
    );
  }
  return Sixteen(
    v[0] + v[1], v[0] - v[1], v[2] + v[3], v[2] - v[3], v[4] + v[5], v[4] - v[5], v[6] + v[7], v[6] - v[7],
    v[8] + v[9], v[8] - v[9], v[10] + v[11], v[10] - v[11], v[12] + v[13], v[12] - v[13], v[14] + v[15], v[14] - v[15],
  );
}

/// Of butterfly q: place in the table of the factor exp(-2 pi i (q mod 2^span) / 2^(span + bits)) of leg 1.
fn factorAt(q: u32, bits: u32, span: u32, log: u32) -> u32 {
  return (q & ((1u << span) - 1u)) << (log - span - bits);
}

/// Factors of legs 1, 2 and 3.
fn factors(at: u32) -> array<vec2f, 3> {
  let w1 = twiddle[at];
  let w2 = twiddle[2u * at];
  return array<vec2f, 3>(w1, w2, cmul(w1, w2));
}

/// Multiply leg r of each butterfly by the r-th power of its factor.
fn twiddles(v: Sixteen, bits: u32, span: u32, log: u32, t: u32) -> Sixteen {
  let apart = 1u << (log - 4u);
  let at = factorAt(t, bits, span, log);
  if (bits == 4u) {
    let w = factors(at);
    let w4 = twiddle[4u * at];
    let w8 = twiddle[8u * at];
    let w12 = cmul(w8, w4);
    return Sixteen(
      v[0], cmul(v[1], w[0]), cmul(v[2], w[1]), cmul(v[3], w[2]),
      cmul(v[4], w4), cmul(v[5], cmul(w4, w[0])), cmul(v[6], cmul(w4, w[1])), cmul(v[7], cmul(w4, w[2])),
      cmul(v[8], w8), cmul(v[9], cmul(w8, w[0])), cmul(v[10], cmul(w8, w[1])), cmul(v[11], cmul(w8, w[2])),
      cmul(v[12], w12), cmul(v[13], cmul(w12, w[0])), cmul(v[14], cmul(w12, w[1])), cmul(v[15], cmul(w12, w[2])),
    );
  }
  if (bits == 3u) {
    let far = factorAt(t + apart, bits, span, log);
    let w = factors(at);
    let w4 = twiddle[4u * at];
    let x = factors(far);
    let x4 = twiddle[4u * far];
    return Sixteen(
      v[0], cmul(v[1], w[0]), cmul(v[2], w[1]), cmul(v[3], w[2]),
      cmul(v[4], w4), cmul(v[5], cmul(w4, w[0])), cmul(v[6], cmul(w4, w[1])), cmul(v[7], cmul(w4, w[2])),
      v[8], cmul(v[9], x[0]), cmul(v[10], x[1]), cmul(v[11], x[2]),
      cmul(v[12], x4), cmul(v[13], cmul(x4, x[0])), cmul(v[14], cmul(x4, x[1])), cmul(v[15], cmul(x4, x[2])),
    );
  }
  if (bits == 2u) {
    let a = factors(at);
    let b = factors(factorAt(t + apart, bits, span, log));
    let c = factors(factorAt(t + 2u * apart, bits, span, log));
    let d = factors(factorAt(t + 3u * apart, bits, span, log));
    return Sixteen(
      v[0], cmul(v[1], a[0]), cmul(v[2], a[1]), cmul(v[3], a[2]),
      v[4], cmul(v[5], b[0]), cmul(v[6], b[1]), cmul(v[7], b[2]),
      v[8], cmul(v[9], c[0]), cmul(v[10], c[1]), cmul(v[11], c[2]),
      v[12], cmul(v[13], d[0]), cmul(v[14], d[1]), cmul(v[15], d[2]),
    );
  }
  return Sixteen(
    v[0], cmul(v[1], twiddle[at]),
    v[2], cmul(v[3], twiddle[factorAt(t + apart, bits, span, log)]),
    v[4], cmul(v[5], twiddle[factorAt(t + 2u * apart, bits, span, log)]),
    v[6], cmul(v[7], twiddle[factorAt(t + 3u * apart, bits, span, log)]),
    v[8], cmul(v[9], twiddle[factorAt(t + 4u * apart, bits, span, log)]),
    v[10], cmul(v[11], twiddle[factorAt(t + 5u * apart, bits, span, log)]),
    v[12], cmul(v[13], twiddle[factorAt(t + 6u * apart, bits, span, log)]),
    v[14], cmul(v[15], twiddle[factorAt(t + 7u * apart, bits, span, log)]),
  );
}

/// Where a forward transform leaves frequency f: digit k of f, counted from the lowest, becomes the k-th highest
/// digit. `digits` holds log2 of the radices of the passes, four bits each, the first pass lowest.
fn scramble(f: u32, digits: u32) -> u32 {
  var place = 0u;
  var rest = f;
  for (var d = digits; d != 0u; d >>= 4u) {
    let bits = d & 15u;
    place = (place << bits) | (rest & ((1u << bits) - 1u));
    rest >>= bits;
  }
  return place;
}
