// Which nodes of a feature's kernel lie so near to the frequency of a mode that they are taken in f64, s4-exact.ts.
import { P_ROW } from './s4-feature';

/** A mode that decays by less than exp(-0.5) over the n samples is much sharper than the distance between nodes. */
const LASTING: f64 = -0.5;
/** Nodes where a mode's part of s(P, Q) may exceed this are taken in f64: so much cancels in the Woodbury identity. */
const CANCELS: f64 = 40;

/** The node, not rounded, at which s / c = w; the first one where w is negative. */
// @ts-ignore: decorator
@inline function nodeOf(w: f64, dt: f64, n: i32): f64 {
  return <f64>n / Math.PI * Math.atan(max(w, 0) * dt / 2);
}

/** |Im lambda| of mode m. */
// @ts-ignore: decorator
@inline function frequency(feature: usize, m: i32): f64 {
  return Math.abs(load<f64>(feature + (<usize>m << 4), 8));
}

/** Distance from mode m's frequency within which |P|^2 / |i s - c lambda| may exceed CANCELS. */
function reach(feature: usize, m: i32, M: i32, R: i32): f64 {
  let sum: f64 = 0;
  for (let r = 0; r < R; r++) {
    const P = feature + (<usize>((P_ROW + r) * M + m) << 4);
    sum += load<f64>(P) * load<f64>(P) + load<f64>(P, 8) * load<f64>(P, 8);
  }
  return sum / CANCELS;
}

/** The first node to be taken in f64 for mode m. For m = -1 it is frequency 0, where the modes are real. */
export function firstNear(feature: usize, m: i32, dt: f64, n: i32, M: i32, R: i32): i32 {
  if (m < 0) return 0;
  const w = frequency(feature, m);
  return <i32>min(Math.round(nodeOf(w, dt, n)), Math.ceil(nodeOf(w - reach(feature, m, M, R), dt, n)));
}

/** The last one; -1 if there is none. */
export function lastNear(feature: usize, m: i32, dt: f64, n: i32, M: i32, R: i32): i32 {
  if (m < 0) return 0;
  if (load<f64>(feature + (<usize>m << 4)) * dt * <f64>n < LASTING) return -1;
  const w = frequency(feature, m);
  const last = max(Math.round(nodeOf(w, dt, n)), Math.floor(nodeOf(w + reach(feature, m, M, R), dt, n)));
  return min(<i32>last, n >> 1);
}
