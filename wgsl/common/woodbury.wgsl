// A diagonal plus low-rank model at a node, solved by the Woodbury identity:
//
//     (D + c dt sum_r P_r Q_r^T) w = B,   w = (B - sum_r zeta_r P_r) / D,   Q = conj P,
//
// and the transposed model, v = (gamma C - sum_r xi_r Q_r) / D. With the sums over all modes but a pair p,
// E = c (I + c S)^-1 and S[i, j] = s(P_j, Q_i), and with indices 1 and 2 for the mode p and its conjugate,
//
//     G w_p = B_p - P_p E s(B, Q),   G[i, j] = D_i [i = j] + dt P_i E Q_j,   zeta = E (s(B, Q) + dt sum_j Q_j w_j).
//
// In the determinant of G and its cofactors all that cancels for a rank of 1, and for a pair of conjugates, has been
// cancelled by hand: what remains is good to a few roundings however small D is.
//
// Uses: complex.wgsl, cauchy.wgsl, dplr-1-1.wgsl or dplr-1-2.wgsl or dplr-2-1.wgsl or dplr-2-2.wgsl, and a binding
//   P  [RANK, S, M]

/// A complex number for each rank; the second is 0 where the rank is 1.
alias PerRank = mat2x2f;

fn sumRanks(a: PerRank, b: PerRank) -> vec2f {
  let first = cmul(a[0], b[0]);
  if (RANK == 1u) { return first; }
  return first + cmul(a[1], b[1]);
}

/// a[0] b[1] - a[1] b[0]
fn wedge(a: PerRank, b: PerRank) -> vec2f {
  return cmul(a[0], b[1]) - cmul(a[1], b[0]);
}

fn conjRanks(a: PerRank) -> PerRank {
  return PerRank(conj(a[0]), conj(a[1]));
}

fn timesRanks(a: vec2f, b: PerRank) -> PerRank {
  if (RANK == 1u) { return PerRank(cmul(a, b[0]), vec2f(0.0)); }
  return PerRank(cmul(a, b[0]), cmul(a, b[1]));
}

fn cinverse(a: vec2f) -> vec2f {
  return conj(a) / dot(a, a);
}

/// E by its columns, and its determinant; only the first entry is used where the rank is 1.
struct Feedback {
  first: mat2x2f,
  second: mat2x2f,
  determinant: vec2f,
}

fn feedback(sums: Cauchy, c: f32) -> Feedback {
  let one = vec2f(1.0, 0.0);
  let p = one + c * entry(sums, 1u, CHANNELS);
  if (RANK == 1u) { return Feedback(mat2x2f(c * cinverse(p), vec2f(0.0)), mat2x2f(), vec2f(0.0)); }
  let q = c * entry(sums, RANK, CHANNELS);
  let r = c * entry(sums, 1u, CHANNELS + RANK - 1u);
  let s = one + c * entry(sums, RANK, CHANNELS + RANK - 1u);
  let scale = c * cinverse(cmul(p, s) - cmul(q, r));
  return Feedback(
    mat2x2f(cmul(scale, s), -cmul(scale, r)),
    mat2x2f(-cmul(scale, q), cmul(scale, p)),
    c * scale,
  );
}

/// E a
fn through(f: Feedback, a: PerRank) -> PerRank {
  if (RANK == 1u) { return PerRank(cmul(f.first[0], a[0]), vec2f(0.0)); }
  return PerRank(
    cmul(f.first[0], a[0]) + cmul(f.second[0], a[1]),
    cmul(f.first[1], a[0]) + cmul(f.second[1], a[1]),
  );
}

/// E^T a
fn back(f: Feedback, a: PerRank) -> PerRank {
  if (RANK == 1u) { return PerRank(cmul(f.first[0], a[0]), vec2f(0.0)); }
  return PerRank(
    cmul(f.first[0], a[0]) + cmul(f.first[1], a[1]),
    cmul(f.second[0], a[0]) + cmul(f.second[1], a[1]),
  );
}

/// D of a mode and of its conjugate, both times the pole's scale.
fn denominators(pole: vec4f, node: vec2f) -> mat2x2f {
  let s = 2.0 * node.y * pole.w;
  let damping = node.x * pole.z;
  let lower = node.x * pole.y;
  return mat2x2f(damping, fma(node.x, pole.x, s) + lower, damping, -(fma(node.x, pole.x, -s) + lower));
}

