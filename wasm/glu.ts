// Gated linear unit: a sigmoid(g), x = [a; g] along axis 1, with dropout and residual.
import { expNeg4, one4 } from './math';
import { load4, store4 } from './part';
import { MASK_BLOCK, rowFactors } from './random';
import { madd } from './simd';

/** y = residual + mask a sigmoid(g) on rows of y, [B, H, L]. residual and key may be 0. */
export function glu(
  from: i32, to: i32, scratch: usize, x: usize, residual: usize, y: usize, H: i32, L: i32,
  key: usize, stream: u32, threshold: u32, factor: f32, tied: i32,
): void {
  const gate = <usize>(H * L) << 2;
  for (let row = from; row < to; row++) {
    for (let l = 0; l < L; l += MASK_BLOCK) {
      const n = min(MASK_BLOCK, L - l);
      let mask = rowFactors(scratch, row, l, n, L, key, stream, threshold, factor, tied);
      let at = <usize>(row * L + l) << 2;
      let a = x + (<usize>((row + row / H * H) * L + l) << 2);
      for (let left = n; left > 0; left -= 4, at += 16, a += 16, mask += 16) {
        const g = load4(a + gate, left);
        const sigma = f32x4.div(one4(), f32x4.add(one4(), expNeg4(g)));
        const value = f32x4.mul(load4(a, left), sigma);
        const base = residual ? load4(residual + at, left) : f32x4.splat(0);
        store4(y + at, madd(value, v128.load(mask), base), left);
      }
    }
  }
}

/** da = mask dy sigmoid(g), dg = mask dy a sigmoid(g) sigmoid(-g) on rows of dy. key may be 0. */
export function gluVjp(
  from: i32, to: i32, scratch: usize, x: usize, dy: usize, dx: usize, H: i32, L: i32,
  key: usize, stream: u32, threshold: u32, factor: f32, tied: i32,
): void {
  const gate = <usize>(H * L) << 2;
  for (let row = from; row < to; row++) {
    for (let l = 0; l < L; l += MASK_BLOCK) {
      const n = min(MASK_BLOCK, L - l);
      let mask = rowFactors(scratch, row, l, n, L, key, stream, threshold, factor, tied);
      let at = <usize>(row * L + l) << 2;
      let a = <usize>((row + row / H * H) * L + l) << 2;
      for (let left = n; left > 0; left -= 4, at += 16, a += 16, mask += 16) {
        const g = load4(x + a + gate, left);
        const e = expNeg4(g);
        const sigma = f32x4.div(one4(), f32x4.add(one4(), e));
        const d = f32x4.mul(load4(dy + at, left), v128.load(mask));
        const da = f32x4.mul(d, sigma);
        store4(dx + a, da, left);
        store4(dx + a + gate, f32x4.mul(f32x4.mul(da, load4(x + a, left)), f32x4.mul(e, sigma)), left);
      }
    }
  }
}
