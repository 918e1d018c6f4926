// dvandermonde: g [R, L], powers [H, T, M] -> sums [R, Q, M] of vec4f, the transpose of vandermonde.wgsl.
//
//     sums[r, q, m].xy = sum_t g[r, q T + t] conj(powers[h, t, m])
//     sums[r, q, m].zw = sum_t t g[r, q T + t] conj(powers[h, t, m])
//
// The sums stand from entry `start` on. BACKWARDS reads g[r, L - 1 - l] for g[r, l]. An invocation holds one mode and
// four q: a power is loaded once for four uses, and neighbours share the values of g.

struct Params { H: u32, M: u32, T: u32, Q: u32, L: u32, R: u32, start: u32 }

override BACKWARDS: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read> powers: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> sums: array<vec4f>;

fn value(row: u32, l: u32) -> f32 {
  if (l >= params.L) { return 0.0; }
  return g[row * params.L + select(l, params.L - 1u - l, BACKWARDS)];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let blocks = (params.Q + 3u) / 4u;
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.R * blocks * params.M) { return; }
  let m = i % params.M;
  let q = ((i / params.M) % blocks) * 4u;
  let row = i / (params.M * blocks);
  var s0 = vec4f(0);
  var s1 = vec4f(0);
  var s2 = vec4f(0);
  var s3 = vec4f(0);
  let l = q * params.T;
  for (var t = 0u; t < params.T; t++) {
    let p = powers[((row % params.H) * params.T + t) * params.M + m];
    let both = vec4f(p.x, -p.y, f32(t) * p.x, -f32(t) * p.y);
    s0 += value(row, l + t) * both;
    s1 += value(row, l + params.T + t) * both;
    s2 += value(row, l + 2u * params.T + t) * both;
    s3 += value(row, l + 3u * params.T + t) * both;
  }
  let at = params.start + (row * params.Q + q) * params.M + m;
  sums[at] = s0;
  if (q + 1u < params.Q) { sums[at + params.M] = s1; }
  if (q + 2u < params.Q) { sums[at + 2u * params.M] = s2; }
  if (q + 3u < params.Q) { sums[at + 3u * params.M] = s3; }
}
