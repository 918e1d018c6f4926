// Scales of a multi-scale convolution kernel: where they begin, how far they are stretched, what multiplies them.
// Scale i of S has d weights, stretched f times, f a power of two. Positions are in halves of a sample.
//
// Uses: turns.wgsl, bindings decay, power, norm and logs: array<f32>, of Params S, d and s0.

override SUM: bool = false;      // scales are added, not laid one after the other
override NEAREST: bool = false;  // else linear
override DECAY: bool = false;    // scale i is multiplied by decay[h]^(S - 1 - i)
override POWER: bool = false;    // tap l is multiplied by (l + 1)^-power[h], from logs[l] = log(l + 1)
override NORM: bool = false;     // a row is divided by norm[row]

/// First tap of scale i.
fn scaleStart(i: u32) -> u32 {
  if (SUM || i == 0u) { return 0u; }
  return params.d << (i - 1u + params.s0);
}

/// log2 f
fn scaleStretch(i: u32) -> u32 {
  if (SUM) { return i + params.s0; }
  return max(i, 1u) - 1u + params.s0;
}

/// 1 / (2f)
fn halfStep(stretch: u32) -> f32 {
  return bitcast<f32>((126u - stretch) << 23u);
}

fn decayOf(h: u32) -> f32 {
  if (DECAY) { return decay[h]; }
  return 1.0;
}

/// 1 / norm
fn rowFactor(row: u32) -> f32 {
  if (NORM) { return 1.0 / norm[row]; }
  return 1.0;
}

/// base^n
fn wholePower(base: f32, n: u32) -> f32 {
  var result = 1.0;
  var square = base;
  for (var left = n; left > 0u; left >>= 1u) {
    if ((left & 1u) == 1u) { result *= square; }
    square *= square;
  }
  return result;
}

fn powerLaw(h: u32, l: u32) -> f32 {
  if (POWER) { return expExact(-power[h] * logs[l]); }
  return 1.0;
}
