// Loads and stores of a matrix product, of any size. Interchangeable with matrix-4.wgsl.
//
// Uses: lanes-1.wgsl, bindings a, b, y: array<elem>.

/// Four entries of a row of the matrix [rows, columns] that starts at `start` of a; zero outside.
fn loadA(start: u32, row: u32, column: u32, rows: u32, columns: u32) -> vec4f {
  let at = start + row * columns + column;
  let inside = vec4u(column) + vec4u(0, 1, 2, 3) < vec4u(select(0u, columns, row < rows));
  let i = select(vec4u(0), vec4u(at) + vec4u(0, 1, 2, 3), inside);
  return select(vec4f(0.0), vec4f(a[i.x], a[i.y], a[i.z], a[i.w]), inside);
}

/// As loadA, of b.
fn loadB(start: u32, row: u32, column: u32, rows: u32, columns: u32) -> vec4f {
  let at = start + row * columns + column;
  let inside = vec4u(column) + vec4u(0, 1, 2, 3) < vec4u(select(0u, columns, row < rows));
  let i = select(vec4u(0), vec4u(at) + vec4u(0, 1, 2, 3), inside);
  return select(vec4f(0.0), vec4f(b[i.x], b[i.y], b[i.z], b[i.w]), inside);
}

/// Write what lies inside y [rows, columns].
fn storeY(start: u32, row: u32, column: u32, rows: u32, columns: u32, value: vec4f) {
  if (row >= rows) { return; }
  let at = start + row * columns + column;
  if (column < columns) { y[at] = value.x; }
  if (column + 1u < columns) { y[at + 1u] = value.y; }
  if (column + 2u < columns) { y[at + 2u] = value.z; }
  if (column + 3u < columns) { y[at + 3u] = value.w; }
}
