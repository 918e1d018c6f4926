// enter: x [.., K] real -> z [rows, groups, terms, 2^log] complex, after the first pass of the transform.
//
// Sample pairs become complex values; what lies past the row is zero. Rows of x are found by strides:
//     z[r, g, term] from x[r row + term stride + g % modulus],  all offset by firstRow and firstGroup.
// REVERSED takes x[-lag]; TWO_SIDED reads negative lags -1 - s from the rows `future` below; HAS_D adds D[row]
// at lag 0; GATED multiplies by gate, shaped like x. Terms at or past `total` do not exist. 16 values to an invocation,
// no barrier.
//
// Uses: complex.wgsl, fft.wgsl, fft-put.wgsl, fft-enter.wgsl, take-samples.wgsl or take-pairs.wgsl.

struct Params {
  log: u32, rows: u32, groups: u32, terms: u32, total: u32,
  firstRow: u32, firstGroup: u32, row: u32, stride: u32, modulus: u32, K: u32, future: u32,
}

override REVERSED: bool = false;
override TWO_SIDED: bool = false;
override HAS_D: bool = false;
override GATED: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> x: array<elem>;
@group(0) @binding(3) var<storage, read> D: array<f32>;
@group(0) @binding(4) var<storage, read> gate: array<elem>;
@group(0) @binding(5) var<storage, read_write> z: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let t = i & ((1u << (params.log - 4u)) - 1u);
  let packed = i >> (params.log - 4u);
  let term = packed % params.terms;
  let group = (packed / params.terms) % params.groups;
  let row = packed / (params.terms * params.groups);
  if (row >= params.rows) { return; }
  let rowOfX = params.firstRow + row;
  if (rowOfX * params.terms + term >= params.total) { return; }
  let source = rowOfX * params.row + term * params.stride + (params.firstGroup + group) % params.modulus;
  enterRow(source, packed << params.log, t);
}
