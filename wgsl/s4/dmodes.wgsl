// dmodes: partial sums [G H, Q, M, R + channels + 3] -> dC [C, H, M], shares [H, M, 5 + 2 R]: what each head adds to
// the gradients of invReA, invImA, B and P of its set, and mode m to that of invDt. dspectrum.wgsl has the order.
//
// One invocation per head and mode; sums in the order of the rows and parts.
//
// Uses: complex.wgsl, turns.wgsl, transform.wgsl.

struct Params { H: u32, S: u32, M: u32, R: u32, channels: u32, G: u32, Q: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> invDt: array<f32>;
@group(0) @binding(2) var<storage, read> invReA: array<f32>;
@group(0) @binding(3) var<storage, read> invImA: array<f32>;
@group(0) @binding(4) var<storage, read> partial: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> dC: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> shares: array<f32>;

/// Sum over rows g and parts of value j of mode m.
fn total(first: u32, count: u32, h: u32, m: u32, j: u32) -> vec2f {
  let values = params.R + params.channels + 3u;
  var sum = vec2f(0.0);
  for (var g = first; g < first + count; g++) {
    for (var q = 0u; q < params.Q; q++) {
      sum += partial[(((g * params.H + h) * params.Q + q) * params.M + m) * values + j];
    }
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.H * params.M) { return; }
  let h = i / params.M;
  let m = i % params.M;
  let at = (h % params.S) * params.M + m;
  let parts = timeStep(invDt[h]);
  let dt = parts.x + parts.y;
  for (var c = 0u; c < params.G * params.channels; c++) {
    dC[(c * params.H + h) * params.M + m] = dt * total(c / params.channels, 1u, h, m, c % params.channels);
  }
  let share = i * (5u + 2u * params.R);
  let dB = total(0u, params.G, h, m, params.channels);
  shares[share + 2u] = dt * dB.x;
  shares[share + 3u] = dt * dB.y;
  for (var r = 0u; r < params.R; r++) {
    let dP = total(0u, params.G, h, m, params.channels + 1u + r);
    shares[share + 4u + 2u * r] = dt * dP.x;
    shares[share + 5u + 2u * r] = dt * dP.y;
  }
  let dLambda = dt * dt * total(0u, params.G, h, m, params.channels + 1u + params.R);
  shares[share] = -dLambda.x * transformSlope(REAL_TRANSFORM, invReA[at]);
  shares[share + 1u] = -dLambda.y * transformSlope(IMAG_TRANSFORM, invImA[at]);
  let dDt = total(0u, params.G, h, m, params.channels + 2u + params.R).x;
  shares[share + 4u + 2u * params.R] = dDt * timeStepSlope(invDt[h]);
}
