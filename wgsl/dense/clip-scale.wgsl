// clip-scale: squares [n] -> y [2]: min(1, maxNorm / (norm + 1e-6)), and norm, the root of their sum. NaN stays NaN.
// One workgroup.
//
// Uses: reduce.wgsl.

struct Params { n: u32, maxNorm: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> squares: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(local_invocation_index) lid: u32) {
  var sum = 0.0;
  for (var i = lid; i < params.n; i += WG) { sum += squares[i]; }
  sum = reduceSum(vec2f(sum, 0.0), lid).x;
  if (lid == 0u) {
    let norm = sqrt(sum);
    let factor = params.maxNorm / (norm + 1e-6);
    y[0] = select(factor, 1.0, factor > 1.0);
    y[1] = norm;
  }
}
