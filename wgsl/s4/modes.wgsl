// modes: parameters -> poles [H, M, 2] and weights [G H, M, 2] for the sums of cauchy.wgsl.
//
// With mu = dt lambda = -rho - i omega and v = dt x y for x = B, P and y = C, conj P:
//
//     alpha = 4 Re v,   beta = -2 Re(v conj mu)
//
// rho and omega are scaled by a power of two near |mu|^(-1/2) and alpha and beta by its square, so that no product of
// denominators leaves the range of f32. omega comes in two parts. See cauchy.wgsl for the second half of a pole.
//
// Row g H + h is head h with the channels CHANNELS g, CHANNELS g + 1. One invocation per row and mode.
//
// Uses: complex.wgsl, turns.wgsl, transform.wgsl, dplr-1-1.wgsl or dplr-1-2.wgsl or dplr-2-1.wgsl or dplr-2-2.wgsl.

struct Params { H: u32, S: u32, M: u32, n: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> invDt: array<f32>;
@group(0) @binding(2) var<storage, read> invReA: array<f32>;
@group(0) @binding(3) var<storage, read> invImA: array<f32>;
@group(0) @binding(4) var<storage, read> B: array<vec2f>;
@group(0) @binding(5) var<storage, read> P: array<vec2f>;
@group(0) @binding(6) var<storage, read> C: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> poles: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> weights: array<Sums>;

fn high12(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
}

/// a b in two parts.
fn productParts(a: vec2f, b: vec2f) -> vec2f {
  // twelve bits times twelve are exact
  let ah = high12(a.x);
  let bh = high12(b.x);
  let al = (a.x - ah) + a.y;
  let bl = (b.x - bh) + b.y;
  let rough = ah * bh;
  let rest = ah * bl + (al * bh + al * bl);
  let sum = rough + rest;
  return vec2f(sum, rest - (sum - rough));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  if (i >= params.n) { return; }
  let row = i / params.M;
  let m = i % params.M;
  let h = row % params.H;
  let g = row / params.H;
  let at = (h % params.S) * params.M + m;
  let dt = timeStep(invDt[h]);
  let real = productParts(dt, transformParts(REAL_TRANSFORM, invReA[at]));
  let omega = productParts(dt, transformParts(IMAG_TRANSFORM, invImA[at]));
  let rho = real.x + real.y;
  let exponent = i32((bitcast<u32>(max(abs(rho), abs(omega.x))) >> 23u) & 255u) - 127;
  let unit = bitcast<f32>(u32(127 - (exponent >> 1u)) << 23u);
  var inputs = array<vec2f, RANK + 1u>();
  var outputs = array<vec2f, RANK + CHANNELS>();
  inputs[0] = B[at];
  var size = 0.0;
  for (var r = 0u; r < RANK; r++) {
    inputs[1u + r] = P[r * params.S * params.M + at];
    outputs[CHANNELS + r] = conj(inputs[1u + r]);
    size += dot(inputs[1u + r], inputs[1u + r]);
  }
  for (var c = 0u; c < CHANNELS; c++) {
    outputs[c] = C[((g * CHANNELS + c) * params.H + h) * params.M + m];
  }
  let step = dt.x + dt.y;
  if (row < params.H) {
    poles[2u * i] = unit * vec4f(omega, rho, 1.0);
    poles[2u * i + 1u] = vec4f(vec3f(abs(omega.x), rho, 2.0) / (step * max(size, 1e-20)), step);
  }
  let scale = 2.0 * step * unit * unit;
  var alpha = Sums();
  var beta = Sums();
  for (var x = 0u; x <= RANK; x++) {
    for (var y = 0u; y < RANK + CHANNELS; y++) {
      let v = scale * cmul(inputs[x], outputs[y]);
      alpha[x][y] = 2.0 * v.x;
      beta[x][y] = v.x * rho + v.y * omega.x;
    }
  }
  weights[2u * i] = alpha;
  weights[2u * i + 1u] = beta;
}
