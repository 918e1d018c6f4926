// decimate: x [rows, L] -> z [rows, size], z[i] = sum_j h[j] x[r (i - 4) + j], |j| <= 4 r: a filter, and every r-th
// sample.
//
// taps [4][12 r] are h at the places of the 12 r samples from 4 r g - 8 r on, for the four outputs from 4 g on, which
// one invocation makes. gated multiplies x by gate, shaped like it. L is a multiple of 4.

struct Params { n: u32, L: u32, size: u32, r: u32, gated: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> gate: array<vec4f>;
@group(0) @binding(3) var<storage, read> taps: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> z: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * 256u + id.x;
  if (e >= params.n) { return; }
  let row = e / (params.size / 4u);
  let g = e % (params.size / 4u);
  let r = params.r;
  let quads = params.L / 4u;
  var sum = vec4f(0.0);
  for (var j = 0u; j < 3u * r; j++) {
    let t = r * g + j; // plus 2 r
    if (t >= 2u * r && t - 2u * r < quads) {
      let at = row * quads + t - 2u * r;
      var value = x[at];
      if (params.gated == 1u) { value *= gate[at]; }
      sum += mat4x4f(taps[4u * j], taps[4u * j + 1u], taps[4u * j + 2u], taps[4u * j + 3u]) * value;
    }
  }
  z[e] = sum;
}
