// pass: z [rows, 2^log] complex, in place, one pass of every row's transform: radix 2^BITS over a span of 2^span.
//
// Forward, or INVERSE with parts exchanged as in fft.wgsl. 16 values to an invocation, no barrier.
//
// Uses: complex.wgsl, fft.wgsl.

struct Params { log: u32, span: u32, rows: u32 }

override BITS: u32 = 4u;
override INVERSE: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> z: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let t = i & ((1u << (params.log - 4u)) - 1u);
  let row = i >> (params.log - 4u);
  if (row >= params.rows) { return; }
  let at = legs(BITS, params.span, params.log, t);
  let start = row << params.log;
  var v = Sixteen(
    z[start + at[0]], z[start + at[1]], z[start + at[2]], z[start + at[3]],
    z[start + at[4]], z[start + at[5]], z[start + at[6]], z[start + at[7]],
    z[start + at[8]], z[start + at[9]], z[start + at[10]], z[start + at[11]],
    z[start + at[12]], z[start + at[13]], z[start + at[14]], z[start + at[15]],
  );
  if (INVERSE) {
    v = dft(twiddles(v, BITS, params.span, params.log, t), BITS);
  } else {
    v = twiddles(dft(v, BITS), BITS, params.span, params.log, t);
  }
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
