// next-state: state [batch, H, M, 2], sums [batch H, Q, M] of u backwards -> next [batch, H, M, 2].
//
//     next = Ab^L state + Bb sum_q Ab^(q T) conj(sums[q].xy)
//
// One invocation per (b, h, m).
//
// Uses: complex.wgsl, turns.wgsl, discretise.wgsl.

struct Params { batch: u32, H: u32, S: u32, M: u32, T: u32, Q: u32, L: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> invDt: array<f32>;
@group(0) @binding(2) var<storage, read> invReA: array<f32>;
@group(0) @binding(3) var<storage, read> invImA: array<f32>;
@group(0) @binding(4) var<storage, read> B: array<vec2f>;
@group(0) @binding(5) var<storage, read> state: array<vec2f>;
@group(0) @binding(6) var<storage, read> sums: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> next: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.batch * params.H * params.M) { return; }
  let row = i / params.M;
  let h = row % params.H;
  let m = i % params.M;
  let at = (h % params.S) * params.M + m;
  let mode = discretise(invDt[h], invReA[at], invImA[at]);
  var sum = vec2f(0);
  for (var q = 0u; q < params.Q; q++) {
    sum += cmul(power(mode, q * params.T), conj(sums[(row * params.Q + q) * params.M + m].xy));
  }
  next[i] = cmul(power(mode, params.L), state[i]) + cmul(cmul(mode.coef, B[at]), sum);
}
