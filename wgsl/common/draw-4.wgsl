// The random words of four entries. Interchangeable with draw-1.wgsl.
//
// Uses: random.wgsl, lanes-4.wgsl.

/// Word i mod 2 of threefry2x32(key, [floor(i / 2), stream]) for the entries i of element e.
fn draw(key: vec2u, stream: u32, e: u32) -> elemU {
  return vec4u(
    threefry2x32(key, vec2u(2u * e, stream)),
    threefry2x32(key, vec2u(2u * e + 1u, stream)),
  );
}
