// dlevel-direct: as dlevel, for software devices: an invocation makes one result and reads its column from memory, so
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
@group(0) @binding(1) var<storage, read> outer: array<vec2f>;
@group(0) @binding(2) var<storage, read> factors: array<vec2f>;
@group(0) @binding(3) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> inner: array<sample>;

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
  let j = i % RADIX;
  if (!hasInner(c, j)) { return; }
  var sum = vec2f(0.0);
  for (var k = 0u; k < RADIX; k++) {
    let g = cmul(outer[outerPlace(c, k)], conj(factorOf(c, k)));
    sum += cmul(conj(factors[(head * RADIX + k) * RADIX + j]), g);
  }
  inner[innerPlace(c, j)] = toSample(sum);
}
