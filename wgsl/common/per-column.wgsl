// Statistics of all features at one (b, l), [B, L]. Interchangeable with per-channel.wgsl.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

alias statistic = elem;

/// Where the statistics for element i of channel h lie.
fn statisticIndex(h: u32, i: u32) -> u32 {
  return i;
}
