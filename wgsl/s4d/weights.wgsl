// weights: parameters, C [C, H, M], x [batch, H, M] -> weights [R, M, Q], what multiplies the powers t < T at the
// samples from q T on; rows r = (b, c, h).
//
//     weights[r, m, q] = 2 C[c, h, m] x[b, h, m] Ab[h, m]^(q T + shift)
//
// With x = Bb and shift 0 that is the kernel, with a state and shift 1 a state's output. ADJOINT takes
// C conj(x) for 2 C x. In dss, modes that do not run BACKWARDS, or do, are left out. One invocation per entry.
//
// Uses: complex.wgsl, turns.wgsl, transform.wgsl, discretise.wgsl.

struct Params { H: u32, S: u32, M: u32, C: u32, T: u32, Q: u32, shift: u32, n: u32 }

override ADJOINT: bool = false;
override BACKWARDS: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> invDt: array<f32>;
@group(0) @binding(2) var<storage, read> invReA: array<f32>;
@group(0) @binding(3) var<storage, read> invImA: array<f32>;
@group(0) @binding(4) var<storage, read> C: array<vec2f>;
@group(0) @binding(5) var<storage, read> x: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> weights: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.n) { return; }
  let q = i % params.Q;
  let m = (i / params.Q) % params.M;
  let row = i / (params.Q * params.M);
  let h = row % params.H;
  let at = (h % params.S) * params.M + m;
  let mode = discretise(invDt[h], invReA[at], invImA[at], 1u);
  let c = C[(row % (params.C * params.H)) * params.M + m];
  let v = x[((row / (params.C * params.H)) * params.H + h) * params.M + m];
  let w = select(2.0 * cmul(c, v), cmul(c, conj(v)), ADJOINT);
  let p = power(mode, q * params.T + params.shift);
  weights[i] = select(vec2f(0.0), cmul(w, p), isBackwards(mode) == BACKWARDS);
}
