// Copies of blocks of a matrix in panels of 4 rows or 8 columns: what the inner loop of the product reads.

/** Rows and columns of a product that its inner loop holds in registers: the widths of panels. */
export const ROWS: i32 = 4;
export const COLUMNS: i32 = 8;

// @ts-ignore: decorator
@inline export function bytes(floats: i32): usize {
  return <usize>floats << 2;
}

/**
 * Panels of the columns of a matrix: `count` columns of `steps` values, rows `stride` apart. A panel holds
 * `width` columns, row after row, and has room for `depth` rows. It goes through the matrix row by row,
 * since columns are read fastest from memory when the whole of a row is.
 */
export function packColumns(
  packed: usize, source: usize, stride: i32, count: i32, width: i32, steps: i32, depth: i32,
): void {
  const panel = bytes(width * depth);
  for (let k = 0; k < steps; k++) {
    let to = packed + bytes(k * width);
    let at = source + bytes(k * stride);
    let i = 0;
    for (; i + width <= count; i += width) {
      v128.store(to, v128.load(at));
      if (width == COLUMNS) v128.store(to, v128.load(at, 16), 16);
      to += panel;
      at += bytes(width);
    }
    if (i < count) packFew(to, at, 1, count - i, width);
  }
}

/** Panels of the rows of a matrix, as of the columns of its transpose: `count` rows of `steps` values. */
export function packRows(
  packed: usize, source: usize, stride: i32, count: i32, width: i32, steps: i32, depth: i32,
): void {
  const row = bytes(stride);
  const step = bytes(width);
  for (let i = 0; i < count; i += width) {
    for (let half = 0; half < width; half += 4) {
      let to = packed + bytes(i * depth + half);
      let at = source + bytes((i + half) * stride);
      const valid = count - i - half;
      let k = 0;
      if (valid >= 4) {
        for (; k + 4 <= steps; k += 4) {
          const r0 = v128.load(at);
          const r1 = v128.load(at + row);
          const r2 = v128.load(at + 2 * row);
          const r3 = v128.load(at + 3 * row);
          const t0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
          const t1 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
          const t2 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
          const t3 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
          v128.store(to, i64x2.shuffle(t0, t2, 0, 2));
          v128.store(to + step, i64x2.shuffle(t0, t2, 1, 3));
          v128.store(to + 2 * step, i64x2.shuffle(t1, t3, 0, 2));
          v128.store(to + 3 * step, i64x2.shuffle(t1, t3, 1, 3));
          to += 4 * step;
          at += 16;
        }
      }
      for (; k < steps; k++) {
        packFew(to, at, stride, valid, 4);
        to += step;
        at += 4;
      }
    }
  }
}

/** `width` values, `stride` apart in memory; those from `valid` on are zero. */
// @ts-ignore: decorator
@inline function packFew(packed: usize, source: usize, stride: i32, valid: i32, width: i32): void {
  for (let i = 0; i < width; i++) {
    store<f32>(packed + bytes(i), i < valid ? load<f32>(source + bytes(i * stride)) : 0);
  }
}

/** The last step of every panel: the bias, or ones where there is none on this side. */
export function packBias(packed: usize, bias: usize, count: i32, width: i32, depth: i32): void {
  for (let i = 0; i < count; i += width) {
    const to = packed + bytes((i + width) * depth - width);
    for (let t = 0; t < width; t++) {
      store<f32>(to + bytes(t), bias == 0 ? 1 : i + t < count ? load<f32>(bias + bytes(i + t)) : 0);
    }
  }
}
