// leave: z [rows, groups, terms, 2^log] at term 0 -> y [.., KEPT] real: the last pass of the inverse, and what is kept.
//
// Row r of group g goes to y[(firstRow + r) row + firstGroup + g], lags 0 to KEPT - 1; twoSided, lags -1 - s also to
// the rows `future` below. Radix 2^BITS; 16 values to an invocation, no barrier.
//
// Uses: complex.wgsl, fft.wgsl.

struct Params {
  log: u32, rows: u32, groups: u32, terms: u32, firstRow: u32, firstGroup: u32, row: u32, KEPT: u32, future: u32,
  twoSided: u32,
}

override BITS: u32 = 4u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> z: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn keep(row: u32, i: u32, value: f32) {
  if (i < params.KEPT) { y[row * params.KEPT + i] = value; }
  if (params.twoSided == 1u) {
    let ahead = (2u << params.log) - 1u - i;
    if (ahead < params.KEPT) { y[(row + params.future) * params.KEPT + ahead] = value; }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let t = i & ((1u << (params.log - 4u)) - 1u);
  let packed = i >> (params.log - 4u);
  let row = packed / params.groups;
  if (row >= params.rows) { return; }
  let place = (params.firstRow + row) * params.row + params.firstGroup + packed % params.groups;
  var v: Sixteen;
  for (var j = 0u; j < 16u; j++) { v[j] = z[((packed * params.terms) << params.log) + leg(j, BITS, params.log - BITS, params.log, t)]; }
  twiddles(&v, BITS, params.log - BITS, params.log, t);
  dft(&v, BITS);
  for (var j = 0u; j < 16u; j++) {
    let n = 2u * leg(j, BITS, params.log - BITS, params.log, t);
    keep(place, n, v[j].y);
    keep(place, n + 1u, v[j].x);
  }
}
