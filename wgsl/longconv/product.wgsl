// product: z of x [rows, groups, terms, 2^log], gz of g -> z at term 0: the last pass of both transforms, the
// product, its sum over terms, and the first pass of the inverse, all in registers.
//
// gz has rows like z, or, gShared, one row for all. An invocation takes two runs of eight values that mirror each
// other (real-product.wgsl) and no barrier: the form for devices whose barriers are slow.
//
// `digits` are the radices of the passes before, for scramble().
//
// Uses: complex.wgsl, fft.wgsl, real-product.wgsl.

struct Params { log: u32, rows: u32, groups: u32, terms: u32, total: u32, gShared: u32, digits: u32 }

override SUM: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> gz: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> z: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let t = i & ((1u << (params.log - 4u)) - 1u);
  let packed = i >> (params.log - 4u);
  let row = packed / params.groups;
  if (row >= params.rows) { return; }
  let first = t == 0u;
  let a = 8u * scramble(t, params.digits);
  let b = 8u * scramble(select((1u << (params.log - 3u)) - t, 1u << (params.log - 4u), first), params.digits);
  let w = twiddle[t];
  let scale = 0.25 / f32(1u << params.log);

  var v: Sixteen;
  var gF: Sixteen;
  var sum: Sixteen;
  let terms = min(params.terms, params.total - row * params.terms);
  for (var term = 0u; term < terms; term++) {
    let g = (select(packed, packed % params.groups, params.gShared == 1u) * params.terms + term) << params.log;
    let x = (packed * params.terms + term) << params.log;
    for (var r = 0u; r < 8u; r++) {
      gF[r] = gz[g + a + r];
      gF[8u + r] = gz[g + b + r];
      v[r] = z[x + a + r];
      v[8u + r] = z[x + b + r];
    }
    dft(&gF, 3u);
    split(&gF, first);
    dft(&v, 3u);
    split(&v, first);
    multiply(&v, &gF, w, first);
    if (SUM) {
      for (var j = 0u; j < 16u; j++) { sum[j] += v[j]; }
    }
  }
  if (SUM) { v = sum; }
  for (var j = 0u; j < 16u; j++) { v[j] *= scale; }
  join(&v, first);
  dft(&v, 3u);
  let y = (packed * params.terms) << params.log;
  for (var r = 0u; r < 8u; r++) {
    z[y + a + r] = v[r];
    z[y + b + r] = v[8u + r];
  }
}
