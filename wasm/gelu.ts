// gelu(v) = v Phi(v) = max(v, 0) - |v| Q(|v|), with bias and dropout.
import { bell4, near4, one4, peak4, tail4 } from './math';
import { load4, store4, sum4 } from './part';
import { MASK_BLOCK, rowFactors } from './random';
import { nmadd } from './simd';

/** y = mask gelu(x + bias[h]) on rows of length L. bias and key may be 0. */
export function gelu(
  from: i32, to: i32, scratch: usize, x: usize, y: usize, bias: usize, H: i32, L: i32,
  key: usize, stream: u32, threshold: u32, factor: f32, tied: i32,
): void {
  for (let row = from; row < to; row++) {
    const shift = f32x4.splat(bias ? load<f32>(bias + (<usize>(row % H) << 2)) : 0);
    for (let l = 0; l < L; l += MASK_BLOCK) {
      const n = min(MASK_BLOCK, L - l);
      let mask = rowFactors(scratch, row, l, n, L, key, stream, threshold, factor, tied);
      let at = <usize>(row * L + l) << 2;
      for (let left = n; left > 0; left -= 4, at += 16, mask += 16) {
        const v = f32x4.add(load4(x + at, left), shift);
        const a = near4(v);
        const tail = f32x4.mul(bell4(a), tail4(a));
        const value = nmadd(a, tail, f32x4.pmax(v, f32x4.splat(0)));
        store4(y + at, f32x4.mul(value, v128.load(mask)), left);
      }
    }
  }
}

/**
 * dx = mask dy gelu'(x + bias[h]) on channels of B rows; dBias[h] is its sum. With d = Q(|v|) - |v| phi(v),
 * gelu'(v) = 1 - d for v >= 0 and d below. bias, dBias and key may be 0.
 */
export function geluVjp(
  from: i32, to: i32, scratch: usize, x: usize, dy: usize, dx: usize, bias: usize, dBias: usize, B: i32, H: i32, L: i32,
  key: usize, stream: u32, threshold: u32, factor: f32, tied: i32,
): void {
  for (let h = from; h < to; h++) {
    const shift = f32x4.splat(bias ? load<f32>(bias + (<usize>h << 2)) : 0);
    let total: f64 = 0;
    for (let b = 0; b < B; b++) {
      const row = b * H + h;
      for (let l = 0; l < L; l += MASK_BLOCK) {
        const n = min(MASK_BLOCK, L - l);
        let mask = rowFactors(scratch, row, l, n, L, key, stream, threshold, factor, tied);
        let at = <usize>(row * L + l) << 2;
        let sum = f32x4.splat(0);
        for (let left = n; left > 0; left -= 4, at += 16, mask += 16) {
          const v = f32x4.add(load4(x + at, left), shift);
          const a = near4(v);
          const d = f32x4.mul(bell4(a), nmadd(a, peak4(), tail4(a)));
          const slope = v128.bitselect(d, f32x4.sub(one4(), d), f32x4.lt(v, f32x4.splat(0)));
          // Beyond the end of the row dy is zero, so the sum can take all lanes.
          const value = f32x4.mul(f32x4.mul(slope, load4(dy + at, left)), v128.load(mask));
          sum = f32x4.add(sum, value);
          store4(dx + at, value, left);
        }
        total += sum4(sum);
      }
    }
    if (dBias) store<f32>(dBias + (<usize>h << 2), <f32>total);
  }
}
