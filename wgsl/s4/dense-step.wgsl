// dense-step: A [H, N, N], B [H, N], C [C, H, N], D [C, H], u [batch, H], and state [batch, H, N] in place
// -> y [batch, C H].
//
//     x = A x + B u,   y = C x (+ D u)
//
// One workgroup per head and four entries of the batch, which share the loads of A; a row of A to an invocation.
// Workgroup memory: 32 N + 8 WG bytes.
//
// Uses: reduce.wgsl.

struct Params { batch: u32, H: u32, C: u32 }

override N: u32 = 64u;
override SKIP: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> A: array<vec2f>;
@group(0) @binding(2) var<storage, read> B: array<f32>;
@group(0) @binding(3) var<storage, read> C: array<f32>;
@group(0) @binding(4) var<storage, read> D: array<f32>;
@group(0) @binding(5) var<storage, read> u: array<f32>;
@group(0) @binding(6) var<storage, read_write> state: array<f32>;
@group(0) @binding(7) var<storage, read_write> y: array<f32>;

var<workgroup> now: array<vec4f, N>;
var<workgroup> next: array<vec4f, N>;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let quads = (params.batch + 3u) / 4u;
  let id = wg.x + wg.y * grid.x;
  let h = id / quads;
  if (h >= params.H) { return; }
  let b = (id % quads) * 4u;
  let count = min(4u, params.batch - b);
  var input = vec4f(0.0);
  for (var j = 0u; j < count; j++) { input[j] = u[(b + j) * params.H + h]; }
  for (var n = lid; n < N; n += WG) {
    var x = vec4f(0.0);
    for (var j = 0u; j < count; j++) { x[j] = state[((b + j) * params.H + h) * N + n]; }
    now[n] = x;
  }
  workgroupBarrier();
  for (var n = lid; n < N; n += WG) {
    var sum = B[h * N + n] * input;
    for (var k = 0u; k < N / 2u; k++) {
      let a = A[(h * N + n) * (N / 2u) + k];
      sum += a.x * now[2u * k];
      sum += a.y * now[2u * k + 1u];
    }
    next[n] = sum;
    for (var j = 0u; j < count; j++) { state[((b + j) * params.H + h) * N + n] = sum[j]; }
  }
  for (var c = 0u; c < params.C; c++) {
    var sum = vec4f(0.0);
    for (var n = lid; n < N; n += WG) { sum += C[(c * params.H + h) * N + n] * next[n]; }
    let out = vec4f(reduceSum(sum.xy, lid), reduceSum(sum.zw, lid));
    if (lid == 0u) {
      for (var j = 0u; j < count; j++) {
        var value = out[j];
        if (SKIP) { value += D[c * params.H + h] * input[j]; }
        y[((b + j) * params.C + c) * params.H + h] = value;
      }
    }
  }
}
