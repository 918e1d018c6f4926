// dspectrum: the cotangent dK [C, H, F] of the spectrum -> partial sums [rows, parts, subsets, M, RANK + CHANNELS + 2]
// of the cotangents of C (each channel), B, P (each rank) and mu = dt lambda; all but the last yet to be multiplied
// by dt.
//
// With w = (B - sum_r zeta_r P_r) / D and v = (gamma C - sum_r xi_r conj P_r) / D, the solutions of the model and of
// its transpose at a node, both over modes and conjugates, a node adds
//
//     C: gamma w,   B: v,   P: -zeta v,   conj P: -xi w,   mu: c v w,      gamma = conj(dK) exp(i t), and
//     xi = c (I + c S)^-T s(P, C) gamma
//
// of which the conjugates are cotangents. Where a sum over modes has a resonance, numerators cancel before they are
// multiplied and not after. One workgroup per row, part of the tiles of 64 nodes, and up to 64 modes: for each tile its
// invocations first take a node each for zeta, xi and gamma, and then a mode and a subset of the nodes each.
//
// Uses: complex.wgsl, cauchy.wgsl, dplr-1-1.wgsl or dplr-1-2.wgsl or dplr-2-1.wgsl or dplr-2-2.wgsl.

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

var<workgroup> tileNode: array<vec2f, TILE>;
var<workgroup> tileGamma: array<array<vec2f, CHANNELS>, TILE>;
var<workgroup> tileZeta: array<array<vec2f, RANK>, TILE>;
var<workgroup> tileXi: array<array<vec2f, RANK>, TILE>;

/// What the second half needs of node f, into place lid; gamma is 0 past the last node.
fn prepare(row: u32, f: u32, lid: u32) {
  let h = row % params.H;
  let node = nodes[min(f, params.F - 1u)];
  let sums = cauchy(row, h, params.M, node);
  let back = feedback(sums, node.x);
  let zeta = zetas(sums, back);
  var xi = mat2x2f();
  for (var c = 0u; c < CHANNELS; c++) {
    var gamma = vec2f(0.0);
    if (f < params.F) {
      gamma = cmul(node, conj(dK[(((row / params.H) * CHANNELS + c) * params.H + h) * params.F + f]));
    }
    let first = cmul(gamma, entry(sums, 1u, c));
    let second = cmul(gamma, entry(sums, RANK, c));
    if (RANK == 1u) {
      xi[0] += cmul(back.first[0], first);
    } else {
      xi[0] += cmul(back.first[0], first) + cmul(back.first[1], second);
      xi[1] += cmul(back.second[0], first) + cmul(back.second[1], second);
    }
    tileGamma[lid][c] = gamma;
  }
  tileNode[lid] = node;
  for (var r = 0u; r < RANK; r++) {
    tileZeta[lid][r] = zeta[r];
    tileXi[lid][r] = xi[r];
  }
}

/// A mode, or its conjugate.
struct Mode {
  B: vec2f,
  P: array<vec2f, RANK>,
  C: array<vec2f, CHANNELS>,
}

struct Solution {
  w: vec2f,
  v: vec2f,
}

fn solve(mode: Mode, reciprocal: vec2f, i: u32) -> Solution {
  var w = mode.B;
  var v = vec2f(0.0);
  for (var c = 0u; c < CHANNELS; c++) { v += cmul(tileGamma[i][c], mode.C[c]); }
  for (var r = 0u; r < RANK; r++) {
    w -= cmul(tileZeta[i][r], mode.P[r]);
    v -= cmul(tileXi[i][r], conj(mode.P[r]));
  }
  return Solution(cmul(w, reciprocal), cmul(v, reciprocal));
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
    pole = poles[h * params.M + m];
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
  let tiles = (params.F + TILE - 1u) / TILE;
  let last = min(tiles, (part + 1u) * params.chunk);
  for (var tile = part * params.chunk; tile < last; tile++) {
    workgroupBarrier();
    prepare(row, tile * TILE + lid, lid);
    workgroupBarrier();
    if (busy) {
      for (var i = subset; i < TILE; i += params.subsets) {
        let node = tileNode[i];
        // D = c rho + i (2 s + c omega), and 2 s - c omega for the conjugate, scaled
        let s = 2.0 * node.y * pole.w;
        let damping = node.x * pole.z;
        let plus = vec2f(damping, fma(node.x, pole.x, s) + node.x * pole.y);
        let minus = vec2f(damping, -(fma(node.x, pole.x, -s) + node.x * pole.y));
        let a = solve(mode, cinverse(plus), i);
        let b = solve(mirror, cinverse(minus), i);
        dB += conj(a.v) + b.v;
        dMu += node.x * (conj(cmul(a.v, a.w)) + cmul(b.v, b.w));
        for (var c = 0u; c < CHANNELS; c++) {
          dC[c] += conj(cmul(tileGamma[i][c], a.w)) + cmul(tileGamma[i][c], b.w);
        }
        for (var r = 0u; r < RANK; r++) {
          dP[r] -= conj(cmul(tileZeta[i][r], a.v)) + cmul(tileXi[i][r], a.w)
            + cmul(tileZeta[i][r], b.v) + conj(cmul(tileXi[i][r], b.w));
        }
      }
    }
  }
  if (!busy) { return; }
  // 1 / D was computed without the scale
  let unit = pole.w;
  var at = ((id / slices * params.subsets + subset) * params.M + m) * (RANK + CHANNELS + 2u);
  for (var c = 0u; c < CHANNELS; c++) { partial[at + c] = unit * dC[c]; }
  at += CHANNELS;
  partial[at] = unit * dB;
  for (var r = 0u; r < RANK; r++) { partial[at + 1u + r] = unit * dP[r]; }
  partial[at + 1u + RANK] = unit * unit * dMu;
}
