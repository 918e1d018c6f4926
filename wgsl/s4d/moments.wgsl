// moments: sums [R, Q, M] of dvandermonde.wgsl -> moments [R, M] of vec4f.
//
//     moments[r, m].xy = sum_l g[r, l] conj(Ab[h, m]^(l + shift))
//     moments[r, m].zw = sum_l (l + shift) g[r, l] conj(Ab[h, m]^(l + shift))
//
// In dss, BOTH says that a second half of sums holds those of g backwards, for the modes that run so.
// One invocation per (r, m); sums in the order of q.
//
// Uses: complex.wgsl, turns.wgsl, transform.wgsl, discretise.wgsl.

struct Params { H: u32, S: u32, M: u32, T: u32, Q: u32, R: u32, shift: u32 }

override BOTH: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> invDt: array<f32>;
@group(0) @binding(2) var<storage, read> invReA: array<f32>;
@group(0) @binding(3) var<storage, read> invImA: array<f32>;
@group(0) @binding(4) var<storage, read> sums: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> moments: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.R * params.M) { return; }
  let row = i / params.M;
  let m = i % params.M;
  let h = row % params.H;
  let at = (h % params.S) * params.M + m;
  let mode = discretise(invDt[h], invReA[at], invImA[at], 1u);
  let start = select(0u, params.R * params.Q * params.M, BOTH && isBackwards(mode));
  var sum = vec2f(0.0);
  var slope = vec2f(0.0);
  for (var q = 0u; q < params.Q; q++) {
    let s = sums[start + (row * params.Q + q) * params.M + m];
    let l = q * params.T + params.shift;
    let p = conj(power(mode, l));
    sum += cmul(p, s.xy);
    slope += cmul(p, f32(l) * s.xy + s.zw);
  }
  moments[i] = vec4f(sum, slope);
}
