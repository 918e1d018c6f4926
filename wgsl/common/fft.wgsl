// One pass of a Fourier transform of 2^log complex values: every invocation holds 16 of them in registers.
//
// A pass of radix R = 2^bits combines values that lie 2^span apart. The forward transform decimates in
// frequency: dft(), then twiddles(), widest span first, every pass writing where it has read; its result
// lies in digit-reversed order (see scramble()). The inverse undoes the passes from the last to the first:
// twiddles(), then dft(). It runs on values whose real and imaginary parts are exchanged, because
// exchange(conj(w) x) = w exchange(x), so that both directions are the same code.
//
// Register j of invocation t (t < 2^log / 16) is leg j % R of butterfly t + (j / R) 2^log / 16.
//
// Uses: complex.wgsl, and a binding `twiddle: array<vec2f>` holding exp(-2 pi i j / 2^log) for
// j < 2^log / 2, made on the host in f64. Of a butterfly's factors those of legs 1, 2, 4 and 8 are loaded,
// the others are products of at most three of them.

alias Sixteen = array<vec2f, 16>;

/// Index of register j within its transform.
fn leg(j: u32, bits: u32, span: u32, log: u32, t: u32) -> u32 {
  let q = t + ((j >> bits) << (log - 4u));
  return ((q >> span) << (span + bits)) + ((j & ((1u << bits) - 1u)) << span) + (q & ((1u << span) - 1u));
}

fn dft2(v: ptr<function, Sixteen>, a: u32) {
  let x = (*v)[a];
  let y = (*v)[a + 1u];
  (*v)[a] = x + y;
  (*v)[a + 1u] = x - y;
}

fn dft4(v: ptr<function, Sixteen>, a: u32, step: u32) {
  let p = (*v)[a] + (*v)[a + 2u * step];
  let q = (*v)[a] - (*v)[a + 2u * step];
  let r = (*v)[a + step] + (*v)[a + 3u * step];
  let s = turnBack((*v)[a + step] - (*v)[a + 3u * step]);
  (*v)[a] = p + r;
  (*v)[a + step] = q + s;
  (*v)[a + 2u * step] = p - r;
  (*v)[a + 3u * step] = q - s;
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

fn dft8(v: ptr<function, Sixteen>, a: u32) {
  dft4(v, a, 2u);
  dft4(v, a + 1u, 2u);
  let o1 = eighth((*v)[a + 3u]);
  let o2 = turnBack((*v)[a + 5u]);
  let o3 = threeEighths((*v)[a + 7u]);
  let o0 = (*v)[a + 1u];
  let e0 = (*v)[a];
  let e1 = (*v)[a + 2u];
  let e2 = (*v)[a + 4u];
  let e3 = (*v)[a + 6u];
  (*v)[a] = e0 + o0;
  (*v)[a + 1u] = e1 + o1;
  (*v)[a + 2u] = e2 + o2;
  (*v)[a + 3u] = e3 + o3;
  (*v)[a + 4u] = e0 - o0;
  (*v)[a + 5u] = e1 - o1;
  (*v)[a + 6u] = e2 - o2;
  (*v)[a + 7u] = e3 - o3;
}

fn swap(v: ptr<function, Sixteen>, a: u32, b: u32) {
  let x = (*v)[a];
  (*v)[a] = (*v)[b];
  (*v)[b] = x;
}

fn dft16(v: ptr<function, Sixteen>) {
  const w1 = vec2f(0.9238795325112867, -0.3826834323650898);
  const w3 = vec2f(0.3826834323650898, -0.9238795325112867);
  const w9 = vec2f(-0.9238795325112867, 0.3826834323650898);
  for (var j = 0u; j < 4u; j++) { dft4(v, j, 4u); }
  (*v)[5] = cmul((*v)[5], w1);
  (*v)[6] = eighth((*v)[6]);
  (*v)[7] = cmul((*v)[7], w3);
  (*v)[9] = eighth((*v)[9]);
  (*v)[10] = turnBack((*v)[10]);
  (*v)[11] = threeEighths((*v)[11]);
  (*v)[13] = cmul((*v)[13], w3);
  (*v)[14] = threeEighths((*v)[14]);
  (*v)[15] = cmul((*v)[15], w9);
  for (var j = 0u; j < 4u; j++) { dft4(v, 4u * j, 1u); }
  swap(v, 1u, 4u);
  swap(v, 2u, 8u);
  swap(v, 3u, 12u);
  swap(v, 6u, 9u);
  swap(v, 7u, 13u);
  swap(v, 11u, 14u);
}

/// The transforms of each run of 2^bits registers.
fn dft(v: ptr<function, Sixteen>, bits: u32) {
  if (bits == 4u) {
    dft16(v);
  } else if (bits == 3u) {
    dft8(v, 0u);
    dft8(v, 8u);
  } else if (bits == 2u) {
    for (var a = 0u; a < 16u; a += 4u) { dft4(v, a, 1u); }
  } else {
    for (var a = 0u; a < 16u; a += 2u) { dft2(v, a); }
  }
}

fn turnLeg(v: ptr<function, Sixteen>, j: u32, w: vec2f) {
  (*v)[j] = cmul((*v)[j], w);
}

/// Multiply leg r of each butterfly by exp(-2 pi i r (q mod 2^span) / 2^(span + bits)).
fn twiddles(v: ptr<function, Sixteen>, bits: u32, span: u32, log: u32, t: u32) {
  for (var a = 0u; a < 16u; a += 1u << bits) {
    let q = t + ((a >> bits) << (log - 4u));
    let at = (q & ((1u << span) - 1u)) << (log - span - bits);
    let w1 = twiddle[at];
    turnLeg(v, a + 1u, w1);
    if (bits > 1u) {
      let w2 = twiddle[2u * at];
      let w3 = cmul(w1, w2);
      turnLeg(v, a + 2u, w2);
      turnLeg(v, a + 3u, w3);
      if (bits > 2u) {
        let w4 = twiddle[4u * at];
        turnLeg(v, a + 4u, w4);
        turnLeg(v, a + 5u, cmul(w4, w1));
        turnLeg(v, a + 6u, cmul(w4, w2));
        turnLeg(v, a + 7u, cmul(w4, w3));
        if (bits > 3u) {
          let w8 = twiddle[8u * at];
          let w12 = cmul(w8, w4);
          turnLeg(v, a + 8u, w8);
          turnLeg(v, a + 9u, cmul(w8, w1));
          turnLeg(v, a + 10u, cmul(w8, w2));
          turnLeg(v, a + 11u, cmul(w8, w3));
          turnLeg(v, a + 12u, w12);
          turnLeg(v, a + 13u, cmul(w12, w1));
          turnLeg(v, a + 14u, cmul(w12, w2));
          turnLeg(v, a + 15u, cmul(w12, w3));
        }
      }
    }
  }
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
