// leave: z [rows, groups, terms, 2^log] at term 0 -> y [.., KEPT] real: the last pass of the inverse, and what is kept.
//
// Row r of group g goes to y[(firstRow + r) row + firstGroup + g], lags 0 to KEPT - 1; TWO_SIDED, lags -1 - s also
// to the rows `future` below. GATED multiplies by gate, shaped like y. Radix 2^BITS; with
// radix 16, only LEGS 2^log / 16 values are kept. 16 values to an invocation, no barrier.
//
// Uses: complex.wgsl, fft.wgsl, fft-take.wgsl, keep-samples.wgsl or keep-pairs.wgsl.

struct Params {
  log: u32, rows: u32, groups: u32, terms: u32, firstRow: u32, firstGroup: u32, row: u32, KEPT: u32, future: u32,
}

override BITS: u32 = 4u;
override LEGS: u32 = 16u;
override TWO_SIDED: bool = false;
override GATED: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> z: array<vec2f>;
@group(0) @binding(3) var<storage, read> gate: array<elem>;
@group(0) @binding(4) var<storage, read_write> y: array<elem>;

fn keepLeg(i: u32, row: u32, n: u32, value: vec2f) {
  if (i < LEGS) { keepPair(row, n, value); }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let t = i & ((1u << (params.log - 4u)) - 1u);
  let packed = i >> (params.log - 4u);
  let row = packed / params.groups;
  if (row >= params.rows) { return; }
  let place = (params.firstRow + row) * params.row + params.firstGroup + packed % params.groups;
  let span = params.log - BITS;
  let at = legs(BITS, span, params.log, t);
  let start = (packed * params.terms) << params.log;
  let v = dft(twiddles(takeSixteen(start, at), BITS, span, params.log, t), BITS);
  keepLeg(0u, place, at[0], v[0]);
  keepLeg(1u, place, at[1], v[1]);
  keepLeg(2u, place, at[2], v[2]);
  keepLeg(3u, place, at[3], v[3]);
  keepLeg(4u, place, at[4], v[4]);
  keepLeg(5u, place, at[5], v[5]);
  keepLeg(6u, place, at[6], v[6]);
  keepLeg(7u, place, at[7], v[7]);
  keepLeg(8u, place, at[8], v[8]);
  keepLeg(9u, place, at[9], v[9]);
  keepLeg(10u, place, at[10], v[10]);
  keepLeg(11u, place, at[11], v[11]);
  keepLeg(12u, place, at[12], v[12]);
  keepLeg(13u, place, at[13], v[13]);
  keepLeg(14u, place, at[14], v[14]);
  keepLeg(15u, place, at[15], v[15]);
}
