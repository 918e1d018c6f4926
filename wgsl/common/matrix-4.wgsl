// Loads and stores of a matrix product whose rows, as stored, are multiples of four long. Interchangeable with
// matrix-1.wgsl.
//
// Uses: lanes-4.wgsl, bindings a, b, y: array<elem>.

/// Four entries of a row of the matrix [rows, columns] that starts at `start` of a; zero outside.
fn loadA(start: u32, row: u32, column: u32, rows: u32, columns: u32) -> vec4f {
  let inside = row < rows && column < columns;
  return select(vec4f(0.0), a[select(0u, (start + row * columns + column) >> 2u, inside)], inside);
}

/// As loadA, of b.
fn loadB(start: u32, row: u32, column: u32, rows: u32, columns: u32) -> vec4f {
  let inside = row < rows && column < columns;
  return select(vec4f(0.0), b[select(0u, (start + row * columns + column) >> 2u, inside)], inside);
}

/// Write what lies inside y [rows, columns].
fn storeY(start: u32, row: u32, column: u32, rows: u32, columns: u32, value: vec4f) {
  if (row < rows && column < columns) { y[(start + row * columns + column) >> 2u] = value; }
}
