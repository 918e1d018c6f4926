// dsgconv: dk [rows, L], decay [H], power [H], norm [rows], logs -> dw [S, rows, d]: the gradient of sgconv in w.
//
// Every weight gathers its taps, those between the centres of its neighbours, each with what it counts there.
//
// One workgroup per scale and row. Up to 2^SHARE invocations share a weight; the order of its sum is fixed.
//
// Uses: turns.wgsl, scales.wgsl.

struct Params { count: u32, rows: u32, H: u32, S: u32, d: u32, L: u32, s0: u32 }

override WG: u32 = 64u;
override SHARE: u32 = 6u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dk: array<f32>;
@group(0) @binding(2) var<storage, read> decay: array<f32>;
@group(0) @binding(3) var<storage, read> power: array<f32>;
@group(0) @binding(4) var<storage, read> norm: array<f32>;
@group(0) @binding(5) var<storage, read> logs: array<f32>;
@group(0) @binding(6) var<storage, read_write> dw: array<f32>;

var<workgroup> partial: array<f32, WG>;

/// What weight q counts in sample j.
fn share(q: u32, j: u32, stretch: u32) -> f32 {
  if (NEAREST) { return 1.0; }
  let f = i32(1u << stretch);
  let x = clamp(i32(2u * j + 1u) - f, 0, 2 * f * i32(params.d - 1u));
  return f32(max(0, 2 * f - abs(x - 2 * f * i32(q)))) * halfStep(stretch);
}

@compute @workgroup_size(WG)
fn main(
  @builtin(local_invocation_index) lid: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let id = group.y * groups.x + group.x;
  if (id >= params.count) { return; }
  let i = id / params.rows;
  let row = id - i * params.rows;
  let h = row % params.H;
  let start = scaleStart(i);
  let stretch = scaleStretch(i);
  let f = 1u << stretch;
  let reach = select(f >> 1u, 0u, NEAREST);
  let end = min(params.d << stretch, max(params.L, start) - start);
  let factor = wholePower(decayOf(h), params.S - 1u - i) * rowFactor(row);
  // four samples and more to an invocation
  let logTeam = min(max(stretch, 2u) - 2u, SHARE);
  let team = 1u << logTeam;
  let member = lid & (team - 1u);
  for (var first = 0u; first < params.d; first += WG >> logTeam) {
    let q = first + (lid >> logTeam);
    var sum = 0.0;
    if (q < params.d) {
      let begin = max(q << stretch, reach) - reach;
      let stop = min(end, (q << stretch) + f + reach);
      for (var j = begin + member; j < stop; j += team) {
        let l = start + j;
        sum += share(q, j, stretch) * powerLaw(h, l) * dk[row * params.L + l];
      }
    }
    if (team > 1u) {
      // the round before may still be read
      workgroupBarrier();
      partial[lid] = sum;
      for (var span = team / 2u; span > 0u; span >>= 1u) {
        workgroupBarrier();
        if (member < span) { partial[lid] += partial[lid + span]; }
      }
      sum = partial[lid];
    }
    if (q < params.d && member == 0u) { dw[(i * params.rows + row) * params.d + q] = factor * sum; }
  }
}
