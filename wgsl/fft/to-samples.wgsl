// to-samples: z [rows, 2^log] complex, transformed, parts exchanged, in digit-reversed order -> y [.., L] real.
//
// EVEN: value j holds samples 2 j and 2 j + 1, else sample j. CHIRP: z has its parts exchanged twice, and lacks
// Bluestein's last factor. An invocation takes one value. Row r is row firstRow + r of y.
//
// Uses: complex.wgsl, fft.wgsl.

struct Params { n: u32, count: u32, log: u32, firstRow: u32, L: u32, digits: u32 }

override EVEN: bool = true;
override CHIRP: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> z: array<vec2f>;
@group(0) @binding(3) var<storage, read> chirp: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 256u + id.x;
  if (i >= params.n) { return; }
  let row = i / params.count;
  let j = i % params.count;
  var v = z[(row << params.log) + scramble(j, params.digits)];
  if (CHIRP) { v = cmul(v.yx, chirp[j]); }
  let out = (params.firstRow + row) * params.L;
  if (!EVEN) {
    y[out + j] = v.y;
    return;
  }
  y[out + 2u * j] = v.y;
  if (2u * j + 1u < params.L) { y[out + 2u * j + 1u] = v.x; }
}
