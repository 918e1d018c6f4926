// dlevel: outer [rows, n] -> inner [rows, L], complex: the conjugate transpose of level.wgsl,
//
//   inner[(j m + t) P + p] = sum_k conj(F[k, j]) conj(w[k, t]) outer[(t R + k) P + p]
//
// An invocation holds the R sums of a column. All of a workgroup have the same factors.
//
// Uses: complex.wgsl, samples-complex.wgsl or samples-real.wgsl, butterfly.wgsl, outer-turned.wgsl or
// outer-direct.wgsl.

struct Params {
  sets: u32, H: u32,
  columns: u32,
  L: u32,
  widthLog: u32, doneLog: u32,
  groups: u32, // workgroups of one head
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> outer: array<vec2f>;
@group(0) @binding(2) var<storage, read> factors: array<vec4f>;
@group(0) @binding(3) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> inner: array<sample>;

/// sum + conj(f) g
fn add(sum: vec2f, f: vec2f, g: vec2f) -> vec2f {
  return fma(vec2f(f.y), turnBack(g), fma(vec2f(f.x), g, sum));
}

fn leave(c: Column, j: u32, sum: vec2f) {
  if (hasInner(c, j)) { inner[innerPlace(c, j)] = toSample(sum); }
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
  takeOuterSide(head, first, lid);
  let c = columnAt(head, first + lid);
  var x: array<vec2f, 16>;
  for (var k = 0u; k < RADIX; k++) {
    let g = cmul(takeOuter(c, lid, k), conj(factorOf(c, k)));
    let row = (head * RADIX + k) * (RADIX / 2u);
    let f0 = factors[row];
    x[0] = add(x[0], f0.xy, g);
    x[1] = add(x[1], f0.zw, g);
    if (RADIX > 2u) {
      let f1 = factors[row + 1u];
      x[2] = add(x[2], f1.xy, g);
      x[3] = add(x[3], f1.zw, g);
    }
    if (RADIX > 4u) {
      let f2 = factors[row + 2u];
      let f3 = factors[row + 3u];
      x[4] = add(x[4], f2.xy, g);
      x[5] = add(x[5], f2.zw, g);
      x[6] = add(x[6], f3.xy, g);
      x[7] = add(x[7], f3.zw, g);
    }
    if (RADIX > 8u) {
      let f4 = factors[row + 4u];
      let f5 = factors[row + 5u];
      let f6 = factors[row + 6u];
      let f7 = factors[row + 7u];
      x[8] = add(x[8], f4.xy, g);
      x[9] = add(x[9], f4.zw, g);
      x[10] = add(x[10], f5.xy, g);
      x[11] = add(x[11], f5.zw, g);
      x[12] = add(x[12], f6.xy, g);
      x[13] = add(x[13], f6.zw, g);
      x[14] = add(x[14], f7.xy, g);
      x[15] = add(x[15], f7.zw, g);
    }
  }
  leave(c, 0u, x[0]);
  leave(c, 1u, x[1]);
  if (RADIX > 2u) {
    leave(c, 2u, x[2]);
    leave(c, 3u, x[3]);
  }
  if (RADIX > 4u) {
    leave(c, 4u, x[4]);
    leave(c, 5u, x[5]);
    leave(c, 6u, x[6]);
    leave(c, 7u, x[7]);
  }
  if (RADIX > 8u) {
    leave(c, 8u, x[8]);
    leave(c, 9u, x[9]);
    leave(c, 10u, x[10]);
    leave(c, 11u, x[11]);
    leave(c, 12u, x[12]);
    leave(c, 13u, x[13]);
    leave(c, 14u, x[14]);
    leave(c, 15u, x[15]);
  }
}
