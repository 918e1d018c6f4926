// spectrum: poles, weights, nodes -> K [C, H, F], the kernel of a diagonal plus low-rank model at n roots of unity.
//
//     K[f] = exp(i t) dt C^T w = exp(i t) (s(B, C) - sum_r zeta_r s(P_r, C) + dt C_p^T w_p),   t = pi f / n
//
// with w and zeta of woodbury.wgsl, f < F = floor(n / 2) + 1. One invocation per row and node, the modes in order; its
// workgroup shares the row.
//
// Uses: complex.wgsl, cauchy.wgsl, woodbury.wgsl, dplr-1-1.wgsl or dplr-1-2.wgsl or dplr-2-1.wgsl or dplr-2-2.wgsl.

struct Params { H: u32, S: u32, M: u32, F: u32, rows: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> poles: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<Sums>;
@group(0) @binding(3) var<storage, read> nodes: array<vec2f>;
@group(0) @binding(4) var<storage, read> B: array<vec2f>;
@group(0) @binding(5) var<storage, read> P: array<vec2f>;
@group(0) @binding(6) var<storage, read> C: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> K: array<vec2f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let blocks = (params.F + 63u) / 64u;
  let block = wg.x + wg.y * grid.x;
  let row = block / blocks;
  let f = (block % blocks) * 64u + lid;
  if (row >= params.rows || f >= params.F) { return; }
  let h = row % params.H;
  let node = nodes[f];
  let sums = cauchy(row, h, params.M, node);
  let echo = feedback(sums, node.x);
  let pair = pairOf(sums, echo, node, h, params.S, params.M);
  let solution = solveModel(sums, echo, pair, B[pair.at]);
  let w = solution.pair;
  for (var c = 0u; c < CHANNELS; c++) {
    let out = ((row / params.H) * CHANNELS + c) * params.H + h;
    let own = C[out * params.M + sums.pivot];
    var value = entry(sums, 0u, c) + pair.dt * (cmul(own, w[0]) + cmul(conj(own), w[1]));
    value -= cmul(solution.ranks[0], entry(sums, 1u, c));
    if (RANK == 2u) { value -= cmul(solution.ranks[1], entry(sums, RANK, c)); }
    K[out * params.F + f] = cmul(node, value);
  }
}
