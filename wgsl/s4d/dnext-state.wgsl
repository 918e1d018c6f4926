// dnext-state: the inputs of next-state.wgsl and dNext [batch, H, M] -> dState [batch, H, M] and dlog, dBb [H, M], the
// cotangents of log Ab and Bb.
//
//     dState       = conj(Ab^L) dNext
//     dBb[h, m]    = sum_b dNext sum_l u[l] conj(Ab^(L - 1 - l))
//     dlog[h, m]   = sum_b dNext conj(L Ab^L state + Bb sum_l (L - 1 - l) u[l] Ab^(L - 1 - l))
//
// One invocation per (h, m); sums in the order of b.
//
// Uses: complex.wgsl.

struct Params { batch: u32, H: u32, M: u32, L: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> AbL: array<vec2f>;
@group(0) @binding(2) var<storage, read> Bb: array<vec2f>;
@group(0) @binding(3) var<storage, read> state: array<vec2f>;
@group(0) @binding(4) var<storage, read> moments: array<vec4f>;
@group(0) @binding(5) var<storage, read> dNext: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> dState: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> dlog: array<vec2f>;
@group(0) @binding(8) var<storage, read_write> dBb: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let size = params.H * params.M;
  if (i >= size) { return; }
  let p = AbL[i];
  let input = Bb[i];
  var slope = vec2f(0.0);
  var sum = vec2f(0.0);
  for (var b = 0u; b < params.batch; b++) {
    let at = b * size + i;
    let d = dNext[at];
    let moment = moments[at];
    dState[at] = cmul(conj(p), d);
    sum += cmul(d, moment.xy);
    slope += cmul(d, conj(f32(params.L) * cmul(p, state[at])) + cmul(conj(input), moment.zw));
  }
  dlog[i] = slope;
  dBb[i] = sum;
}
