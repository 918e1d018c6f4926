// enter: x -> z [rows, 2^log] complex: what is transformed, and the first pass.
//
// Values j < N are taken in, times chirp[j] if CHIRP; those after them are zero. Radix 2^BITS; 16 values to an
// invocation, no barrier. Row r is row firstRow + r of x.
//
// Uses: complex.wgsl, fft.wgsl, fft-samples.wgsl or fft-spectrum.wgsl or fft-filtered.wgsl.

struct Params {
  log: u32, rows: u32, firstRow: u32, L: u32, N: u32, F: u32, digits: u32, end: f32, scale: f32,
}

override BITS: u32 = 4u;
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
  let source = params.firstRow + row;
  let span = params.log - BITS;
  let at = legs(BITS, span, params.log, t);
  let v = twiddles(dft(Sixteen(
    point(source, at[0]), point(source, at[1]), point(source, at[2]), point(source, at[3]),
    point(source, at[4]), point(source, at[5]), point(source, at[6]), point(source, at[7]),
    point(source, at[8]), point(source, at[9]), point(source, at[10]), point(source, at[11]),
    point(source, at[12]), point(source, at[13]), point(source, at[14]), point(source, at[15]),
  ), BITS), BITS, span, params.log, t);
  let start = row << params.log;
  z[start + at[0]] = v[0];
  z[start + at[1]] = v[1];
  z[start + at[2]] = v[2];
  z[start + at[3]] = v[3];
  z[start + at[4]] = v[4];
  z[start + at[5]] = v[5];
  z[start + at[6]] = v[6];
  z[start + at[7]] = v[7];
  z[start + at[8]] = v[8];
  z[start + at[9]] = v[9];
  z[start + at[10]] = v[10];
  z[start + at[11]] = v[11];
  z[start + at[12]] = v[12];
  z[start + at[13]] = v[13];
  z[start + at[14]] = v[14];
  z[start + at[15]] = v[15];
}
