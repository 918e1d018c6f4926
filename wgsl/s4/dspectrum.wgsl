// dspectrum: the cotangent dK [C, H, F] of the spectrum -> partial sums [rows, parts, subsets, M, RANK + CHANNELS + 3]
// of the cotangents of C (each channel), B, P (each rank), mu = dt lambda, these yet to be multiplied by dt, and dt.
//
// With w, zeta, v and xi of woodbury.wgsl, where gamma = conj(dK) exp(i t), a node adds over modes and conjugates
//
//     C: gamma w,   B: v,   P: -zeta v,   conj P: -xi w,   mu: c v w,   dt: 2 i s v w for a given lambda
//
// of which the conjugates are cotangents. Numerators of w and v cancel near a resonance before they are multiplied, not
// after. One workgroup per row, part of the tiles of 64 nodes, and up to 64 modes: for each tile its invocations first
// take a node each for zeta, xi and gamma, and then a mode and a subset of the nodes each.
//
// Uses: complex.wgsl, cauchy.wgsl, woodbury.wgsl, dplr-1-1.wgsl or dplr-1-2.wgsl or dplr-2-1.wgsl or dplr-2-2.wgsl.

struct Params {
  H: u32,
  S: u32,
  M: u32,
  F: u32,
  rows: u32,
  chunk: u32,    // tiles of a part
  parts: u32,
  width: u32,    // modes of a workgroup
  subsets: u32,  // of the nodes of a tile
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> poles: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<Sums>;
@group(0) @binding(3) var<storage, read> nodes: array<vec2f>;
@group(0) @binding(4) var<storage, read> B: array<vec2f>;
@group(0) @binding(5) var<storage, read> P: array<vec2f>;
@group(0) @binding(6) var<storage, read> C: array<vec2f>;
@group(0) @binding(7) var<storage, read> dK: array<vec2f>;
@group(0) @binding(8) var<storage, read_write> partial: array<vec2f>;

const TILE = 64u;

/// What the second half needs of a node.
struct Node {
  at: vec2f,
  pivot: u32,
  gamma: array<vec2f, CHANNELS>,
  zeta: array<vec2f, RANK>,
  xi: array<vec2f, RANK>,
  w: mat2x2f,  // of the pivot and its conjugate
  v: mat2x2f,
}

var<workgroup> tile: array<Node, TILE>;

/// The transposed model at node f of a row, into place lid; gamma is 0 past the last node.
fn prepare(row: u32, f: u32, lid: u32) {
  let h = row % params.H;
  let node = nodes[min(f, params.F - 1u)];
  let sums = cauchy(row, h, params.M, node);
  let echo = feedback(sums, node.x);
  let pair = pairOf(sums, echo, node, h, params.S, params.M);
  let model = solveModel(sums, echo, pair, B[pair.at]);

  var right = PerRank();
  var own = mat2x2f();
  var twists = PerRank();
  for (var c = 0u; c < CHANNELS; c++) {
    let out = ((row / params.H) * CHANNELS + c) * params.H + h;
    var gamma = vec2f(0.0);
    if (f < params.F) { gamma = cmul(node, conj(dK[out * params.F + f])); }
    tile[lid].gamma[c] = gamma;
    let value = C[out * params.M + sums.pivot];
    own += mat2x2f(cmul(gamma, value), cmul(gamma, conj(value)));
    right[0] += cmul(gamma, entry(sums, 1u, c));
    // C P - conj(C P) = 2 i Im(C P)
    twists[0] += turn(2.0 * cmul(value, pair.P[0]).y * gamma);
    if (RANK == 2u) {
      right[1] += cmul(gamma, entry(sums, RANK, c));
      twists[1] += turn(2.0 * cmul(value, pair.P[1]).y * gamma);
    }
  }
  let mirror = conjRanks(pair.P);
  let reach1 = back(echo, pair.P);
  let reach2 = back(echo, mirror);
  let transposed = solvePair(pair, back(echo, right), mirror, own, twists, reach1, reach2, -1.0);
  tile[lid].at = node;
  tile[lid].pivot = sums.pivot;
  tile[lid].w = model.pair;
  tile[lid].v = transposed.pair;
  for (var r = 0u; r < RANK; r++) {
    tile[lid].zeta[r] = model.ranks[r];
    tile[lid].xi[r] = transposed.ranks[r];
  }
}

/// A mode, or its conjugate.
struct Mode {
  B: vec2f,
  P: array<vec2f, RANK>,
  C: array<vec2f, CHANNELS>,
}

/// D w and D v at place i.
fn numerators(mode: Mode, i: u32) -> mat2x2f {
  var w = mode.B;
  var v = vec2f(0.0);
  for (var c = 0u; c < CHANNELS; c++) { v += cmul(tile[i].gamma[c], mode.C[c]); }
  for (var r = 0u; r < RANK; r++) {
    w -= cmul(tile[i].zeta[r], mode.P[r]);
    v -= cmul(tile[i].xi[r], conj(mode.P[r]));
  }
  return mat2x2f(w, v);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let slices = (params.M + params.width - 1u) / params.width;
  let id = wg.x + wg.y * grid.x;
  let row = id / (params.parts * slices);
  if (row >= params.rows) { return; }
  let part = (id / slices) % params.parts;
  let h = row % params.H;
  let subset = lid / params.width;
  let m = (id % slices) * params.width + lid % params.width;
  let busy = subset < params.subsets && m < params.M;

  var mode = Mode();
  var mirror = Mode();
  var pole = vec4f(1.0);
  if (busy) {
    let at = (h % params.S) * params.M + m;
    pole = poles[2u * (h * params.M + m)];
    mode.B = B[at];
    mirror.B = conj(mode.B);
    for (var r = 0u; r < RANK; r++) {
      mode.P[r] = P[r * params.S * params.M + at];
      mirror.P[r] = conj(mode.P[r]);
    }
    for (var c = 0u; c < CHANNELS; c++) {
      mode.C[c] = C[(((row / params.H) * CHANNELS + c) * params.H + h) * params.M + m];
      mirror.C[c] = conj(mode.C[c]);
    }
  }

  var dC = array<vec2f, CHANNELS>();
  var dB = vec2f(0.0);
  var dP = array<vec2f, RANK>();
  var dMu = vec2f(0.0);
  var dDt = 0.0;
  let tiles = (params.F + TILE - 1u) / TILE;
  let last = min(tiles, (part + 1u) * params.chunk);
  for (var t = part * params.chunk; t < last; t++) {
    workgroupBarrier();
    prepare(row, t * TILE + lid, lid);
    workgroupBarrier();
    if (busy) {
      for (var i = subset; i < TILE; i += params.subsets) {
        let D = denominators(pole, tile[i].at);
        let own = pole.w * cinverse(D[0]);
        let other = pole.w * cinverse(D[1]);
        let a = numerators(mode, i);
        let b = numerators(mirror, i);
        let isPivot = tile[i].pivot == m;
        let w1 = select(cmul(a[0], own), tile[i].w[0], isPivot);
        let v1 = select(cmul(a[1], own), tile[i].v[0], isPivot);
        let w2 = select(cmul(b[0], other), tile[i].w[1], isPivot);
        let v2 = select(cmul(b[1], other), tile[i].v[1], isPivot);
        dB += conj(v1) + v2;
        let first = cmul(v1, w1);
        let second = cmul(v2, w2);
        dMu += tile[i].at.x * (conj(first) + second);
        dDt -= 2.0 * tile[i].at.y * (first.y + second.y);
        for (var c = 0u; c < CHANNELS; c++) {
          dC[c] += conj(cmul(tile[i].gamma[c], w1)) + cmul(tile[i].gamma[c], w2);
        }
        for (var r = 0u; r < RANK; r++) {
          dP[r] -= conj(cmul(tile[i].zeta[r], v1)) + cmul(tile[i].xi[r], w1)
            + cmul(tile[i].zeta[r], v2) + conj(cmul(tile[i].xi[r], w2));
        }
      }
    }
  }
  if (!busy) { return; }
  var at = ((id / slices * params.subsets + subset) * params.M + m) * (RANK + CHANNELS + 3u);
  for (var c = 0u; c < CHANNELS; c++) { partial[at + c] = dC[c]; }
  at += CHANNELS;
  partial[at] = dB;
  for (var r = 0u; r < RANK; r++) { partial[at + 1u + r] = dP[r]; }
  partial[at + 1u + RANK] = dMu;
  partial[at + 2u + RANK] = vec2f(dDt, 0.0);
}
