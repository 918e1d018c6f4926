// next-state: AbL, Bb [H, M], state [batch, H, M], moments [batch H, M] of u backwards -> next [batch, H, M].
//
//     next = Ab^L state + Bb sum_l Ab^(L - 1 - l) u[l]
//
// One invocation per (b, h, m).
//
// Uses: complex.wgsl.

struct Params { batch: u32, H: u32, M: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> AbL: array<vec2f>;
@group(0) @binding(2) var<storage, read> Bb: array<vec2f>;
@group(0) @binding(3) var<storage, read> state: array<vec2f>;
@group(0) @binding(4) var<storage, read> moments: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> next: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let size = params.H * params.M;
  if (i >= params.batch * size) { return; }
  next[i] = cmul(AbL[i % size], state[i]) + cmul(Bb[i % size], conj(moments[i].xy));
}
