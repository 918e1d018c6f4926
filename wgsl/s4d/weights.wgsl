// weights: parameters, state -> weights [R, M, Q], what multiplies the powers t < T at the samples from q T on.
//
//     weights[r, m, q] = 2 C[c, h, m] Bb[h, m] Ab[h, m]^(q T)              rows r = (c, h): the kernel
//     STATE:             2 C[c, h, m] state[b, h, m] Ab[h, m]^(q T + 1)    rows r = (b, c, h): a state's output
//
// One invocation per entry.
//
// Uses: complex.wgsl, turns.wgsl, discretise.wgsl.

struct Params { H: u32, S: u32, M: u32, C: u32, T: u32, Q: u32, n: u32 }

override STATE: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> invDt: array<f32>;
@group(0) @binding(2) var<storage, read> invReA: array<f32>;
@group(0) @binding(3) var<storage, read> invImA: array<f32>;
@group(0) @binding(4) var<storage, read> B: array<vec2f>;
@group(0) @binding(5) var<storage, read> C: array<vec2f>;
@group(0) @binding(6) var<storage, read> state: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> weights: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.n) { return; }
  let q = i % params.Q;
  let m = (i / params.Q) % params.M;
  let row = i / (params.Q * params.M);
  let h = row % params.H;
  let at = (h % params.S) * params.M + m;
  let mode = discretise(invDt[h], invReA[at], invImA[at]);
  let c = 2.0 * C[(row % (params.C * params.H)) * params.M + m];
  if (STATE) {
    let b = row / (params.C * params.H);
    weights[i] = cmul(cmul(c, state[(b * params.H + h) * params.M + m]), power(mode, q * params.T + 1u));
  } else {
    weights[i] = cmul(cmul(c, cmul(mode.coef, B[at])), power(mode, q * params.T));
  }
}
