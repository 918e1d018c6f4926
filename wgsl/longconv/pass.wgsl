// pass: z [rows, 2^log] complex, in place, one pass of every row's transform: radix 2^BITS over a span of 2^span.
//
// Forward, or INVERSE with parts exchanged as in fft.wgsl. 16 values to an invocation, no barrier.
//
// Uses: complex.wgsl, fft.wgsl, fft-take.wgsl, fft-put.wgsl.

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
  var v = takeSixteen(start, at);
  if (INVERSE) {
    v = dft(twiddles(v, BITS, params.span, params.log, t), BITS);
  } else {
    v = twiddles(dft(v, BITS), BITS, params.span, params.log, t);
  }
  putSixteen(start, at, v);
}
