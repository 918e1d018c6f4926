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
  let a = z[at];
  let b = z[at + 1u];
  let c = z[at + 2u];
  let d = z[at + 3u];
  // the last invocation of a row may lack these, and then keeps nothing that depends on them
  let e = z[min(at + 4u, last)];
  let f = z[min(at + 5u, last)];
  for (var phase = 0u; phase < R; phase++) {
    let quad = 4u * R * g + phase;
    put(row, quad, phase, a, b, c);
    put(row, quad + R, phase, b, c, d);
    put(row, quad + 2u * R, phase, c, d, e);
    put(row, quad + 3u * R, phase, d, e, f);
  }
}
