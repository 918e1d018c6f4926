// decimate: x [rows, L] -> z [rows, size], z[i] = sum_j h[j] x[R (i - 4) + j], |j| <= 4 R: a filter, and every R-th
// sample.
//
// taps[i] = h[i - 7 R], i < 15 R. Four outputs from 4 g on depend on the 12 R samples from 4 R g - 8 R on. An invocation
// makes sixteen, so that what it loads serves up to three groups of four; the last one of a row may have eight. GATED
// multiplies x by gate, shaped like it. L is a multiple of 4, size of 8; r = R.

struct Params { n: u32, L: u32, size: u32, r: u32 }

override R: u32 = 2u;
override GATED: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> gate: array<vec4f>;
@group(0) @binding(3) var<storage, read> taps: array<f32>;
@group(0) @binding(4) var<storage, read_write> z: array<vec4f>;

/// Four samples of a row, zero outside it.
fn samples(row: u32, quad: i32) -> vec4f {
  let quads = params.L / 4u;
  let at = row * quads + min(u32(max(quad, 0)), quads - 1u);
  var value = x[at];
  if (GATED) { value *= gate[at]; }
  return select(vec4f(), value, quad >= 0 && u32(quad) < quads);
}

fn weigh(value: vec4f, i: u32) -> f32 {
  return dot(value, vec4f(taps[i], taps[i + 1u], taps[i + 2u], taps[i + 3u]));
}

/// What the j-th four samples of those that four outputs depend on add to them.
fn part(j: u32, value: vec4f) -> vec4f {
  let i = 4u * j;
  return vec4f(weigh(value, i + 3u * R), weigh(value, i + 2u * R), weigh(value, i + R), weigh(value, i));
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * 256u + id.x;
  if (e >= params.n) { return; }
  // short loops are written out, long ones would take too many registers for their taps
  let count = select(params.r, R, R <= 4u);
  let quads = params.size / 4u;
  let each = (quads + 3u) / 4u;
  let row = e / each;
  let g = 4u * (e % each);
  let first = i32(R * g) - 2 * i32(R);
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var j = 0u; j < count; j++) { sum0 += part(j, samples(row, first + i32(j))); }
  for (var j = 0u; j < count; j++) {
    let value = samples(row, first + i32(R + j));
    sum0 += part(R + j, value);
    sum1 += part(j, value);
  }
  for (var j = 0u; j < count; j++) {
    let value = samples(row, first + i32(2u * R + j));
    sum0 += part(2u * R + j, value);
    sum1 += part(R + j, value);
    sum2 += part(j, value);
  }
  for (var j = 0u; j < count; j++) {
    let value = samples(row, first + i32(3u * R + j));
    sum1 += part(2u * R + j, value);
    sum2 += part(R + j, value);
    sum3 += part(j, value);
  }
  for (var j = 0u; j < count; j++) {
    let value = samples(row, first + i32(4u * R + j));
    sum2 += part(2u * R + j, value);
    sum3 += part(R + j, value);
  }
  for (var j = 0u; j < count; j++) { sum3 += part(2u * R + j, samples(row, first + i32(5u * R + j))); }
  let out = row * quads + g;
  z[out] = sum0;
  z[out + 1u] = sum1;
  if (g + 2u < quads) {
    z[out + 2u] = sum2;
    z[out + 3u] = sum3;
  }
}
