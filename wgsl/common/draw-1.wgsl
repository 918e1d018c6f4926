// The random word of one entry. Interchangeable with draw-4.wgsl.
//
// Uses: random.wgsl, lanes-1.wgsl.

/// Word i mod 2 of threefry2x32(key, [floor(i / 2), stream]) for entry i.
fn draw(key: vec2u, stream: u32, e: u32) -> elemU {
  return threefry2x32(key, vec2u(e >> 1u, stream))[e & 1u];
}
