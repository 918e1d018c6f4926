// level-direct: as level, for software devices: an invocation makes one result and reads its column from memory, so
// that the program is short and quickly compiled.
//
// Uses: complex.wgsl, samples-complex.wgsl or samples-real.wgsl, butterfly.wgsl.

struct Params {
  sets: u32, H: u32,
  columns: u32,
  L: u32,
  widthLog: u32, doneLog: u32,
  groups: u32, // workgroups of one head
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> inner: array<sample>;
@group(0) @binding(2) var<storage, read> factors: array<vec2f>;
@group(0) @binding(3) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> outer: array<vec2f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  let head = id / params.groups;
  if (head >= params.sets) { return; }
  let i = (id - head * params.groups) * 64u + lid;
  let c = columnAt(head, i / RADIX);
  if (!c.inside) { return; }
  let k = i % RADIX;
  let row = (head * RADIX + k) * RADIX;
  var sum = vec2f(0.0);
  for (var j = 0u; j < RADIX && hasInner(c, j); j++) {
    sum += cmul(factors[row + j], fromSample(inner[innerPlace(c, j)]));
  }
  outer[outerPlace(c, k)] = cmul(sum, factorOf(c, k));
}
