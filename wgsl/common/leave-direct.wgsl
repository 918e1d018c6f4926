// The outer side of a level of the butterfly transform as it lies. Interchangeable with leave-turned.wgsl.
//
// Uses: butterfly.wgsl, a binding outer: array<vec2f>.

fn leaveOuter(c: Column, lid: u32, k: u32, value: vec2f) {
  if (c.inside) { outer[outerPlace(c, k)] = value; }
}

fn leaveOuterSide(head: u32, first: u32, lid: u32) {
}
