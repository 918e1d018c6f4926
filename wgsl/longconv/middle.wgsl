// middle: z of x [rows, groups, terms, 2^OUTER rows of 2^LOG], gz of g -> z at term 0: the passes within rows of both
// transforms, the product, its sum over terms, and the inverse passes within rows.
//
// The four-step middle: with M = M1 M2 values and the passes over M1 done, row k1 of M2 = 2^LOG values holds the
// frequencies k1 + M1 k2 once transformed. Frequency f meets M - f, so a workgroup takes the rows k1 and M1 - k1, and
// the first one rows 0 and M1 / 2, which mirror themselves. gz has rows like z, or, gShared, one for all; its
// spectrum then stays in registers for `rowsEach` rows.
//
// WEIGHTED multiplies the spectrum of g by `weights`.
//
// Uses: complex.wgsl, fft.wgsl, fft-workgroup.wgsl (SLOTS = 2), real-product.wgsl, weights.wgsl. `wide` is the twiddle
// table of all M values. Workgroup memory: 16 2^LOG bytes.

struct Params { rows: u32, groups: u32, terms: u32, total: u32, gShared: u32, rowsEach: u32 }

override OUTER: u32 = 4u;
override DIGITS: u32 = 4u; // radices of the passes before, for scramble()
override SUM: bool = false;
override WEIGHTED: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> wide: array<vec2f>;
@group(0) @binding(3) var<storage, read> gz: array<vec2f>;
@group(0) @binding(4) var<storage, read> weights: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> z: array<vec2f>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) lid: u32) {
  let t = lid & ((1u << (LOG - 4u)) - 1u);
  let slot = lid >> (LOG - 4u);
  let start = slot << LOG;
  let half = 1u << (OUTER - 1u);
  let pair = wg.x & (half - 1u);
  let group = wg.x >> (OUTER - 1u);
  let mirrored = select(2u * half - pair, half, pair == 0u);
  let offset = scramble(select(pair, mirrored, slot == 1u), DIGITS) << LOG;

  // runs n and 2^LOG/8 - 1 - n of two rows mirror each other; row 0 is as in convolve.wgsl
  let eighths = 1u << (LOG - 3u);
  let own = pair == 0u && slot == 0u;
  let first = own && t == 0u;
  let n = select(lid, t, pair == 0u);
  var a = place(n);
  var b = place(eighths - 1u - n);
  if (own) { b = place(select(eighths - n, eighths / 2u, first)); }
  if (pair == 0u) {
    a += slot * eighths;
    b += slot * eighths;
  } else {
    b += eighths;
  }
  let f = select(pair, slot * half, pair == 0u) + (n << OUTER);
  let w = wide[f];
  let scale = 0.25 / f32(1u << (LOG + OUTER));

  let at = legs(PASS1, SPAN1, LOG, t);

  var gF: Sixteen;
  var sum: Sixteen;
  let begin = wg.y * params.rowsEach;
  let end = min(begin + params.rowsEach, params.rows);
  for (var row = begin; row < end; row++) {
    if (SUM) { sum = Sixteen(); }
    let terms = min(params.terms, params.total - row * params.terms);
    let packed = row * params.groups + group;
    for (var term = 0u; term < terms; term++) {
      // part 0 is g, part 1 is x: one copy of the code
      for (var part = select(1u, 0u, row == begin || params.gShared == 0u || params.terms > 1u); part < 2u; part++) {
        var v: Sixteen;
        if (part == 0u) {
          let g = ((select(packed, group, params.gShared == 1u) * params.terms + term) << (LOG + OUTER)) + offset;
          v = Sixteen(
            gz[g + at[0]], gz[g + at[1]], gz[g + at[2]], gz[g + at[3]],
            gz[g + at[4]], gz[g + at[5]], gz[g + at[6]], gz[g + at[7]],
            gz[g + at[8]], gz[g + at[9]], gz[g + at[10]], gz[g + at[11]],
            gz[g + at[12]], gz[g + at[13]], gz[g + at[14]], gz[g + at[15]],
          );
        } else {
          let x = ((packed * params.terms + term) << (LOG + OUTER)) + offset;
          v = Sixteen(
            z[x + at[0]], z[x + at[1]], z[x + at[2]], z[x + at[3]],
            z[x + at[4]], z[x + at[5]], z[x + at[6]], z[x + at[7]],
            z[x + at[8]], z[x + at[9]], z[x + at[10]], z[x + at[11]],
            z[x + at[12]], z[x + at[13]], z[x + at[14]], z[x + at[15]],
          );
        }
        forward(v, start, t);
        let spectrum = split(takeRuns(a, b), first);
        if (part == 0u) {
          gF = times(scale, spectrum);
          if (WEIGHTED) { gF = multiply(gF, weightsAt(16u * f), w, first); }
        } else if (SUM) {
          sum = add(sum, multiply(spectrum, gF, w, first));
        } else {
          sum = multiply(spectrum, gF, w, first);
        }
      }
    }
    leaveRuns(join(sum, first), a, b);
    let v = inverse(start, t);
    let y = ((packed * params.terms) << (LOG + OUTER)) + offset;
    z[y + at[0]] = v[0];
    z[y + at[1]] = v[1];
    z[y + at[2]] = v[2];
    z[y + at[3]] = v[3];
    z[y + at[4]] = v[4];
    z[y + at[5]] = v[5];
    z[y + at[6]] = v[6];
    z[y + at[7]] = v[7];
    z[y + at[8]] = v[8];
    z[y + at[9]] = v[9];
    z[y + at[10]] = v[10];
    z[y + at[11]] = v[11];
    z[y + at[12]] = v[12];
    z[y + at[13]] = v[13];
    z[y + at[14]] = v[14];
    z[y + at[15]] = v[15];
  }
}
