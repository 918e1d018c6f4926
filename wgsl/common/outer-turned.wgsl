// The outer side of the first level of the butterfly transform, P = 1, where the values of a column are neighbours:
// read in order, and turned in workgroup memory. Interchangeable with outer-direct.wgsl.
//
// Uses: butterfly.wgsl, a binding outer: array<vec2f>. Workgroup memory: 64 (RADIX + 1) 8 bytes.

var<workgroup> turned: array<vec2f, 64u * (RADIX + 1u)>;

fn takeOuterSide(head: u32, first: u32, lid: u32) {
  for (var i = lid; i < 64u * RADIX; i += 64u) {
    let c = columnAt(head, first + i / RADIX);
    turned[i + i / RADIX] = outer[outerPlace(c, i % RADIX)];
  }
  workgroupBarrier();
}

fn takeOuter(c: Column, lid: u32, k: u32) -> vec2f {
  return turned[lid * (RADIX + 1u) + k];
}
