// Statistics of a channel, [H]. Interchangeable with per-column.wgsl.

alias statistic = f32;

/// Where the statistic for element i of channel h lies.
fn statisticIndex(h: u32, i: u32) -> u32 {
  return h;
}
