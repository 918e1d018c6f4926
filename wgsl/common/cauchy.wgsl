// The sums of a diagonal plus low-rank model at a node t = pi f / n, all modes but one:
//
//     s(x, y) = sum over modes and conjugates of dt x y / D,   D = 2 i sin t - dt lambda cos t
//
// A mode and its conjugate have one real quadratic denominator, D D' = c^2 |mu|^2 - 4 s^2 + 4 i c s rho with
// c = cos t, s = sin t and mu = dt lambda = -rho - i omega; so a pair adds (c beta + i s alpha) / D D' to a sum.
// D D' is computed as (c omega - 2 s)(c omega + 2 s) + c^2 rho^2, which loses nothing near a resonance c omega = 2 s.
//
// Left out is the pair that is nearest to one, by dt |P|^2 / |D|: its terms may be thousands of times larger than what
// the Woodbury identity leaves of them, and woodbury.wgsl takes it into account without dividing by D.
//
// Uses: dplr-1-1.wgsl or dplr-1-2.wgsl or dplr-2-1.wgsl or dplr-2-2.wgsl, and the bindings
//   poles    [H, M, 2]: omega in two parts, rho, and the power of two by which they are scaled;
//            |omega|, rho and 2 divided by dt |P|^2, and dt
//   weights  [rows, M, 2], alpha and beta of each row and mode

struct Cauchy {
  re: Sums,
  im: Sums,
  pivot: u32,  // the mode left out
}

/// The sums of a row, head h = row mod H, at the node (c, s).
fn cauchy(row: u32, h: u32, M: u32, node: vec2f) -> Cauchy {
  let c = node.x;
  var pivot = 0u;
  var nearest = 3e38;
  for (var m = 0u; m < M; m++) {
    let pole = poles[2u * (h * M + m) + 1u];
    let away = vec2f(c * pole.x - node.y * pole.z, c * pole.y);
    let distance = dot(away, away);
    pivot = select(pivot, m, distance < nearest);
    nearest = min(nearest, distance);
  }
  var alphaRe = Sums();
  var alphaIm = Sums();
  var betaRe = Sums();
  var betaIm = Sums();
  for (var m = 0u; m < M; m++) {
    let pole = poles[2u * (h * M + m)];
    let alpha = weights[2u * (row * M + m)];
    let beta = weights[2u * (row * M + m) + 1u];
    let s = 2.0 * node.y * pole.w;
    let damping = c * pole.z;
    let re = fma(fma(c, pole.x, -s) + c * pole.y, fma(c, pole.x, s), damping * damping);
    let im = 2.0 * s * damping;
    let scale = select(1.0 / (re * re + im * im), 0.0, m == pivot);
    let p = re * scale;
    let q = -im * scale;
    alphaRe += p * alpha;
    alphaIm += q * alpha;
    betaRe += p * beta;
    betaIm += q * beta;
  }
  return Cauchy(c * betaRe - node.y * alphaIm, c * betaIm + node.y * alphaRe, pivot);
}

/// s(x, y): column x, row y.
fn entry(sums: Cauchy, x: u32, y: u32) -> vec2f {
  return vec2f(sums.re[x][y], sums.im[x][y]);
}
