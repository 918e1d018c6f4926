// What the kernels of a level of the butterfly transform share. A level of R = RADIX points has on its inner side
// values x[(j m + t) P + p] and on its outer side X[(t R + k) P + p], with P points done and m R P = n. A column is one
// (row, t, p); those of one head, which share factors, are numbered by row and c = t P + p.
//
// Uses: complex.wgsl, a binding twiddle: array<vec2f> [R, m], and of Params
//   sets, H            sets of factors, 1 or H, and channels
//   columns            of one head
//   L                  samples in a row of the inner side
//   widthLog, doneLog  log2 of n / R and of P

override RADIX: u32 = 16u;

struct Column {
  inside: bool,
  /// Place of the row among all rows.
  row: u32,
  /// c within the row.
  at: u32,
  t: u32,
}

fn columnAt(head: u32, c: u32) -> Column {
  let inside = c < params.columns;
  let safe = select(0u, c, inside);
  let at = safe & ((1u << params.widthLog) - 1u);
  let row = (safe >> params.widthLog) * select(params.H, 1u, params.sets == 1u) + head;
  return Column(inside, row, at, at >> params.doneLog);
}

/// Place of value j on the inner side.
fn innerPlace(c: Column, j: u32) -> u32 {
  return c.row * params.L + c.at + (j << params.widthLog);
}

fn hasInner(c: Column, j: u32) -> bool {
  return c.inside && c.at + (j << params.widthLog) < params.L;
}

/// Place of value k on the outer side.
fn outerPlace(c: Column, k: u32) -> u32 {
  return c.row * (RADIX << params.widthLog) + c.at + ((c.t * (RADIX - 1u) + k) << params.doneLog);
}

/// exp(-2 pi i k t / (m R)).
fn factorOf(c: Column, k: u32) -> vec2f {
  return twiddle[(k << (params.widthLog - params.doneLog)) + c.t];
}
