// middle: z of x [rows, groups, terms, 2^OUTER rows of 2^LOG], gz of g -> z at term 0: the passes within rows of both
// transforms, the product, its sum over terms, and the inverse passes within rows.
//
// The four-step middle: with M = M1 M2 values and the passes over M1 done, row k1 of M2 = 2^LOG values holds the
// frequencies k1 + M1 k2 once transformed. Frequency f meets M - f, so a workgroup takes the rows k1 and M1 - k1, and
// the first one rows 0 and M1 / 2, which mirror themselves. gz has rows like z, or, gShared, one for all; its
// spectrum then stays in registers for `rowsEach` rows.
//
// Uses: complex.wgsl, fft.wgsl, fft-workgroup.wgsl (SLOTS = 2), real-product.wgsl. `wide` is the twiddle table of
// all M values. Workgroup memory: 16 2^LOG bytes.

struct Params { rows: u32, groups: u32, terms: u32, total: u32, gShared: u32, rowsEach: u32 }

override OUTER: u32 = 4u;
override DIGITS: u32 = 4u; // radices of the passes before, for scramble()
override SUM: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> wide: array<vec2f>;
@group(0) @binding(3) var<storage, read> gz: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> z: array<vec2f>;

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

  var v: Sixteen;
  var gF: Sixteen;
  var sum: Sixteen;
  let begin = wg.y * params.rowsEach;
  let end = min(begin + params.rowsEach, params.rows);
  for (var row = begin; row < end; row++) {
    if (SUM) { sum = Sixteen(); }
    let terms = min(params.terms, params.total - row * params.terms);
    let packed = row * params.groups + group;
    for (var term = 0u; term < terms; term++) {
      if (row == begin || params.gShared == 0u || params.terms > 1u) {
        let g = ((select(packed, group, params.gShared == 1u) * params.terms + term) << (LOG + OUTER)) + offset;
        for (var j = 0u; j < 16u; j++) { v[j] = gz[g + leg(j, PASS1, SPAN1, LOG, t)]; }
        forward(&v, start, t);
        takeRuns(&v, a, b, 0u);
        split(&v, first);
        for (var j = 0u; j < 16u; j++) { gF[j] = scale * v[j]; }
      }
      let x = ((packed * params.terms + term) << (LOG + OUTER)) + offset;
      for (var j = 0u; j < 16u; j++) { v[j] = z[x + leg(j, PASS1, SPAN1, LOG, t)]; }
      forward(&v, start, t);
      takeRuns(&v, a, b, 0u);
      split(&v, first);
      multiply(&v, &gF, w, first);
      if (SUM) {
        for (var j = 0u; j < 16u; j++) { sum[j] += v[j]; }
      }
    }
    if (SUM) { v = sum; }
    join(&v, first);
    leaveRuns(&v, a, b, 0u);
    inverse(&v, start, t);
    let y = ((packed * params.terms) << (LOG + OUTER)) + offset;
    for (var j = 0u; j < 16u; j++) { z[y + leg(j, PASS1, SPAN1, LOG, t)] = v[j]; }
  }
}
