// step: modes [H, M] of step-modes, state [batch, H, M, 2] in place, u [batch, H] -> y [batch, C H].
//
//     x = x + (Ab - 1) x + Bb u,   y[b, c H + h] = 2 Re sum_m C[c, h, m] x[b, h, m] + D[c, h] u[b, h]
//
// SKIP says whether there is a D. One invocation per (b, h).
//
// Uses: complex.wgsl.

struct Params { batch: u32, H: u32, M: u32, C: u32 }

override SKIP: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> modes: array<vec4f>;
@group(0) @binding(2) var<storage, read> C: array<vec2f>;
@group(0) @binding(3) var<storage, read> D: array<f32>;
@group(0) @binding(4) var<storage, read> u: array<f32>;
@group(0) @binding(5) var<storage, read_write> state: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.batch * params.H) { return; }
  let h = i % params.H;
  for (var m = 0u; m < params.M; m++) {
    let mode = modes[h * params.M + m];
    let x = state[i * params.M + m];
    state[i * params.M + m] = x + (cmul(mode.xy, x) + u[i] * mode.zw);
  }
  for (var c = 0u; c < params.C; c++) {
    var sum = 0.0;
    for (var m = 0u; m < params.M; m++) {
      let w = C[(c * params.H + h) * params.M + m];
      let x = state[i * params.M + m];
      sum += w.x * x.x - w.y * x.y;
    }
    sum *= 2.0;
    if (SKIP) { sum += D[c * params.H + h] * u[i]; }
    y[((i / params.H) * params.C + c) * params.H + h] = sum;
  }
}
