// powers: invDt [H], invReA, invImA [S, M] -> powers [H, M, T] or, TRANSPOSED, [H, T, M], Ab[h, m]^t for t < T.
//
// Every power is evaluated by itself, exp(t Re x) (cos, sin)(t Im x), with an exact phase: no error builds up.
// One invocation per entry.
//
// Uses: complex.wgsl, turns.wgsl, transform.wgsl, discretise.wgsl.

struct Params { H: u32, S: u32, M: u32, T: u32 }

override TRANSPOSED: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> invDt: array<f32>;
@group(0) @binding(2) var<storage, read> invReA: array<f32>;
@group(0) @binding(3) var<storage, read> invImA: array<f32>;
@group(0) @binding(4) var<storage, read_write> powers: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.H * params.M * params.T) { return; }
  let h = i / (params.M * params.T);
  let rest = i % (params.M * params.T);
  let m = select(rest / params.T, rest % params.M, TRANSPOSED);
  let t = select(rest % params.T, rest / params.M, TRANSPOSED);
  let at = (h % params.S) * params.M + m;
  powers[i] = power(discretise(invDt[h], invReA[at], invImA[at], 1u), t);
}
