/** @file Complex numbers in f64. */

export type Complex = readonly [re: number, im: number];

export const add = (a: Complex, b: Complex): Complex => [a[0] + b[0], a[1] + b[1]];
export const sub = (a: Complex, b: Complex): Complex => [a[0] - b[0], a[1] - b[1]];
export const mul = (a: Complex, b: Complex): Complex => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
export const scale = (x: number, a: Complex): Complex => [x * a[0], x * a[1]];
export const conj = (a: Complex): Complex => [a[0], -a[1]];

export function inverse(a: Complex): Complex {
  const norm = a[0] * a[0] + a[1] * a[1];
  return [a[0] / norm, -a[1] / norm];
}

export function exp(a: Complex): Complex {
  const r = Math.exp(a[0]);
  return [r * Math.cos(a[1]), r * Math.sin(a[1])];
}

/** exp(a) - 1 without cancellation near a = 0. */
export function expm1(a: Complex): Complex {
  const half = Math.sin(a[1] / 2);
  return [Math.expm1(a[0]) * Math.cos(a[1]) - 2 * half * half, Math.exp(a[0]) * Math.sin(a[1])];
}

/** Entry i of an array of pairs. */
export const at = (x: ArrayLike<number>, i: number): Complex => [x[2 * i], x[2 * i + 1]];

/** Add to entry i of an array of pairs. */
export function addAt(x: Float64Array, i: number, a: Complex): void {
  x[2 * i] += a[0];
  x[2 * i + 1] += a[1];
}
