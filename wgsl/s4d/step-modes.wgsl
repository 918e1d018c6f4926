// step-modes: parameters -> modes [H, M], (Ab - 1, Bb). One invocation per (h, m).
//
// Ab - 1 = A coef in both discretisations, which does not cancel where Ab is near 1.
//
// Uses: complex.wgsl, turns.wgsl, transform.wgsl, discretise.wgsl.

struct Params { H: u32, S: u32, M: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> invDt: array<f32>;
@group(0) @binding(2) var<storage, read> invReA: array<f32>;
@group(0) @binding(3) var<storage, read> invImA: array<f32>;
@group(0) @binding(4) var<storage, read> B: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> modes: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.H * params.M) { return; }
  let h = i / params.M;
  let at = (h % params.S) * params.M + i % params.M;
  let mode = discretise(invDt[h], invReA[at], invImA[at], 1u);
  let less = select(vec2f(-1.0, 0.0), cmul(mode.A, mode.coef), mode.kept);
  modes[i] = vec4f(less, cmul(mode.coef, B[at]));
}
