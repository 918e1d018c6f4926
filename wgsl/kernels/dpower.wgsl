// dpower: k [C, H, L], dk [C, H, L], logs -> dPower [H] = -sum over c and l of log(l + 1) k dk.
//
// One workgroup per h.
//
// Uses: reduce.wgsl.

struct Params { count: u32, C: u32, L: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> dk: array<f32>;
@group(0) @binding(3) var<storage, read> logs: array<f32>;
@group(0) @binding(4) var<storage, read_write> dPower: array<f32>;

@compute @workgroup_size(WG)
fn main(
  @builtin(local_invocation_index) lid: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let h = group.y * groups.x + group.x;
  if (h >= params.count) { return; }
  var sum = 0.0;
  for (var c = 0u; c < params.C; c++) {
    let start = (c * params.count + h) * params.L;
    for (var l = lid; l < params.L; l += WG) { sum += logs[l] * k[start + l] * dk[start + l]; }
  }
  let total = reduceSum(vec2f(sum, 0.0), lid).x;
  if (lid == 0u) { dPower[h] = -total; }
}
