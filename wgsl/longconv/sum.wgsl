// sum: parts [P, ..] -> total [n], total[i] = sum_p parts[p, i stride], in the order of p.
//
// Adds the partial gradients of batch slices; with stride K and one part it picks the taps at lag 0.
// One invocation per i.

struct Params { n: u32, P: u32, stride: u32, size: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> total: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.n) { return; }
  var sum = 0.0;
  for (var p = 0u; p < params.P; p++) { sum += parts[p * params.size + i * params.stride]; }
  total[i] = sum;
}
