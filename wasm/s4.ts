// State space models with A diagonal plus low-rank (S4). One item is a feature h; see reference/s4.ts for the equations
// and s4.md for the method.
import {
  NODES, PAIR, flush, placeNodes, project, projectVjp, reciprocals, reciprocalsVjp,
} from './cauchy';
import { exactValue, exactVjp } from './s4-exact';
import { readFeature, rowsOf, sumsOf, weigh, weighVjp } from './s4-feature';
import { firstNear, lastNear } from './s4-near';
import { kindOfDt, kindOfIm, kindOfRe, transform, transformSlope } from './ssm';
import { WORK, woodbury, woodburyVjp } from './woodbury';

/** Pairs whose nodes' gradients are summed in f32, before they are added in f64. */
const TILE = 8;

/** Complex rows of modes that the features of a set share: lambda, B, P_r. */
// @ts-ignore: decorator
@inline function sharedRows(R: i32): i32 {
  return 2 + R;
}

/** Weights of a mode, rounded up to a multiple of 4. */
// @ts-ignore: decorator
@inline function strideOf(R: i32, channels: i32): i32 {
  return (2 * sumsOf(R, channels) + 3) & ~3;
}

/** cos and sin of half the angle of node f. */
// @ts-ignore: decorator
@inline function nodeAt(table: usize, f: i32): usize {
  return table + (<usize>(f >> 3) << 7) + (<usize>(f & 7) << 3);
}

/** The step of feature h. */
// @ts-ignore: decorator
@inline function stepOf(invDt: usize, h: i32, transforms: i32, rate: f64): f64 {
  return rate * transform(kindOfDt(transforms), <f64>load<f32>(invDt + (<usize>h << 2)));
}

/**
 * The spectrum K[c, h, f], f < F = floor(n / 2) + 1, of the kernel; `table` holds cos and sin of half the nodes'
 * angles, f64, for each 8 nodes [2][8].
 *
 * Scratch: feature [2 + R + C][M] complex f64, modes [M][2], weights [M][stride], q [M] pairs, sums [stride] pairs,
 * nodes and work.
 */
export function s4Spectrum(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, P: usize, C: usize,
  table: usize, K: usize, H: i32, S: i32, M: i32, R: i32, channels: i32, transforms: i32, rate: f64, n: i32,
): void {
  const F = (n >> 1) + 1;
  const stride = strideOf(R, channels), rows = 2 * sumsOf(R, channels);
  const nodes = scratch, work = nodes + NODES, feature = work + WORK;
  const modes = feature + (<usize>(rowsOf(R, channels) * M) << 4);
  const weights = modes + (<usize>M << 3);
  const q = weights + (<usize>(M * stride) << 2);
  const sums = q + <usize>M * PAIR;
  const channelBytes = <usize>(H * F) << 3;
  for (let h = from; h < to; h++) {
    readFeature(feature, h, invReA, invImA, B, P, C, H, S, M, R, channels, transforms);
    weigh(modes, weights, feature, M, stride, M, R, channels);
    const dt = stepOf(invDt, h, transforms, rate);
    const row = K + (<usize>(h * F) << 3);
    for (let f = 0, out = row; f < F; f += 8, out += 64) {
      placeNodes(nodes, table + (<usize>f << 4), 2 / dt);
      reciprocals(q, nodes, modes, M);
      project(sums, q, weights, rows, stride, M);
      woodbury(out, channelBytes, sums, nodes, work, R, channels, F - f);
      if (F - f > 4) woodbury(out + 32, channelBytes, sums + 32, nodes + 16, work, R, channels, F - f - 4);
    }
    for (let m = -1; m < M; m++) {
      // Frequency 0 always: the real parts of all modes meet there.
      const last = lastNear(feature, m, dt, n, M, R);
      for (let f = firstNear(feature, m, dt, n, M, R); f <= last; f++) {
        const c = load<f64>(nodeAt(table, f)), sin = load<f64>(nodeAt(table, f), 64);
        exactValue(row + (<usize>f << 3), channelBytes, feature, sums, c, 2 / dt * sin, sin, M, R, channels);
      }
    }
  }
}

/**
 * The gradient of {@link s4Spectrum}: dInvDt and dC, and feature h's part of the others, complex f64 [H][2 + R][M],
 * for {@link s4Sums}. dK is overwritten at some nodes.
 *
 * Scratch, with `count` = M rounded up to an even number: features [2][2 + R + C][M] complex f64, dModes [count][2]
 * f64, dWeights [count][stride] f64, modes [count][2], weights [count][stride], lanes [count][2] vectors, sums and, for
 * TILE pairs, nodes, q [count] and dSums [stride].
 */
