// sum-forward: x [rows, L] -> X [rows, F, 2], X[f] = scale sum_t x[t] exp(-2 pi i f t / N), by summation.
//
// `end` is scale where X is real, at f = 0 and 2 f = N. circle[j] = cos, sin of 2 pi j / N. One invocation per f.

struct Params { n: u32, L: u32, N: u32, F: u32, end: f32, scale: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> circle: array<vec2f>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> X: array<vec2f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 256u + id.x;
  if (i >= params.n) { return; }
  let row = i / params.F;
  let f = i % params.F;
  var sum = vec2f();
  for (var t = 0u; t < params.L; t++) {
    let w = circle[f * t % params.N];
    sum += x[row * params.L + t] * vec2f(w.x, -w.y);
  }
  X[i] = select(params.scale * sum, vec2f(params.end * sum.x, 0.0), f == 0u || 2u * f == params.N);
}
