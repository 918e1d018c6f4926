// Rows whose length is not a multiple of four.

/** The first `left` entries at p, and zeros. */
// @ts-ignore: decorator
@inline export function load4(p: usize, left: i32): v128 {
  return left >= 4 ? v128.load(p) : loadPart(p, left);
}

/** Store the first `left` entries of v at p. */
// @ts-ignore: decorator
@inline export function store4(p: usize, v: v128, left: i32): void {
  if (left >= 4) v128.store(p, v);
  else storePart(p, v, left);
}

function loadPart(p: usize, left: i32): v128 {
  if (left == 1) return v128.load32_zero(p);
  const v = v128.load64_zero(p);
  return left == 2 ? v : v128.load_lane<u32>(p, v, 2, 8);
}

function storePart(p: usize, v: v128, left: i32): void {
  if (left == 1) {
    v128.store_lane<u32>(p, v, 0);
    return;
  }
  v128.store_lane<u64>(p, v, 0);
  if (left == 3) v128.store_lane<u32>(p, v, 2, 8);
}

/** The sum of the four entries. */
// @ts-ignore: decorator
@inline export function sum4(v: v128): f64 {
  const pairs = f64x2.add(
    f64x2.promote_low_f32x4(v),
    f64x2.promote_low_f32x4(v128.shuffle<u64>(v, v, 1, 0)),
  );
  return f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
}
