// enter: x -> z [rows, 2^log] complex: what is transformed, and the first pass.
//
// Values j < N are taken in, times chirp[j] if CHIRP; those after them are zero. Radix 2^BITS; 16 values to an
// invocation, no barrier. Row r is row firstRow + r of x.
//
// Uses: complex.wgsl, fft.wgsl, fft-put.wgsl, fft-enter.wgsl, fft-samples.wgsl or fft-spectrum.wgsl or
// fft-filtered.wgsl.

struct Params {
  log: u32, rows: u32, firstRow: u32, L: u32, N: u32, F: u32, digits: u32, end: f32, scale: f32,
}

override EVEN: bool = true;
override CHIRP: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> turns: array<vec2f>;
@group(0) @binding(4) var<storage, read> chirp: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> z: array<vec2f>;

fn point(row: u32, j: u32) -> vec2f {
  if (j >= params.N) { return vec2f(); }
  let v = value(row, j);
  if (CHIRP) { return cmul(v, chirp[j]); }
  return v;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let t = i & ((1u << (params.log - 4u)) - 1u);
  let row = i >> (params.log - 4u);
  if (row >= params.rows) { return; }
  enterRow(params.firstRow + row, row << params.log, t);
}
