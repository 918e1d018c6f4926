// The sums of a diagonal plus low-rank model at a root of unity, and what the Woodbury identity makes of them.
//
//     s(x, y) = sum over modes and conjugates of dt x y / D,   D = 2 i sin t - dt lambda cos t,  t = pi f / n
//
// A mode and its conjugate have one real quadratic denominator, D D' = c^2 |mu|^2 - 4 s^2 + 4 i c s rho with
// c = cos t, s = sin t and mu = dt lambda = -rho - i omega; so a pair adds (c beta + i s alpha) / D D' to a sum.
// D D' is computed as (c omega - 2 s)(c omega + 2 s) + c^2 rho^2, which loses nothing near a resonance c omega = 2 s.
//
// Uses: dplr-1-1.wgsl or dplr-1-2.wgsl or dplr-2-1.wgsl or dplr-2-2.wgsl, complex.wgsl, and the bindings
//   poles    [H, M], omega in two parts, rho, and the power of two by which they are scaled
//   weights  [R, M, 2], alpha and beta of each row and mode

struct Cauchy {
  re: Sums,
  im: Sums,
}

/// The sums of a row, head h = row mod H, at the node (c, s).
fn cauchy(row: u32, h: u32, M: u32, node: vec2f) -> Cauchy {
  let c = node.x;
  var alphaRe = Sums();
  var alphaIm = Sums();
  var betaRe = Sums();
  var betaIm = Sums();
  for (var m = 0u; m < M; m++) {
    let pole = poles[h * M + m];
    let alpha = weights[2u * (row * M + m)];
    let beta = weights[2u * (row * M + m) + 1u];
    let s = 2.0 * node.y * pole.w;
    let damping = c * pole.z;
    let re = fma(fma(c, pole.x, -s) + c * pole.y, fma(c, pole.x, s), damping * damping);
    let im = 2.0 * s * damping;
    let scale = 1.0 / (re * re + im * im);
    let p = re * scale;
    let q = -im * scale;
    alphaRe += p * alpha;
    alphaIm += q * alpha;
    betaRe += p * beta;
    betaIm += q * beta;
  }
  return Cauchy(c * betaRe - node.y * alphaIm, c * betaIm + node.y * alphaRe);
}

/// s(x, y): column x, row y.
fn entry(sums: Cauchy, x: u32, y: u32) -> vec2f {
  return vec2f(sums.re[x][y], sums.im[x][y]);
}

/// c (I + c S)^-1 for S[i, j] = s(P_j, conj P_i), by its columns; rank 1 has only the first entry of the first.
struct Feedback {
  first: mat2x2f,
  second: mat2x2f,
}

fn cinverse(a: vec2f) -> vec2f {
  return conj(a) / dot(a, a);
}

fn feedback(sums: Cauchy, c: f32) -> Feedback {
  let one = vec2f(1.0, 0.0);
  let p = one + c * entry(sums, 1u, CHANNELS);
  if (RANK == 1u) { return Feedback(mat2x2f(c * cinverse(p), vec2f(0.0)), mat2x2f()); }
  let q = c * entry(sums, RANK, CHANNELS);
  let r = c * entry(sums, 1u, CHANNELS + RANK - 1u);
  let s = one + c * entry(sums, RANK, CHANNELS + RANK - 1u);
  let scale = c * cinverse(cmul(p, s) - cmul(q, r));
  return Feedback(
    mat2x2f(cmul(scale, s), -cmul(scale, r)),
    mat2x2f(-cmul(scale, q), cmul(scale, p)),
  );
}

/// zeta = c (I + c S)^-1 s(B, conj P): w = (B - sum_r zeta_r P_r) / D solves the whole model.
fn zetas(sums: Cauchy, f: Feedback) -> mat2x2f {
  let b = entry(sums, 0u, CHANNELS);
  if (RANK == 1u) { return mat2x2f(cmul(f.first[0], b), vec2f(0.0)); }
  let other = entry(sums, 0u, CHANNELS + RANK - 1u);
  return mat2x2f(
    cmul(f.first[0], b) + cmul(f.second[0], other),
    cmul(f.first[1], b) + cmul(f.second[1], other),
  );
}