/// What both solutions need of the pair that the sums leave out.
struct Pair {
  at: u32,         // place of the mode in its set
  dt: f32,
  D: mat2x2f,      // of the mode and of its conjugate
  P: PerRank,
  twist: f32,      // Im(P_1 conj P_2)
  reciprocal: vec2f,  // of the determinant of G
}

fn pairOf(sums: Cauchy, f: Feedback, node: vec2f, h: u32, S: u32, M: u32) -> Pair {
  let pole = poles[2u * (h * M + sums.pivot)];
  var pair: Pair;
  pair.at = (h % S) * M + sums.pivot;
  pair.dt = poles[2u * (h * M + sums.pivot) + 1u].w;
  pair.D = (1.0 / pole.w) * denominators(pole, node);
  pair.P = PerRank(P[pair.at], vec2f(0.0));
  if (RANK == 2u) {
    pair.P[1] = P[S * M + pair.at];
    pair.twist = pair.P[0].y * pair.P[1].x - pair.P[0].x * pair.P[1].y;
  }
  let mirror = conjRanks(pair.P);
  let g11 = sumRanks(pair.P, through(f, mirror));
  let g22 = sumRanks(mirror, through(f, pair.P));
  var determinant = cmul(pair.D[0], pair.D[1]) + pair.dt * (cmul(pair.D[0], g22) + cmul(pair.D[1], g11));
  if (RANK == 2u) { determinant += 4.0 * pair.dt * pair.dt * pair.twist * pair.twist * f.determinant; }
  pair.reciprocal = cinverse(determinant);
  return pair;
}

/// A solution: zeta or xi, and w or v of the pair.
struct Solution {
  ranks: PerRank,
  pair: mat2x2f,
}

/// The solution for a right-hand side B: `ranks` is E s(B, Q), `factors` is P_1, `own` is B of the pair, `reach1` and
/// `reach2` are E Q_1 and E Q_2, and `twists` is own_1 P_2 - P_1 own_2. The transposed model has Q for P and P for Q,
/// the transpose of E for E, and the other sign.
fn solvePair(
  pair: Pair,
  ranks: PerRank,
  factors: PerRank,
  own: mat2x2f,
  twists: PerRank,
  reach1: PerRank,
  reach2: PerRank,
  sign: f32,
) -> Solution {
  let first = own[0] - sumRanks(factors, ranks);
  let second = own[1] - sumRanks(conjRanks(factors), ranks);
  var bend1 = sumRanks(reach2, twists);
  var bend2 = sumRanks(reach1, twists);
  if (RANK == 2u) {
    bend1 += sign * 2.0 * pair.twist * turn(wedge(reach2, ranks));
    bend2 += sign * 2.0 * pair.twist * turn(wedge(reach1, ranks));
  }
  let w1 = cmul(pair.reciprocal, cmul(pair.D[1], first) + pair.dt * bend1);
  let w2 = cmul(pair.reciprocal, cmul(pair.D[0], second) - pair.dt * bend2);
  let more = timesRanks(w1, reach1) + timesRanks(w2, reach2);
  return Solution(ranks + pair.dt * more, mat2x2f(w1, w2));
}

/// zeta, and w of the pair whose B is given.
fn solveModel(sums: Cauchy, f: Feedback, pair: Pair, B: vec2f) -> Solution {
  var s = PerRank(entry(sums, 0u, CHANNELS), vec2f(0.0));
  let mirror = conjRanks(pair.P);
  // B conj P - P conj B = 2 i Im(B conj P)
  var twists = PerRank(vec2f(0.0, 2.0 * (B.y * pair.P[0].x - B.x * pair.P[0].y)), vec2f(0.0));
  if (RANK == 2u) {
    s[1] = entry(sums, 0u, CHANNELS + RANK - 1u);
    twists[1] = vec2f(0.0, 2.0 * (B.y * pair.P[1].x - B.x * pair.P[1].y));
  }
  let own = mat2x2f(B, conj(B));
  return solvePair(pair, through(f, s), pair.P, own, twists, through(f, mirror), through(f, pair.P), 1.0);
}
