// sum-inverse: X [rows, F, 2] -> y [rows, L], the inverse of sum-forward, by summation.
//
//     y[t] = end (X[0] + X[N/2] (-1)^t) + 2 scale sum_{0 < f < N/2} Re(X[f] exp(2 pi i f t / N))
//
// X[N/2] where N is even. circle[j] = cos, sin of 2 pi j / N. One invocation per t.

struct Params { n: u32, L: u32, N: u32, F: u32, end: f32, scale: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> circle: array<vec2f>;
@group(0) @binding(2) var<storage, read> X: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 256u + id.x;
  if (i >= params.n) { return; }
  let row = i / params.L * params.F;
  let t = i % params.L;
  var ends = X[row].x;
  var sum = 0.0;
  for (var f = 1u; f < params.F; f++) {
    let w = circle[f * t % params.N];
    let v = X[row + f];
    if (2u * f == params.N) {
      ends += v.x * w.x;
    } else {
      sum += v.x * w.x - v.y * w.y;
    }
  }
  y[i] = params.end * ends + 2.0 * params.scale * sum;
}