export function s4SpectrumVjp(
  from: i32, to: i32, scratch: usize, invDt: usize, invReA: usize, invImA: usize, B: usize, P: usize, C: usize,
  table: usize, dK: usize, dInvDt: usize, dC: usize, parts: usize,
  H: i32, S: i32, M: i32, R: i32, channels: i32, transforms: i32, rate: f64, n: i32,
): void {
  const F = (n >> 1) + 1;
  const stride = strideOf(R, channels), rows = 2 * sumsOf(R, channels), count = (M + 1) & ~1;
  const featureBytes = <usize>(rowsOf(R, channels) * M) << 4;
  const work = scratch, feature = work + WORK, dFeature = feature + featureBytes;
  const dModes = dFeature + featureBytes;
  const dWeights = dModes + (<usize>count << 4);
  // Behind the cotangents of weights: s times that of s.
  const dStep = dWeights + (<usize>(count * stride) << 3);
  const modes = dStep + 16;
  const weights = modes + (<usize>count << 3);
  const lanes = weights + (<usize>(count * stride) << 2);
  const sums = lanes + (<usize>count << 5);
  const nodes = sums + <usize>stride * PAIR;
  const q = nodes + TILE * NODES;
  const dSums = q + TILE * <usize>count * PAIR;
  const channelBytes = <usize>(H * F) << 3, shared = <usize>(sharedRows(R) * M) << 4;
  memory.fill(dSums, 0, TILE * <usize>stride * PAIR);
  for (let h = from; h < to; h++) {
    readFeature(feature, h, invReA, invImA, B, P, C, H, S, M, R, channels, transforms);
    weigh(modes, weights, feature, count, stride, M, R, channels);
    memory.fill(dModes, 0, modes - dModes);
    const dt = stepOf(invDt, h, transforms, rate);
    const row = dK + (<usize>(h * F) << 3);
    memory.fill(dFeature, 0, featureBytes);
    let slope: f64 = 0;
    for (let m = -1; m < M; m++) {
      const last = lastNear(feature, m, dt, n, M, R);
      for (let f = firstNear(feature, m, dt, n, M, R); f <= last; f++) {
        const c = load<f64>(nodeAt(table, f)), sin = load<f64>(nodeAt(table, f), 64);
        const at = row + (<usize>f << 3);
        slope += exactVjp(dFeature, at, channelBytes, feature, sums, c, 2 / dt * sin, sin, M, R, channels);
      }
    }
    for (let start = 0; start < F; start += 8 * TILE) {
      memory.fill(lanes, 0, <usize>count << 5);
      let total = f32x4.splat(0);
      const pairs = min(TILE, (F - start + 7) / 8);
      for (let pair = 0; pair < pairs; pair++) {
        const f = start + 8 * pair, left = F - f;
        const n = nodes + <usize>pair * NODES, reciprocal = q + <usize>(pair * count) * PAIR;
        const d = dSums + <usize>(pair * stride) * PAIR, g = row + (<usize>f << 3);
        placeNodes(n, table + (<usize>f << 4), 2 / dt);
        reciprocals(reciprocal, n, modes, count);
        project(sums, reciprocal, weights, rows, stride, count);
        total = f32x4.add(total, woodburyVjp(d, g, channelBytes, sums, n, work, R, channels, left));
        total = f32x4.add(
          total, woodburyVjp(d + 32, g + 32, channelBytes, sums + 32, n + 16, work, R, channels, left - 4),
        );
        const half = reciprocalsVjp(lanes, reciprocal, n, weights, d, rows, stride, count);
        total = f32x4.add(total, f32x4.add(half, half));
      }
      projectVjp(dWeights, q, dSums, stride, count, pairs);
      for (let i = 0; i < 2 * count; i++) flush(dModes + (<usize>i << 3), v128.load(lanes + (<usize>i << 4)));
      flush(dStep, total);
    }
    weighVjp(dFeature, dModes, dWeights, feature, stride, M, R, channels);
    // s is 2 sin / dt, and c s Re lambda is proportional to it too.
    slope += load<f64>(dStep);
    for (let m = 0; m < M; m++) {
      slope += 2 * load<f64>(feature + (<usize>m << 4)) * load<f64>(dModes + (<usize>m << 4), 8);
    }
    const at = <usize>h << 2;
    const dDt = -slope / dt * rate;
    store<f32>(dInvDt + at, <f32>(dDt * transformSlope(kindOfDt(transforms), <f64>load<f32>(invDt + at))));
    memory.copy(parts + <usize>h * shared, dFeature, shared);
    for (let c = 0; c < channels; c++) {
      const d = dFeature + shared + (<usize>(c * M) << 4), out = dC + (<usize>((c * H + h) * M) << 3);
      for (let i = 0; i < 2 * M; i++) store<f32>(out + (<usize>i << 2), <f32>load<f64>(d + (<usize>i << 3)));
    }
  }
}

/** The sums over the features of each set, in order. One item is one of the S sets. */
export function s4Sums(
  from: i32, to: i32, scratch: usize, invReA: usize, invImA: usize, parts: usize,
  dInvReA: usize, dInvImA: usize, dB: usize, dP: usize, H: i32, S: i32, M: i32, R: i32, transforms: i32,
): void {
  const rows = sharedRows(R);
  for (let set = from; set < to; set++) {
    for (let row = 0; row < rows; row++) {
      for (let m = 0; m < M; m++) {
        let re: f64 = 0, im: f64 = 0;
        for (let h = set; h < H; h += S) {
          const part = parts + (<usize>((h * rows + row) * M + m) << 4);
          re += load<f64>(part);
          im += load<f64>(part, 8);
        }
        const at = <usize>(set * M + m) << 2;
        if (row == 0) {
          re *= -transformSlope(kindOfRe(transforms), <f64>load<f32>(invReA + at));
          im *= -transformSlope(kindOfIm(transforms), <f64>load<f32>(invImA + at));
          store<f32>(dInvReA + at, <f32>re);
          store<f32>(dInvImA + at, <f32>im);
        } else {
          const to = row == 1 ? dB + 2 * at : dP + (<usize>(((row - 2) * S + set) * M + m) << 3);
          store<f32>(to, <f32>re);
          store<f32>(to, <f32>im, 4);
        }
      }
    }
  }
}
