// What the matrix product kernels share: which tile of which product a workgroup makes, blocks of 4 x 4 entries of
// op(a) and op(b), and where results go.
//
// Uses: matrix-1.wgsl or matrix-4.wgsl, a binding bias: array<f32>, and of Params
//   M, N, K            sizes of one product
//   strideA, strideB   entries from one matrix to the next; 0 where all products share it
//   tilesM, tilesN     tiles of y
//   steps              tiles of K in one product
//   span, total        a workgroup adds `span` of the `total` = G steps tiles of K: steps for one product, other
//                      numbers where the sum over all products is split into parts
//   count              number of workgroups

override TRANSPOSE_A: bool = false;  // a is stored as [K, M]
override TRANSPOSE_B: bool = false;  // b is stored as [N, K]
override BIAS: u32 = 0u;             // 1: [N], added to every row; 2: [M], added to every column

/// Row k + i of the result holds op(a)[m .. m + 3, k + i].
fn blockA(g: u32, m: u32, k: u32) -> mat4x4f {
  let start = g * params.strideA;
  let row = select(m, k, TRANSPOSE_A);
  let column = select(k, m, TRANSPOSE_A);
  let rows = select(params.M, params.K, TRANSPOSE_A);
  let columns = select(params.K, params.M, TRANSPOSE_A);
  let block = mat4x4f(
    loadA(start, row, column, rows, columns),
    loadA(start, row + 1u, column, rows, columns),
    loadA(start, row + 2u, column, rows, columns),
    loadA(start, row + 3u, column, rows, columns),
  );
  if (TRANSPOSE_A) { return block; }
  return transpose(block);
}

/// Row k + i of the result holds op(b)[k + i, n .. n + 3].
fn blockB(g: u32, k: u32, n: u32) -> mat4x4f {
  let start = g * params.strideB;
  let row = select(k, n, TRANSPOSE_B);
  let column = select(n, k, TRANSPOSE_B);
  let rows = select(params.K, params.N, TRANSPOSE_B);
  let columns = select(params.N, params.K, TRANSPOSE_B);
  let block = mat4x4f(
    loadB(start, row, column, rows, columns),
    loadB(start, row + 1u, column, rows, columns),
    loadB(start, row + 2u, column, rows, columns),
    loadB(start, row + 3u, column, rows, columns),
  );
  if (TRANSPOSE_B) { return transpose(block); }
  return block;
}

fn biasAt(m: u32, n: u32) -> vec4f {
  if (BIAS == 1u) {
    let i = min(vec4u(n) + vec4u(0, 1, 2, 3), vec4u(params.N - 1u));
    return vec4f(bias[i.x], bias[i.y], bias[i.z], bias[i.w]);
  }
  if (BIAS == 2u) { return vec4f(bias[min(m, params.M - 1u)]); }
  return vec4f(0.0);
}

/// Write sums y[z, m, n .. n + 3], with the bias.
fn leave(z: u32, m: u32, n: u32, sum: vec4f) {
  storeY(z * params.M * params.N, m, n, params.M, params.N, sum + biasAt(m, n));
}
