// enter: x [.., K] real -> z [rows, groups, terms, 2^log] complex, after the first pass of the transform.
//
// Sample pairs become complex values; what lies past the row is zero. Rows of x are found by strides:
//     z[r, g, term] from x[r row + term stride + g % modulus],  all offset by firstRow and firstGroup.
// reversed takes x[-lag]; twoSided reads negative lags -1 - s from the rows `future` below; hasD adds D[row]
// at lag 0. Terms at or past `total` do not exist. Radix 2^BITS; 16 values to an invocation, no barrier.
//
// Uses: complex.wgsl, fft.wgsl.

struct Params {
  log: u32, rows: u32, groups: u32, terms: u32, total: u32,
  firstRow: u32, firstGroup: u32, row: u32, stride: u32, modulus: u32,
  K: u32, future: u32, reversed: u32, twoSided: u32, hasD: u32,
}

override BITS: u32 = 4u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> D: array<f32>;
@group(0) @binding(4) var<storage, read_write> z: array<vec2f>;

fn sample(row: u32, i: u32) -> f32 {
  let lag = select(i, (0u - i) & ((2u << params.log) - 1u), params.reversed == 1u);
  var value = 0.0;
  if (lag < params.K) {
    value = x[row * params.K + lag];
    if (params.hasD == 1u && lag == 0u) { value += D[row]; }
  }
  if (params.twoSided == 1u) {
    let ahead = (2u << params.log) - 1u - lag;
    if (ahead < params.K) { value = x[(row + params.future) * params.K + ahead]; }
  }
  return value;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let t = i & ((1u << (params.log - 4u)) - 1u);
  let packed = i >> (params.log - 4u);
  let term = packed % params.terms;
  let group = (packed / params.terms) % params.groups;
  let row = packed / (params.terms * params.groups);
  if (row >= params.rows) { return; }
  let at = params.firstRow + row;
  if (at * params.terms + term >= params.total) { return; }
  let source = at * params.row + term * params.stride + (params.firstGroup + group) % params.modulus;

  var v: Sixteen;
  for (var j = 0u; j < 16u; j++) {
    let n = 2u * leg(j, BITS, params.log - BITS, params.log, t);
    v[j] = vec2f(sample(source, n), sample(source, n + 1u));
  }
  dft(&v, BITS);
  twiddles(&v, BITS, params.log - BITS, params.log, t);
  for (var j = 0u; j < 16u; j++) { z[(packed << params.log) + leg(j, BITS, params.log - BITS, params.log, t)] = v[j]; }
}
