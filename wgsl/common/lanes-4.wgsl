// Four neighbouring entries at a time, for rows whose length is a multiple of four: vec4 loads and stores.
// Interchangeable with lanes-1.wgsl.

const LANES = 4u;
alias elem = vec4f;
alias elemU = vec4u;

/// Indices of the entries of element e.
fn laneIndex(e: u32) -> elemU {
  return vec4u(4u * e) + vec4u(0, 1, 2, 3);
}

fn sumLanes(x: elem) -> f32 {
  return (x.x + x.y) + (x.z + x.w);
}
