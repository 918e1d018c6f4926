// Sums over the first or the last axis of a matrix.

/** y[i] = sum over s of parts[s, i], i < size; an item is 16 values. */
export function sumParts(from: i32, to: i32, scratch: usize, y: usize, parts: usize, count: i32, size: i32): void {
  const row = <usize>size << 2;
  for (let item = from; item < to; item++) {
    const i = 16 * item;
    let at = parts + (<usize>i << 2);
    const out = y + (<usize>i << 2);
    if (i + 16 <= size) {
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (let s = 0; s < count; s++) {
        s0 = f32x4.add(s0, v128.load(at));
        s1 = f32x4.add(s1, v128.load(at, 16));
        s2 = f32x4.add(s2, v128.load(at, 32));
        s3 = f32x4.add(s3, v128.load(at, 48));
        at += row;
      }
      v128.store(out, s0);
      v128.store(out, s1, 16);
      v128.store(out, s2, 32);
      v128.store(out, s3, 48);
    } else {
      for (let t = 0; i + t < size; t++) {
        let sum: f32 = 0;
        for (let s = 0; s < count; s++) sum += load<f32>(at + (<usize>(s * size + t) << 2));
        store<f32>(out + (<usize>t << 2), sum);
      }
    }
  }
}

/** y[i] = sum of row i of x, rows of L values; an item is a row. */
export function sumRows(from: i32, to: i32, scratch: usize, y: usize, x: usize, L: i32): void {
  for (let i = from; i < to; i++) {
    let at = x + ((<usize>i * L) << 2);
    const end = at + (<usize>L << 2);
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (; at + 64 <= end; at += 64) {
      s0 = f32x4.add(s0, v128.load(at));
      s1 = f32x4.add(s1, v128.load(at, 16));
      s2 = f32x4.add(s2, v128.load(at, 32));
      s3 = f32x4.add(s3, v128.load(at, 48));
    }
    for (; at + 16 <= end; at += 16) s0 = f32x4.add(s0, v128.load(at));
    s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
    let sum = f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1);
    sum += f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3);
    for (; at < end; at += 4) sum += load<f32>(at);
    store<f32>(y + (<usize>i << 2), sum);
  }
}
