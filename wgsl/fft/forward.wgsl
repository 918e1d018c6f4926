// forward: x [rows, L] real -> X [rows, M + 1, 2], the transforms of 2 M = 2^(LOG+1) samples, in one dispatch.
//
// Rows are extended by zeros and taken as M complex values x[2j] + i x[2j+1]; an invocation then holds two runs of
// eight frequencies that mirror each other (real-product.wgsl), of which it makes X[f] = E + w O and
// X[M-f] = conj(E - w O), times scale, and `end` at f = 0 and M. turns[f] = exp(-2 pi i f / 2M), f < M.
// LEGS, where the first pass has radix 16: of the sixteenths of a row those that hold samples. SLOTS rows to a workgroup.
// Workgroup memory: 8 SLOTS 2^LOG bytes.
//
// Uses: complex.wgsl, fft.wgsl, fft-workgroup.wgsl, real-product.wgsl.

struct Params { rows: u32, L: u32, end: f32, scale: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> turns: array<vec2f>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> X: array<vec2f>;

override LEGS: u32 = 16u;

/// What lies past a row is read from its end and dropped, without a branch.
fn sampleAt(row: u32, t: u32) -> f32 {
  return select(0.0, x[row * params.L + min(t, params.L - 1u)], t < params.L);
}

/// Neighbouring samples as one complex value, leg i of a butterfly.
fn leg(i: u32, row: u32, j: u32) -> vec2f {
  if (i >= LEGS) { return vec2f(); }
  return vec2f(sampleAt(row, 2u * j), sampleAt(row, 2u * j + 1u));
}

/// X[f] and X[M - f] from 2 E and 2 O of f.
fn keepPair(row: u32, f: u32, e: vec2f, o: vec2f) {
  let M = 1u << LOG;
  let out = row * (M + 1u);
  let odd = cmul(turns[f], o);
  X[out + f] = 0.5 * params.scale * (e + odd);
  X[out + M - f] = 0.5 * params.scale * conj(e - odd);
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let t = lid & ((1u << (LOG - 4u)) - 1u);
  let slot = lid >> (LOG - 4u);
  let row = (wg.y * groups.x + wg.x) * SLOTS + slot;
  let at = legs(PASS1, SPAN1, LOG, t);
  let source = min(row, params.rows - 1u);
  forward(Sixteen(
    leg(0u, source, at[0]), leg(1u, source, at[1]), leg(2u, source, at[2]), leg(3u, source, at[3]),
    leg(4u, source, at[4]), leg(5u, source, at[5]), leg(6u, source, at[6]), leg(7u, source, at[7]),
    leg(8u, source, at[8]), leg(9u, source, at[9]), leg(10u, source, at[10]), leg(11u, source, at[11]),
    leg(12u, source, at[12]), leg(13u, source, at[13]), leg(14u, source, at[14]), leg(15u, source, at[15]),
  ), slot << LOG, t);
  if (row >= params.rows) { return; }

  let first = t == 0u;
  let eighths = 1u << (LOG - 3u);
  let runs = slot * eighths;
  let v = split(takeRuns(runs + place(t), runs + place(select(eighths - t, eighths / 2u, first))), first);
  if (first) {
    // v[0] and v[15]: the real E and O of frequency 0 in x, of M / 2 in y
    let M = 1u << LOG;
    let out = row * (M + 1u);
    let half = 0.5 * vec2f(params.end, params.scale);
    X[out] = vec2f(half.x * (v[0].x + v[15].x), 0.0);
    X[out + M] = vec2f(half.x * (v[0].x - v[15].x), 0.0);
    X[out + M / 2u] = half.y * vec2f(v[0].y, -v[15].y);
  } else {
    keepPair(row, t, v[0], v[15]);
  }
  let near = select(t, 0u, first);
  let far = select(t + 4u * eighths, eighths / 2u, first);
  keepPair(row, near + eighths, v[1], v[14]);
  keepPair(row, near + 2u * eighths, v[2], v[13]);
  keepPair(row, near + 3u * eighths, v[3], v[12]);
  keepPair(row, far, v[4], v[11]);
  keepPair(row, far + eighths, v[5], v[10]);
  keepPair(row, far + 2u * eighths, v[6], v[9]);
  keepPair(row, far + 3u * eighths, v[7], v[8]);
}
