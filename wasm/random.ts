// Dropout masks: threefry2x32 with 20 rounds on four counters at once. See reference/rng.ts.

/** Entries of one block of factors. */
export const MASK_BLOCK: i32 = 256;

// @ts-ignore: decorator
@inline function turn(x0: v128, x1: v128, r: i32): v128 {
  return v128.xor(v128.or(i32x4.shl(x1, r), i32x4.shr_u(x1, 32 - r)), x0);
}

/**
 * The factors of n <= MASK_BLOCK entries from number `index` on, and of some after them: 0 or `factor`.
 *
 * @param out - room for MASK_BLOCK + 16 numbers.
 * @returns the address of the first, in out.
 */
function keepFactors(out: usize, index: u32, n: i32, key: usize, stream: u32, threshold: u32, factor: f32): usize {
  const k0 = i32x4.splat(load<i32>(key));
  const k1 = i32x4.splat(load<i32>(key, 4));
  const k2 = v128.xor(v128.xor(k0, k1), i32x4.splat(0x1bd11bda));
  const below = i32x4.splat(threshold);
  const kept = f32x4.splat(factor);
  const odd = index & 1;
  let counter = i32x4.add(i32x4.splat(index >> 1), i32x4(0, 1, 2, 3));
  const start = i32x4.add(i32x4.splat(stream), k1);
  for (let i = 0, p = out; i < n + 4; i += 8, p += 32) {
    let x0 = i32x4.add(counter, k0);
    let x1 = start;
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 13);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 15);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 26);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 6);
    x0 = i32x4.add(x0, k1); x1 = i32x4.add(i32x4.add(x1, k2), i32x4.splat(1));
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 17);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 29);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 16);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 24);
    x0 = i32x4.add(x0, k2); x1 = i32x4.add(i32x4.add(x1, k0), i32x4.splat(2));
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 13);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 15);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 26);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 6);
    x0 = i32x4.add(x0, k0); x1 = i32x4.add(i32x4.add(x1, k1), i32x4.splat(3));
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 17);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 29);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 16);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 24);
    x0 = i32x4.add(x0, k1); x1 = i32x4.add(i32x4.add(x1, k2), i32x4.splat(4));
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 13);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 15);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 26);
    x0 = i32x4.add(x0, x1); x1 = turn(x0, x1, 6);
    x0 = i32x4.add(x0, k2); x1 = i32x4.add(i32x4.add(x1, k0), i32x4.splat(5));
    const even = v128.and(i32x4.lt_u(x0, below), kept);
    const uneven = v128.and(i32x4.lt_u(x1, below), kept);
    v128.store(p, v128.shuffle<u32>(even, uneven, 0, 4, 1, 5));
    v128.store(p, v128.shuffle<u32>(even, uneven, 2, 6, 3, 7), 16);
    counter = i32x4.add(counter, i32x4.splat(4));
  }
  return out + (<usize>odd << 2);
}

/**
 * The factors of entries l .. l + n - 1 of a row, n <= MASK_BLOCK: of dropout, or 1 where key is 0.
 *
 * @param out - room for MASK_BLOCK + 16 numbers.
 * @returns the address of the first, in out.
 */
export function rowFactors(
  out: usize, row: i32, l: i32, n: i32, L: i32,
  key: usize, stream: u32, threshold: u32, factor: f32, tied: i32,
): usize {
  if (key && !tied) return keepFactors(out, <u32>(row * L + l), n, key, stream, threshold, factor);
  const one = key ? load<f32>(keepFactors(out, row, 1, key, stream, threshold, factor)) : <f32>1;
  for (let i = 0; i < n; i += 4) v128.store(out + (<usize>i << 2), f32x4.splat(one));
  return out;
}
