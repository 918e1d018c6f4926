// The outer side of a level of the butterfly transform as it lies. Interchangeable with outer-turned.wgsl.
//
// Uses: butterfly.wgsl, a binding outer: array<vec2f>.

fn takeOuterSide(head: u32, first: u32, lid: u32) {
}

fn takeOuter(c: Column, lid: u32, k: u32) -> vec2f {
  return outer[outerPlace(c, k)];
}
