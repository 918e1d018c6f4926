// smooth: x [rows, length], weights [width] -> y, sums of the neighbours at distances of `stride` numbers; what lies
// outside a row counts as 0.
//
//     y[r, l] = sum_i weights[i] x[r, l + stride (i - (width - 1) / 2)]
//
// One invocation per number.

struct Params { n: u32, length: u32, stride: u32, width: u32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  let l = e % params.length;
  let reach = params.width / 2u;
  // neighbours within the row, before and after
  let before = min(reach, l / params.stride);
  let after = min(reach, (params.length - 1u - l) / params.stride);
  var at = e - before * params.stride;
  var sum = 0.0;
  for (var i = reach - before; i <= reach + after; i++) {
    sum += weights[i] * x[at];
    at += params.stride;
  }
  y[e] = sum;
}
