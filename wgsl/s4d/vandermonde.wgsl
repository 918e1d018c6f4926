// vandermonde: powers [H, M, T], weights [R, M, Q] -> k [R, L].
//
//     k[r, q T + t] = Re sum_m weights[r, m, q] powers[r mod H, m, t]
//
// REVERSED writes k[r, L - 1 - l] for k[r, l], ADDED adds to what k holds.
//
// Two multiply-adds per mode and sample; nothing of size M L exists. An invocation holds eight sums, of one t
// and eight q, so that a power is loaded once for eight uses, and the weights alike for its whole workgroup.
//
// One workgroup per 64 t, eight q and one row.

struct Params { H: u32, M: u32, T: u32, Q: u32, L: u32, R: u32 }

override REVERSED: bool = false;
override ADDED: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> powers: array<vec2f>;
@group(0) @binding(2) var<storage, read> weights: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> k: array<f32>;

fn term(power: vec2f, at: u32) -> f32 {
  let w = weights[at];
  return power.x * w.x - power.y * w.y;
}

fn put(row: u32, l: u32, value: f32) {
  if (l >= params.L) { return; }
  let at = row * params.L + select(l, params.L - 1u - l, REVERSED);
  if (ADDED) {
    k[at] += value;
  } else {
    k[at] = value;
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let tiles = params.T / 64u;
  let blocks = (params.Q + 7u) / 8u;
  let tile = wg.x + wg.y * grid.x;
  let row = tile / (tiles * blocks);
  if (row >= params.R) { return; }
  let q = ((tile / tiles) % blocks) * 8u;
  let t = (tile % tiles) * 64u + lid;
  // sums past the last q are computed and dropped
  let last = params.Q - 1u;
  var a = vec4f(0);
  var b = vec4f(0);
  for (var m = 0u; m < params.M; m++) {
    let p = powers[((row % params.H) * params.M + m) * params.T + t];
    let w = (row * params.M + m) * params.Q;
    a += vec4f(
      term(p, w + q),
      term(p, w + min(q + 1u, last)),
      term(p, w + min(q + 2u, last)),
      term(p, w + min(q + 3u, last)),
    );
    b += vec4f(
      term(p, w + min(q + 4u, last)),
      term(p, w + min(q + 5u, last)),
      term(p, w + min(q + 6u, last)),
      term(p, w + min(q + 7u, last)),
    );
  }
  for (var j = 0u; j < 4u; j++) {
    let l = (q + j) * params.T + t;
    put(row, l, a[j]);
    put(row, l + 4u * params.T, b[j]);
  }
}
