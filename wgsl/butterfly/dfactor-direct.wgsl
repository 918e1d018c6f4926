// dfactor-direct: as dfactor, for software devices: an invocation adds one product over the columns of one part, so
// that the program is short and quickly compiled.
//
// Uses: complex.wgsl, samples-complex.wgsl or samples-real.wgsl, butterfly.wgsl.

struct Params {
  sets: u32, H: u32,
  columns: u32,
  L: u32,
  widthLog: u32, doneLog: u32,
  count: u32, // parts
  chunk: u32,
  first: u32, // number of the first part
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> inner: array<sample>;
@group(0) @binding(2) var<storage, read> outer: array<vec2f>;
@group(0) @binding(3) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> parts: array<vec2f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = (wg.y * groups.x + wg.x) * 64u + lid;
  let matrix = i / (RADIX * RADIX);
  let part = matrix / params.sets;
  if (part >= params.count) { return; }
  let k = i / RADIX % RADIX;
  let j = i % RADIX;
  let end = min(params.columns, (part + 1u) * params.chunk);
  var sum = vec2f(0.0);
  for (var at = part * params.chunk; at < end; at++) {
    let c = columnAt(matrix % params.sets, at);
    if (hasInner(c, j)) {
      let g = cmul(outer[outerPlace(c, k)], conj(factorOf(c, k)));
      sum += cmul(conj(fromSample(inner[innerPlace(c, j)])), g);
    }
  }
  parts[params.first * params.sets * RADIX * RADIX + i] = sum;
}
