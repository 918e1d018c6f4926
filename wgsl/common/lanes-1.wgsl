// One entry at a time, for rows of any length. Interchangeable with lanes-4.wgsl.

const LANES = 1u;
alias elem = f32;
alias elemU = u32;

/// Index of the entries of element e.
fn laneIndex(e: u32) -> elemU {
  return e;
}

fn sumLanes(x: elem) -> f32 {
  return x;
}
