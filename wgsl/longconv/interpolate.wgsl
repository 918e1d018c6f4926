// interpolate: z [rows, size] -> y [rows, L], y[t] = sum_i h[t - r (i - 4)] z[i]: the transpose of decimate.wgsl.
//
// taps [4 r][12] are h at the places of the 12 values from 4 g on, for the 4 r outputs from 4 r g on. gated multiplies
// by gate, shaped like y. L is a multiple of 4. n = rows ceil(L / 4 r), one invocation for each 4 r outputs.

struct Params { n: u32, L: u32, size: u32, r: u32, gated: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<vec4f>;
@group(0) @binding(2) var<storage, read> gate: array<vec4f>;
@group(0) @binding(3) var<storage, read> taps: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * 256u + id.x;
  if (e >= params.n) { return; }
  let quads = params.L / 4u;
  let each = (quads + params.r - 1u) / params.r;
  let row = e / each;
  let g = e % each;
  let start = row * (params.size / 4u) + g;
  let a = z[start];
  let b = z[start + 1u];
  let c = z[start + 2u];
  for (var i = 0u; i < params.r; i++) {
    let quad = g * params.r + i;
    if (quad < quads) {
      let h = 12u * i;
      var value = vec4f(
        dot(a, taps[h]) + dot(b, taps[h + 1u]) + dot(c, taps[h + 2u]),
        dot(a, taps[h + 3u]) + dot(b, taps[h + 4u]) + dot(c, taps[h + 5u]),
        dot(a, taps[h + 6u]) + dot(b, taps[h + 7u]) + dot(c, taps[h + 8u]),
        dot(a, taps[h + 9u]) + dot(b, taps[h + 10u]) + dot(c, taps[h + 11u]),
      );
      let at = row * quads + quad;
      if (params.gated == 1u) { value *= gate[at]; }
      y[at] = value;
    }
  }
}
