// dparams: shares [H, M, 5 + 2 R] -> dInvReA, dInvImA [S, M], dB [S, M, 2], dP [R, S, M, 2], each summed over the heads
// h = s mod S, and dInvDt [H], summed over the modes; in order. One invocation per sum.

struct Params { H: u32, S: u32, M: u32, R: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> shares: array<f32>;
@group(0) @binding(2) var<storage, read_write> dInvDt: array<f32>;
@group(0) @binding(3) var<storage, read_write> dInvReA: array<f32>;
@group(0) @binding(4) var<storage, read_write> dInvImA: array<f32>;
@group(0) @binding(5) var<storage, read_write> dB: array<f32>;
@group(0) @binding(6) var<storage, read_write> dP: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let own = 4u + 2u * params.R;
  let modes = own * params.S * params.M;
  var sum = 0.0;
  if (i < modes) {
    let at = i / own;
    let part = i % own;
    for (var h = at / params.M; h < params.H; h += params.S) {
      sum += shares[(own + 1u) * (h * params.M + at % params.M) + part];
    }
    if (part == 0u) {
      dInvReA[at] = sum;
    } else if (part == 1u) {
      dInvImA[at] = sum;
    } else if (part < 4u) {
      dB[2u * at + part - 2u] = sum;
    } else {
      let r = (part - 4u) / 2u;
      dP[2u * (r * params.S * params.M + at) + part % 2u] = sum;
    }
  } else if (i < modes + params.H) {
    let h = i - modes;
    for (var m = 0u; m < params.M; m++) { sum += shares[(own + 1u) * (h * params.M + m) + own]; }
    dInvDt[h] = sum;
  }
}
