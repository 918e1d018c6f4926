// The outer side of the first level of the butterfly transform, P = 1, where the values of a column are neighbours:
// turned in workgroup memory, and written in order. Interchangeable with leave-direct.wgsl.
//
// Uses: butterfly.wgsl, a binding outer: array<vec2f>. Workgroup memory: 64 (RADIX + 1) 8 bytes.

var<workgroup> turned: array<vec2f, 64u * (RADIX + 1u)>;

fn leaveOuter(c: Column, lid: u32, k: u32, value: vec2f) {
  turned[lid * (RADIX + 1u) + k] = value;
}

fn leaveOuterSide(head: u32, first: u32, lid: u32) {
  workgroupBarrier();
  for (var i = lid; i < 64u * RADIX; i += 64u) {
    let c = columnAt(head, first + i / RADIX);
    if (c.inside) { outer[outerPlace(c, i % RADIX)] = turned[i + i / RADIX]; }
  }
}
