// Diagonal state space models one step at a time. One item is a feature h; see reference/s4d-step.ts for the equations.
import { load4, store4, sum4 } from './part';
import { AB, COEF, MODE, mulIm, mulRe, discretise } from './s4d-mode';
import { im, putSingle, re } from './s4d-table';
import { madd } from './simd';

/** modes[h, m] = (Ab - 1, Bb), complex, rounded once. Scratch: the modes of a feature. */
export function s4dModes(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, modes: usize,
  H: i32, S: i32, M: i32, channels: i32, transforms: i32, rate: f64, discretisation: i32, bandlimit: f64,
): void {
  for (let h = from; h < to; h++) {
    discretise(scratch, M, invDt, invReA, invImA, h, S, M, transforms, rate, discretisation, bandlimit, 1, false);
    for (let m = 0; m < M; m++) {
      const mode = scratch + <usize>m * MODE, b = h % S * M + m, i = 2 * (h * M + m);
      const cr = load<f64>(mode + COEF), ci = load<f64>(mode + COEF, 8);
      putSingle(modes, i, load<f64>(mode + AB) - 1, load<f64>(mode + AB, 8));
      putSingle(modes, i + 1, mulRe(cr, ci, re(B, b), im(B, b)), mulIm(cr, ci, re(B, b), im(B, b)));
    }
  }
}

/** x + a x + b u of two modes (a, b), or of one and nothing where `left` < 4 values are left of x. */
// @ts-ignore: decorator
@inline function advance(x: v128, modes: usize, left: i32, u: v128): v128 {
  const first = v128.load(modes), second = left >= 4 ? v128.load(modes, 16) : first;
  const ar = v128.shuffle<f32>(first, second, 0, 0, 4, 4);
  const ai = v128.shuffle<f32>(first, second, 1, 1, 5, 5);
  const b = v128.shuffle<f32>(first, second, 2, 3, 6, 7);
  const turned = f32x4.mul(v128.shuffle<f32>(x, x, 1, 0, 3, 2), f32x4(-1, 1, -1, 1));
  // The small terms are added to each other before they meet x.
  return f32x4.add(x, madd(ai, turned, madd(ar, x, f32x4.mul(b, u))));
}

/** One step: x = x + (Ab - 1) x + Bb u in place, y[b, c H + h] = 2 Re sum_m C x (+ D u); D may be 0. x is `state`. */
export function s4dStep(
  from: i32, to: i32, scratch: usize, modes: usize, C: usize, D: usize, state: usize, u: usize, y: usize,
  batch: i32, H: i32, M: i32, channels: i32,
): void {
  const conjugate = f32x4(2, -2, 2, -2);
  for (let h = from; h < to; h++) {
    const own = modes + (<usize>(h * M) << 4);
    for (let b = 0; b < batch; b++) {
      const input = load<f32>(u + (<usize>(b * H + h) << 2)), value = f32x4.splat(input);
      const x = state + (<usize>((b * H + h) * M) << 3);
      for (let i = 0, left = 2 * M; left > 0; i += 16, left -= 4) {
        store4(x + i, advance(load4(x + i, left), own + 2 * i, left, value), left);
      }
      for (let c = 0; c < channels; c++) {
        const row = C + (<usize>((c * H + h) * M) << 3);
        let sums = f32x4.splat(0);
        for (let i = 0, left = 2 * M; left > 0; i += 16, left -= 4) {
          sums = madd(load4(row + i, left), load4(x + i, left), sums);
        }
        let sum = <f32>sum4(f32x4.mul(sums, conjugate));
        if (D) sum += load<f32>(D + (<usize>(c * H + h) << 2)) * input;
        store<f32>(y + (<usize>((b * channels + c) * H + h) << 2), sum);
      }
    }
  }
}
