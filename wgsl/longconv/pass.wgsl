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
  var v: Sixteen;
  for (var j = 0u; j < 16u; j++) { v[j] = z[(row << params.log) + leg(j, BITS, params.span, params.log, t)]; }
  if (INVERSE) {
    twiddles(&v, BITS, params.span, params.log, t);
    dft(&v, BITS);
  } else {
    dft(&v, BITS);
    twiddles(&v, BITS, params.span, params.log, t);
  }
  for (var j = 0u; j < 16u; j++) { z[(row << params.log) + leg(j, BITS, params.span, params.log, t)] = v[j]; }
}
