// interpolate: z [rows, size] -> y [rows, L], y[t] = sum_i h[t - R (i - 4)] z[i]: the transpose of decimate.wgsl.
//
// taps [4 R][12] are h at the places of the 12 values from 4 g on, for the 4 R outputs from 4 R g on. An invocation
// makes 16 R, of six fours of values. GATED multiplies by gate, shaped like y. L is a multiple of 4, size of 8.

struct Params { n: u32, L: u32, size: u32 }

override R: u32 = 2u;
override GATED: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<vec4f>;
@group(0) @binding(2) var<storage, read> gate: array<vec4f>;
@group(0) @binding(3) var<storage, read> taps: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

fn tapDot(i: u32, a: vec4f, b: vec4f, c: vec4f) -> f32 {
  return dot(a, taps[i]) + dot(b, taps[i + 1u]) + dot(c, taps[i + 2u]);
}

/// Four outputs, at taps 12 i, of the twelve values in a, b and c.
fn put(row: u32, quad: u32, i: u32, a: vec4f, b: vec4f, c: vec4f) {
  let h = 12u * i;
  var value = vec4f(tapDot(h, a, b, c), tapDot(h + 3u, a, b, c), tapDot(h + 6u, a, b, c), tapDot(h + 9u, a, b, c));
  let quads = params.L / 4u;
  if (quad < quads) {
    let at = row * quads + quad;
    if (GATED) { value *= gate[at]; }
    y[at] = value;
  }
}

/// Six fours of values.
struct Values { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f }

/// The outputs of one in R of the fours from 4 R g on.
fn putPhase(phase: u32, row: u32, g: u32, v: Values) {
  let quad = 4u * R * g + phase;
  put(row, quad, phase, v.a, v.b, v.c);
  put(row, quad + R, phase, v.b, v.c, v.d);
  put(row, quad + 2u * R, phase, v.c, v.d, v.e);
  put(row, quad + 3u * R, phase, v.d, v.e, v.f);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 256u + id.x;
  if (i >= params.n) { return; }
  let each = (params.L / 4u + 4u * R - 1u) / (4u * R);
  let row = i / each;
  let g = i % each;
  let start = row * (params.size / 4u);
  let last = start + params.size / 4u - 1u;
  let at = start + 4u * g;
  // the last invocation of a row may lack the last two, and then keeps nothing that depends on them
  let v = Values(z[at], z[at + 1u], z[at + 2u], z[at + 3u], z[min(at + 4u, last)], z[min(at + 5u, last)]);
  // written out, so that places of taps are constants
  putPhase(0u, row, g, v);
  putPhase(1u, row, g, v);
  if (R > 2u) {
    putPhase(2u, row, g, v);
    putPhase(3u, row, g, v);
  }
  if (R > 4u) {
    putPhase(4u, row, g, v);
    putPhase(5u, row, g, v);
    putPhase(6u, row, g, v);
    putPhase(7u, row, g, v);
  }
  for (var phase = 8u; phase < R; phase++) { putPhase(phase, row, g, v); }
}
