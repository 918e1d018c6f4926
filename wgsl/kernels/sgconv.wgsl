// sgconv: w [S, rows, d], decay [H], power [H], norm [rows], logs -> k [rows, L], rows = C H: SGConv's kernel.
//
//     k[row, l] = (l + 1)^-power[h] / norm[row] sum_i decay[h]^(S - 1 - i) Up_i(w[i, row])[l - start_i]
//
// One invocation per tap; a row of workgroups per row of k.
//
// Uses: turns.wgsl, scales.wgsl.

struct Params { rows: u32, H: u32, S: u32, d: u32, L: u32, s0: u32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> decay: array<f32>;
@group(0) @binding(3) var<storage, read> power: array<f32>;
@group(0) @binding(4) var<storage, read> norm: array<f32>;
@group(0) @binding(5) var<storage, read> logs: array<f32>;
@group(0) @binding(6) var<storage, read_write> k: array<f32>;

/// Sample j of scale i, 0 beyond its end.
fn stretched(row: u32, i: u32, j: u32) -> f32 {
  let stretch = scaleStretch(i);
  let f = 1u << stretch;
  if (j >= params.d << stretch) { return 0.0; }
  let at = (i * params.rows + row) * params.d;
  if (NEAREST) { return w[at + (j >> stretch)]; }
  let x = u32(max(i32(2u * j + 1u) - i32(f), 0));
  let q = x >> (stretch + 1u);
  let a = w[at + q];
  let b = w[at + min(q + 1u, params.d - 1u)];
  return a + (b - a) * f32(x & (2u * f - 1u)) * halfStep(stretch);
}

/// The scale that tap l belongs to where one follows the other: 0 for l < D = d 2^s0, else 1 + floor(log2(l / D)).
fn scaleOf(l: u32) -> u32 {
  let D = params.d << params.s0;
  if (l < D) { return 0u; }
  let more = firstLeadingBit(l) - firstLeadingBit(D);
  return select(more + 1u, more, D << more > l);
}

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let l = id.x;
  let row = group.y;
  if (l >= params.L) { return; }
  let h = row % params.H;
  let base = decayOf(h);
  var sum = 0.0;
  if (SUM) {
    var factor = 1.0;
    for (var i = params.S; i > 0u; i--) {
      sum += factor * stretched(row, i - 1u, l);
      factor *= base;
    }
  } else {
    let i = scaleOf(l);
    if (i < params.S) { sum = wholePower(base, params.S - 1u - i) * stretched(row, i, l - scaleStart(i)); }
  }
  k[row * params.L + l] = sum * rowFactor(row) * powerLaw(h, l);
}
