// step: modes [H, M, 2 + 2 RANK] of step-modes, u [batch, H, L], and state [batch, H, M, 2] in place
// -> y [batch, C H, L], L steps of the recurrence.
//
// One workgroup per (b, h), the modes m = lid mod WG to an invocation; they lie in workgroup memory, where only the
// sums over modes pass between invocations. Workgroup memory: 8 MODES (3 + 2 RANK) + 8 WG bytes.
//
// Uses: complex.wgsl, reduce.wgsl.

struct Params { batch: u32, H: u32, M: u32, C: u32, L: u32 }

override RANK: u32 = 1u;
override MODES: u32 = 32u;
override SKIP: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> modes: array<vec2f>;
@group(0) @binding(2) var<storage, read> C: array<vec2f>;
@group(0) @binding(3) var<storage, read> D: array<f32>;
@group(0) @binding(4) var<storage, read> u: array<f32>;
@group(0) @binding(5) var<storage, read_write> state: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

var<workgroup> own: array<vec2f, MODES>;
var<workgroup> model: array<vec2f, MODES * (2u + 2u * RANK)>;

/// Re(a b)
fn realPart(a: vec2f, b: vec2f) -> f32 {
  return a.x * b.x - a.y * b.y;
}

/// Re C x of channel c over the modes of an invocation.
fn output(c: u32, h: u32, lid: u32) -> f32 {
  if (c >= params.C) { return 0.0; }
  var sum = 0.0;
  for (var m = lid; m < params.M; m += WG) { sum += realPart(C[(c * params.H + h) * params.M + m], own[m]); }
  return sum;
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = wg.x + wg.y * grid.x;
  if (i >= params.batch * params.H) { return; }
  let h = i % params.H;
  let values = 2u + 2u * RANK;
  for (var m = lid; m < params.M; m += WG) {
    own[m] = state[i * params.M + m];
    for (var j = 0u; j < values; j++) { model[m * values + j] = modes[(h * params.M + m) * values + j]; }
  }
  for (var l = 0u; l < params.L; l++) {
    let input = u[i * params.L + l];
    var share = vec2f(0.0);
    for (var m = lid; m < params.M; m += WG) {
      let f = own[m] + 0.5 * input * model[m * values];
      share.x += realPart(model[m * values + 2u + RANK], f);
      if (RANK == 2u) { share.y += realPart(model[m * values + 3u + RANK], f); }
    }
    let tau = reduceSum(share, lid);
    for (var m = lid; m < params.M; m += WG) {
      let drive = input * model[m * values];
      var change = drive + cmul(model[m * values + 1u], own[m] + 0.5 * drive) - tau.x * model[m * values + 2u];
      if (RANK == 2u) { change -= tau.y * model[m * values + 3u]; }
      own[m] += change;
    }
    for (var c = 0u; c < params.C; c += 2u) {
      let sums = 2.0 * reduceSum(vec2f(output(c, h, lid), output(c + 1u, h, lid)), lid);
      if (lid == 0u) {
        let first = (i / params.H) * params.C + c;
        for (var j = 0u; j < min(2u, params.C - c); j++) {
          var value = sums[j];
          if (SKIP) { value += D[(c + j) * params.H + h] * input; }
          y[((first + j) * params.H + h) * params.L + l] = value;
        }
      }
    }
  }
  for (var m = lid; m < params.M; m += WG) { state[i * params.M + m] = own[m]; }
}
