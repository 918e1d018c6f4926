// dweights: C [C, H, M], x [batch, H, M], moments [batch C H, M] -> dC, dx and dlog [H, M], the cotangents of C, x
// and log Ab where y[b, c H + h, l] = 2 Re sum_m C x Ab^(l + shift).
//
//     dC[c, h, m]  = 2 sum_b conj(x[b, h, m]) moments.xy
//     dx[b, h, m]  = 2 sum_c conj(C[c, h, m]) moments.xy
//     dlog[h, m]   = 2 sum_bc conj(C x) moments.zw
//
// One invocation per (h, m); sums in order.
//
// Uses: complex.wgsl.

struct Params { H: u32, M: u32, C: u32, batch: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> C: array<vec2f>;
@group(0) @binding(2) var<storage, read> x: array<vec2f>;
@group(0) @binding(3) var<storage, read> moments: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dC: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> dx: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> dlog: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let size = params.H * params.M;
  if (i >= size) { return; }
  var slope = vec2f(0.0);
  for (var c = 0u; c < params.C; c++) {
    var sum = vec2f(0.0);
    for (var b = 0u; b < params.batch; b++) {
      let moment = 2.0 * moments[(b * params.C + c) * size + i];
      let v = x[b * size + i];
      sum += cmul(conj(v), moment.xy);
      slope += cmul(conj(cmul(C[c * size + i], v)), moment.zw);
    }
    dC[c * size + i] = sum;
  }
  dlog[i] = slope;
  for (var b = 0u; b < params.batch; b++) {
    var sum = vec2f(0.0);
    for (var c = 0u; c < params.C; c++) {
      sum += cmul(conj(C[c * size + i]), 2.0 * moments[(b * params.C + c) * size + i].xy);
    }
    dx[b * size + i] = sum;
  }
}
