// Rows of a table [V, H] by tokens [B, L]. One item is four features: they lie in the lanes of the table's rows, and
// 4 x 4 transposes bring positions into the lanes of y [B, H, L].
import { load4, store4 } from './part';

/** y[b, h, l] = table[tokens[b, l], h], zero for tokens >= V. */
export function embedding(
  from: i32, to: i32, scratch: usize, tokens: usize, table: usize, y: usize, B: i32, L: i32, H: i32, V: u32,
): void {
  const row = <usize>L << 2;
  for (let item = from; item < to; item++) {
    const h = item << 2;
    const features = min(4, H - h);
    for (let b = 0; b < B; b++) {
      let t = tokens + (<usize>(b * L) << 2);
      let q = y + (<usize>((b * H + h) * L) << 2);
      for (let left = L; left > 0; left -= 4, t += 16, q += 16) {
        const ids = load4(t, left);
        const r0 = pick(table, i32x4.extract_lane(ids, 0), V, H, h, features);
        const r1 = pick(table, i32x4.extract_lane(ids, 1), V, H, h, features);
        const r2 = pick(table, i32x4.extract_lane(ids, 2), V, H, h, features);
        const r3 = pick(table, i32x4.extract_lane(ids, 3), V, H, h, features);
        const a = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5), c = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5);
        const e = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7), g = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
        store4(q, v128.shuffle<u64>(a, c, 0, 2), left);
        if (features > 1) store4(q + row, v128.shuffle<u64>(a, c, 1, 3), left);
        if (features > 2) store4(q + 2 * row, v128.shuffle<u64>(e, g, 0, 2), left);
        if (features > 3) store4(q + 3 * row, v128.shuffle<u64>(e, g, 1, 3), left);
      }
    }
  }
}

// @ts-ignore: decorator
@inline function pick(table: usize, token: u32, V: u32, H: i32, h: i32, features: i32): v128 {
  return token < V ? load4(table + (<usize>(token * H + h) << 2), features) : f32x4.splat(0);
}

/** dTable[v, h] = sum of dy[b, h, l] where tokens[b, l] = v, in f64. Scratch: 32 V bytes. */
export function embeddingVjp(
  from: i32, to: i32, scratch: usize, tokens: usize, dy: usize, dTable: usize, B: i32, L: i32, H: i32, V: u32,
): void {
  const row = <usize>L << 2;
  for (let item = from; item < to; item++) {
    const h = item << 2;
    const features = min(4, H - h);
    memory.fill(scratch, 0, <usize>V << 5);
    for (let b = 0; b < B; b++) {
      let t = tokens + (<usize>(b * L) << 2);
      let p = dy + (<usize>((b * H + h) * L) << 2);
      for (let left = L; left > 0; left -= 4, t += 16, p += 16) {
        const ids = load4(t, left);
        const r0 = load4(p, left);
        const r1 = features > 1 ? load4(p + row, left) : r0;
        const r2 = features > 2 ? load4(p + 2 * row, left) : r0;
        const r3 = features > 3 ? load4(p + 3 * row, left) : r0;
        const a = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5), c = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5);
        const e = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7), g = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
        accumulate(scratch, i32x4.extract_lane(ids, 0), V, a, c, 0);
        if (left > 1) accumulate(scratch, i32x4.extract_lane(ids, 1), V, a, c, 1);
        if (left > 2) accumulate(scratch, i32x4.extract_lane(ids, 2), V, e, g, 0);
        if (left > 3) accumulate(scratch, i32x4.extract_lane(ids, 3), V, e, g, 1);
      }
    }
    for (let v: u32 = 0; v < V; v++) {
      const sums = scratch + (<usize>v << 5);
      const out = dTable + (<usize>(v * H + h) << 2);
      for (let i = 0; i < features; i++) {
        store<f32>(out + (<usize>i << 2), <f32>load<f64>(sums + (<usize>i << 3)));
      }
    }
  }
}

/** Add two features of `low` and two of `high`, from one half of each, to a token's sums. */
// @ts-ignore: decorator
@inline function accumulate(sums: usize, token: u32, V: u32, low: v128, high: v128, half: i32): void {
  if (token >= V) return;
  const p = sums + (<usize>token << 5);
  const first = half ? v128.shuffle<u64>(low, low, 1, 0) : low;
  const second = half ? v128.shuffle<u64>(high, high, 1, 0) : high;
  v128.store(p, f64x2.add(v128.load(p), f64x2.promote_low_f32x4(first)));
  v128.store(p, f64x2.add(v128.load(p, 16), f64x2.promote_low_f32x4(second)), 16);
}
