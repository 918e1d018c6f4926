// dmodes: parameters, dlog and dBb [H, M], the cotangents of log Ab and Bb -> shares [H, M, 5]: what each feature adds
// to the gradients of invReA, invImA, Re B, Im B of its set, and mode m to that of invDt.
//
// INPUT says whether there is a dBb. One invocation per (h, m).
//
// Uses: complex.wgsl, turns.wgsl, transform.wgsl, discretise.wgsl.

struct Params { H: u32, S: u32, M: u32, L: u32 }

override INPUT: bool = true;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> invDt: array<f32>;
@group(0) @binding(2) var<storage, read> invReA: array<f32>;
@group(0) @binding(3) var<storage, read> invImA: array<f32>;
@group(0) @binding(4) var<storage, read> B: array<vec2f>;
@group(0) @binding(5) var<storage, read> dlog: array<vec2f>;
@group(0) @binding(6) var<storage, read> dBb: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> shares: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.H * params.M) { return; }
  let h = i / params.M;
  let at = (h % params.S) * params.M + i % params.M;
  let mode = discretise(invDt[h], invReA[at], invImA[at], params.L);
  var d = vec2f(0.0);
  if (INPUT) { d = dBb[i]; }
  let back = pullBack(mode, params.L, dlog[i], cmul(conj(B[at]), d));
  let dB = cmul(conj(mode.coef), d);
  shares[5u * i] = -transformSlope(REAL_TRANSFORM, invReA[at]) * back.dA.x;
  shares[5u * i + 1u] = -transformSlope(IMAG_TRANSFORM, invImA[at]) * back.dA.y;
  shares[5u * i + 2u] = dB.x;
  shares[5u * i + 3u] = dB.y;
  shares[5u * i + 4u] = timeStepSlope(invDt[h]) * back.dDt;
}
