// What the kernels of a factor of a Monarch matrix share: blocks of rows of values, and products of them. A row holds
// G blocks: entry e of block g lies at g K + e, one block after the other, or at e G + g, interleaved. Rows may end
// before their last entries, which are then zero.
//
// Three products, of which WEIGHTS and TRANSPOSED choose one:
//   values        y[m, g, n] = sum_k a[m, g, k] w[g, n, k] (+ bias), a and y rows of values
//   transposed    y[m, g, n] = sum_k a[m, g, k] w[g, k, n]
//   weights       y[g, m, n] = sum_k a[k, g, m] b[k, g, n], a and b rows of values
//
// Uses: bindings a, b, bias: array<f32>, y: array<f32>, and of Params
//   G, M, N, K         blocks, and sizes of each product
//   aLength            values in a row of a
//   bLength            of b, where it has rows
//   yLength            of y, where it has rows
//   tilesM, tilesN     tiles of a product
//   span               steps of K of a part of the sum over the rows, which are parts of y; K where not split

override WEIGHTS: bool = false;
override TRANSPOSED: bool = false;
override A_INTERLEAVED: bool = false;
override B_INTERLEAVED: bool = false;
override Y_INTERLEAVED: bool = false;
override BIAS: bool = false;

/// Place of entry e of block g in a row, `size` entries to a block.
fn entry(g: u32, e: u32, size: u32, interleaved: bool) -> u32 {
  return select(g * size + e, e * params.G + g, interleaved);
}

fn aAt(g: u32, m: u32, k: u32) -> f32 {
  let at = entry(g, select(k, m, WEIGHTS), select(params.K, params.M, WEIGHTS), A_INTERLEAVED);
  let inside = m < params.M && k < params.K && at < params.aLength;
  return select(0.0, a[select(0u, select(m, k, WEIGHTS) * params.aLength + at, inside)], inside);
}

fn bAt(g: u32, k: u32, n: u32) -> f32 {
  if (WEIGHTS) {
    let at = entry(g, n, params.N, B_INTERLEAVED);
    let inside = n < params.N && k < params.K && at < params.bLength;
    return select(0.0, b[select(0u, k * params.bLength + at, inside)], inside);
  }
  let inside = n < params.N && k < params.K;
  let at = g * params.N * params.K + select(n * params.K + k, k * params.N + n, TRANSPOSED);
  return select(0.0, b[select(0u, at, inside)], inside);
}

/// a[m .. m + 3, k]
fn fourOfA(g: u32, m: u32, k: u32) -> vec4f {
  return vec4f(aAt(g, m, k), aAt(g, m + 1u, k), aAt(g, m + 2u, k), aAt(g, m + 3u, k));
}

/// b[k, n .. n + 3]
fn fourOfB(g: u32, k: u32, n: u32) -> vec4f {
  return vec4f(bAt(g, k, n), bAt(g, k, n + 1u), bAt(g, k, n + 2u), bAt(g, k, n + 3u));
}

fn leaveOne(z: u32, m: u32, n: u32, sum: f32) {
  if (m >= params.M || n >= params.N) { return; }
  if (WEIGHTS) {
    y[(z * params.M + m) * params.N + n] = sum;
    return;
  }
  let at = entry(z, n, params.N, Y_INTERLEAVED);
  if (at >= params.yLength) { return; }
  if (BIAS) {
    y[m * params.yLength + at] = sum + bias[at];
    return;
  }
  y[m * params.yLength + at] = sum;
}

/// Write y[m, n .. n + 3] of block z: of block z % G and part z / G, where the sum is split.
fn leave(z: u32, m: u32, n: u32, sum: vec4f) {
  leaveOne(z, m, n, sum.x);
  leaveOne(z, m, n + 1u, sum.y);
  leaveOne(z, m, n + 2u, sum.z);
  leaveOne(z, m, n + 3u, sum.w);
}
