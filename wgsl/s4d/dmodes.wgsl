// dmodes: parameters, sums [C H, Q, M] -> dC [C, H, M, 2], shares [H, M, 5]: what each feature adds to the
// gradients of invReA, invImA, Re B, Im B of its set, and mode m to that of invDt.
//
//     dw[c]   = 2 sum_q conj(Ab^(q T)) sums[q].xy,                     the cotangent of w[c] = C[c] coef B
//     slope   = 2 sum_c conj(w[c]) sum_q conj(Ab^(q T)) (q T sums[q].xy + sums[q].zw),   that of x = log Ab
//
// and on to dt and A by the derivatives of x and coef. One invocation per (h, m); sums in the order of c and q.
//
// Uses: complex.wgsl, turns.wgsl, discretise.wgsl.

struct Params { H: u32, S: u32, M: u32, C: u32, T: u32, Q: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> invDt: array<f32>;
@group(0) @binding(2) var<storage, read> invReA: array<f32>;
@group(0) @binding(3) var<storage, read> invImA: array<f32>;
@group(0) @binding(4) var<storage, read> B: array<vec2f>;
@group(0) @binding(5) var<storage, read> C: array<vec2f>;
@group(0) @binding(6) var<storage, read> sums: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> dC: array<vec2f>;
@group(0) @binding(8) var<storage, read_write> shares: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.H * params.M) { return; }
  let h = i / params.M;
  let m = i % params.M;
  let at = (h % params.S) * params.M + m;
  let mode = discretise(invDt[h], invReA[at], invImA[at]);
  let Bb = cmul(mode.coef, B[at]);
  var dBb = vec2f(0);
  var dx = vec2f(0);
  for (var c = 0u; c < params.C; c++) {
    let row = c * params.H + h;
    var dw = vec2f(0);
    var slope = vec2f(0);
    for (var q = 0u; q < params.Q; q++) {
      let sum = sums[(row * params.Q + q) * params.M + m];
      let p = 2.0 * conj(power(mode, q * params.T));
      dw += cmul(p, sum.xy);
      slope += cmul(p, f32(q * params.T) * sum.xy + sum.zw);
    }
    let weight = C[row * params.M + m];
    dC[row * params.M + m] = cmul(conj(Bb), dw);
    dBb += cmul(conj(weight), dw);
    dx += cmul(conj(cmul(weight, Bb)), slope);
  }
  let dB = cmul(conj(mode.coef), dBb);
  let dCoef = cmul(conj(B[at]), dBb);
  let dz = cmul(conj(exponentSlope(mode)), dx);
  let dA = mode.dt * dz + cmul(conj(coefSlopeA(mode)), dCoef);
  let dDt = dot(mode.A, dz) + dot(coefSlopeDt(mode), dCoef);
  shares[5u * i] = mode.A.x * dA.x;
  shares[5u * i + 1u] = dA.y;
  shares[5u * i + 2u] = dB.x;
  shares[5u * i + 3u] = dB.y;
  shares[5u * i + 4u] = dDt * timeStepSlope(invDt[h], mode.dt);
}
