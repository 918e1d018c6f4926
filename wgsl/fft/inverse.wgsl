// inverse: X [rows, M + 1, 2] -> y [rows, L] real, the inverse of forward, in one dispatch.
//
// y[t] = sum over f < 2 M of c[f] X[f] exp(2 pi i f t / 2M), X being continued by its conjugate; c = scale, but `end`
// at f = 0 and M, where X counts as real. turns[f] = exp(-2 pi i f / 2M), f < M.
// LEGS, where the first pass has radix 16: of the sixteenths of a row those that are kept. SLOTS rows to a workgroup.
// Workgroup memory: 8 SLOTS 2^LOG bytes.
//
// Uses: complex.wgsl, fft.wgsl, fft-workgroup.wgsl, real-product.wgsl.

struct Params { rows: u32, L: u32, end: f32, scale: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> turns: array<vec2f>;
@group(0) @binding(3) var<storage, read> X: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

override LEGS: u32 = 16u;

/// E in xy and O in zw of frequency f.
fn parts(row: u32, f: u32) -> vec4f {
  let M = 1u << LOG;
  let at = row * (M + 1u);
  let p = X[at + f];
  let q = conj(X[at + M - f]);
  return params.scale * vec4f(p + q, cmul(conj(turns[f]), p - q));
}

fn keep(row: u32, t: u32, sample: f32) {
  if (t < params.L) { y[row * params.L + t] = sample; }
}

/// A complex value, parts exchanged, as neighbouring samples, leg i of a butterfly.
fn keepLeg(i: u32, row: u32, j: u32, v: vec2f) {
  if (i >= LEGS) { return; }
  keep(row, 2u * j, v.y);
  keep(row, 2u * j + 1u, v.x);
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let t = lid & ((1u << (LOG - 4u)) - 1u);
  let slot = lid >> (LOG - 4u);
  let own = (wg.y * groups.x + wg.x) * SLOTS + slot;
  let row = min(own, params.rows - 1u);
  let first = t == 0u;
  let eighths = 1u << (LOG - 3u);
  let near = select(t, 0u, first);
  let far = select(t + 4u * eighths, eighths / 2u, first);
  var a = parts(row, near);
  if (first) {
    // the real E and O of frequency 0 in x and z, of M / 2 in y and w
    let M = 1u << LOG;
    let at = row * (M + 1u);
    let ends = params.end * vec2f(X[at].x, X[at + M].x);
    let middle = 2.0 * params.scale * X[at + M / 2u];
    a = vec4f(ends.x + ends.y, middle.x, ends.x - ends.y, -middle.y);
  }
  let b = parts(row, near + eighths);
  let c = parts(row, near + 2u * eighths);
  let d = parts(row, near + 3u * eighths);
  let e = parts(row, far);
  let f = parts(row, far + eighths);
  let g = parts(row, far + 2u * eighths);
  let h = parts(row, far + 3u * eighths);
  let runs = slot * eighths;
  leaveRuns(
    join(Sixteen(
      a.xy, b.xy, c.xy, d.xy, e.xy, f.xy, g.xy, h.xy,
      h.zw, g.zw, f.zw, e.zw, d.zw, c.zw, b.zw, a.zw,
    ), first),
    runs + place(t),
    runs + place(select(eighths - t, eighths / 2u, first)),
  );
  let v = inverse(slot << LOG, t);
  if (own >= params.rows) { return; }
  let at = legs(PASS1, SPAN1, LOG, t);
  keepLeg(0u, row, at[0], v[0]);
  keepLeg(1u, row, at[1], v[1]);
  keepLeg(2u, row, at[2], v[2]);
  keepLeg(3u, row, at[3], v[3]);
  keepLeg(4u, row, at[4], v[4]);
  keepLeg(5u, row, at[5], v[5]);
  keepLeg(6u, row, at[6], v[6]);
  keepLeg(7u, row, at[7], v[7]);
  keepLeg(8u, row, at[8], v[8]);
  keepLeg(9u, row, at[9], v[9]);
  keepLeg(10u, row, at[10], v[10]);
  keepLeg(11u, row, at[11], v[11]);
  keepLeg(12u, row, at[12], v[12]);
  keepLeg(13u, row, at[13], v[13]);
  keepLeg(14u, row, at[14], v[14]);
  keepLeg(15u, row, at[15], v[15]);
}
