// level: inner [rows, L] -> outer [rows, n], complex, with factors F [sets, R, R] and
// w[k, t] = exp(-2 pi i k t / (m R))
//
//   outer[(t R + k) P + p] = w[k, t] sum_j F[k, j] inner[(j m + t) P + p]
//
// An invocation holds the R values of a column and makes one of the results at a time. All of a workgroup have the same
// factors, whose entries are therefore the same for all: scalars, where the hardware has them.
//
// Uses: complex.wgsl, samples-complex.wgsl or samples-real.wgsl, butterfly.wgsl, leave-turned.wgsl or
// leave-direct.wgsl.

struct Params {
  sets: u32, H: u32,
  columns: u32,
  L: u32,
  widthLog: u32, doneLog: u32,
  groups: u32, // workgroups of one head
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> inner: array<sample>;
@group(0) @binding(2) var<storage, read> factors: array<vec4f>;
@group(0) @binding(3) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> outer: array<vec2f>;

fn take(c: Column, j: u32) -> vec2f {
  let inside = hasInner(c, j);
  return select(vec2f(0.0), fromSample(inner[select(0u, innerPlace(c, j), inside)]), inside);
}

/// sum + f.xy a + f.zw b
fn add(sum: vec2f, f: vec4f, a: vec2f, b: vec2f) -> vec2f {
  let first = fma(vec2f(f.y), turn(a), fma(vec2f(f.x), a, sum));
  return fma(vec2f(f.w), turn(b), fma(vec2f(f.z), b, first));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  let head = id / params.groups;
  if (head >= params.sets) { return; }
  let first = (id - head * params.groups) * 64u;
  let c = columnAt(head, first + lid);
  var x: array<vec2f, 16>;
  x[0] = take(c, 0u);
  x[1] = take(c, 1u);
  if (RADIX > 2u) {
    x[2] = take(c, 2u);
    x[3] = take(c, 3u);
  }
  if (RADIX > 4u) {
    x[4] = take(c, 4u);
    x[5] = take(c, 5u);
    x[6] = take(c, 6u);
    x[7] = take(c, 7u);
  }
  if (RADIX > 8u) {
    x[8] = take(c, 8u);
    x[9] = take(c, 9u);
    x[10] = take(c, 10u);
    x[11] = take(c, 11u);
    x[12] = take(c, 12u);
    x[13] = take(c, 13u);
    x[14] = take(c, 14u);
    x[15] = take(c, 15u);
  }
  for (var k = 0u; k < RADIX; k++) {
    let row = (head * RADIX + k) * (RADIX / 2u);
    var sum = add(vec2f(0.0), factors[row], x[0], x[1]);
    if (RADIX > 2u) { sum = add(sum, factors[row + 1u], x[2], x[3]); }
    if (RADIX > 4u) {
      sum = add(sum, factors[row + 2u], x[4], x[5]);
      sum = add(sum, factors[row + 3u], x[6], x[7]);
    }
    if (RADIX > 8u) {
      sum = add(sum, factors[row + 4u], x[8], x[9]);
      sum = add(sum, factors[row + 5u], x[10], x[11]);
      sum = add(sum, factors[row + 6u], x[12], x[13]);
      sum = add(sum, factors[row + 7u], x[14], x[15]);
    }
    leaveOuter(c, lid, k, cmul(sum, factorOf(c, k)));
  }
  leaveOuterSide(head, first, lid);
}
