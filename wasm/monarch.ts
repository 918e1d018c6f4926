// Products by the blocks of one factor of a Monarch matrix; see reference/monarch.ts. A row of values holds G blocks:
// entry e of block g lies at g K + e, one block after the other, or at e G + g, interleaved, which is the permutation
// between the factors. Rows may end before their last entries, which are then zero.
import { COLUMNS, ROWS, bytes, packColumns, packRows } from './matmul-pack';
import { multiplyTile } from './matmul';

/** Rows of values that blocks are taken from. */
let values: usize = 0;
let length: i32 = 0;
let first: i32 = 0;
let apart: i32 = 0;

/** Take block g of G of the rows at x, `size` entries each. */
function setBlock(x: usize, rowLength: i32, g: i32, G: i32, size: i32, interleaved: bool): void {
  values = x;
  length = rowLength;
  first = interleaved ? g : g * size;
  apart = interleaved ? G : 1;
}

/**
 * Panels of `count` rows from row b of entries e .. e + depth - 1; or, across, of `count` entries from e of rows
 * b .. b + depth - 1.
 */
function pack(packed: usize, b: i32, e: i32, count: i32, width: i32, depth: i32, across: bool): void {
  const entries = across ? count : depth;
  if (apart == 1 && first + e + entries <= length) {
    const source = values + ((<usize>b * length + first + e) << 2);
    if (across) packColumns(packed, source, length, count, width, depth, depth);
    else packRows(packed, source, length, count, width, depth, depth);
    return;
  }
  const whole = !across && width == 4 && first + (e + depth - 1) * apart < length;
  for (let i = 0; i < count; i += width) {
    if (whole && i + 4 <= count) {
      packFour(packed, values + ((<usize>(b + i) * length + first + e * apart) << 2), depth);
      packed += bytes(4 * depth);
      continue;
    }
    for (let d = 0; d < depth; d++) {
      for (let t = i; t < i + width; t++) {
        const row = across ? b + d : b + t;
        const at = first + (across ? e + t : e + d) * apart;
        const inside = t < count && at < length;
        store<f32>(packed, inside ? load<f32>(values + ((<usize>row * length + at) << 2)) : 0);
        packed += 4;
      }
    }
  }
}

/** A panel of four rows, `depth` entries from `row` on. */
function packFour(packed: usize, row: usize, depth: i32): void {
  const next = <usize>length << 2, step = <usize>apart << 2;
  for (const end = packed + bytes(4 * depth); packed < end; packed += 16) {
    let v = v128.load32_zero(row);
    v = v128.load_lane<u32>(row + next, v, 1);
    v = v128.load_lane<u32>(row + 2 * next, v, 2);
    v128.store(packed, v128.load_lane<u32>(row + 3 * next, v, 3));
    row += step;
  }
}

/**
 * y[b, g, o] = sum_i w[g, o, i] x[b, g, i] (+ bias), or, transposed, the sum of w[g, i, o] x[b, g, i]. x and y have
 * rows of xLength and yLength values. An item is (g, rows of a tile, columns of a tile), the last fastest.
 * scratch: 32 + (tileB + tileO) min(blockI, I) + tileB tileO floats; tileB is a multiple of 4, tileO of 8.
 */
export function monarchBlocks(
  from: i32, to: i32, scratch: usize,
  x: usize, w: usize, bias: usize, y: usize,
  B: i32, G: i32, O: i32, I: i32, xLength: i32, yLength: i32,
  interleaved: bool, transposed: bool, tileB: i32, tileO: i32, blockI: i32,
): void {
  const tilesO = (O + tileO - 1) / tileO;
  const tilesB = (B + tileB - 1) / tileB;
  const packedX = scratch + bytes(ROWS * COLUMNS);
  const packedW = packedX + bytes(tileB * min(blockI, I));
  const tile = packedW + bytes(tileO * min(blockI, I));
  for (let item = from; item < to; item++) {
    const o0 = (item % tilesO) * tileO;
    const b0 = ((item / tilesO) % tilesB) * tileB;
    const g = item / (tilesO * tilesB);
    const rows = min(tileB, B - b0);
    const columns = min(tileO, O - o0);
    setBlock(x, xLength, g, G, I, interleaved);
    const block = w + ((<usize>g * O * I) << 2);
    for (let i = 0; i < I; i += blockI) {
      const depth = min(blockI, I - i);
      pack(packedX, b0, i, rows, ROWS, depth, false);
      if (transposed) packColumns(packedW, block + bytes(i * O + o0), O, columns, COLUMNS, depth, depth);
      else packRows(packedW, block + bytes(o0 * I + i), I, columns, COLUMNS, depth, depth);
      multiplyTile(tile, tileO, packedX, 0, packedW, rows, columns, depth, i > 0, scratch);
    }
    const start = interleaved ? o0 * G + g : g * O + o0;
    const step = interleaved ? G : 1;
    for (let b = 0; b < rows; b++) {
      const row = y + ((<usize>(b0 + b) * yLength) << 2);
      for (let o = 0, at = start; o < columns && at < yLength; o++, at += step) {
        const sum = load<f32>(tile + bytes(b * tileO + o));
        store<f32>(row + bytes(at), bias ? sum + load<f32>(bias + bytes(at)) : sum);
      }
    }
  }
}

/**
 * dw[g, o, i] = sum_b dy[b, g, o] x[b, g, i]. An item is (g, rows of a tile, columns of a tile), the last fastest.
 * scratch: 32 + (tileO + tileI) min(blockB, B) floats; tileO is a multiple of 4, tileI of 8.
 */
export function monarchWeights(
  from: i32, to: i32, scratch: usize,
  x: usize, dy: usize, dw: usize,
  B: i32, G: i32, O: i32, I: i32, xLength: i32, yLength: i32,
  interleaved: bool, tileO: i32, tileI: i32, blockB: i32,
): void {
  const tilesI = (I + tileI - 1) / tileI;
  const tilesO = (O + tileO - 1) / tileO;
  const packedY = scratch + bytes(ROWS * COLUMNS);
  const packedX = packedY + bytes(tileO * min(blockB, B));
  for (let item = from; item < to; item++) {
    const i0 = (item % tilesI) * tileI;
    const o0 = ((item / tilesI) % tilesO) * tileO;
    const g = item / (tilesI * tilesO);
    const rows = min(tileO, O - o0);
    const columns = min(tileI, I - i0);
    const out = dw + ((<usize>(g * O + o0) * I + i0) << 2);
    for (let b = 0; b < B; b += blockB) {
      const depth = min(blockB, B - b);
      setBlock(dy, yLength, g, G, O, interleaved);
      pack(packedY, b, o0, rows, ROWS, depth, true);
      setBlock(x, xLength, g, G, I, interleaved);
      pack(packedX, b, i0, columns, COLUMNS, depth, true);
      multiplyTile(out, I, packedY, 0, packedX, rows, columns, depth, b > 0, scratch);
    }
  }
}
