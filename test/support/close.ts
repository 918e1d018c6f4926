import { expect } from 'vitest';

/** Half a unit in the last place of f32, relative: the error of one rounding. */
export const EPS32 = 2 ** -24;

/** RMS of the difference over RMS of the expectation; `floor` is added to the latter where it may vanish. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>, floor = 0): number {
  if (got.length !== want.length) throw new RangeError(`got ${got.length} values, expected ${want.length}`);
  let [difference, scale] = [0, 0];
  for (let i = 0; i < want.length; i++) {
    const w = want[i] as number;
    difference += ((got[i] as number) - w) ** 2;
    scale += w * w;
  }
  if (difference === 0) return 0;
  return Math.sqrt(difference / want.length) / (Math.sqrt(scale / want.length) + floor);
}

/** Expect {@link relativeError} within `bound`; NaN fails. */
export function expectClose(
  what: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  bound: number,
  floor = 0,
): void {
  const error = relativeError(got, want, floor);
  expect(error <= bound, `${what}: relative error ${error} exceeds ${bound}`).toBe(true);
}

/** Largest difference over largest magnitude: the measure of the golden files. */
export function maxError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) throw new RangeError(`got ${got.length} values, expected ${want.length}`);
  let [difference, scale] = [0, 0];
  for (let i = 0; i < want.length; i++) {
    const d = Math.abs((got[i] as number) - (want[i] as number));
    if (!(d <= difference)) difference = d;
    scale = Math.max(scale, Math.abs(want[i] as number));
  }
  return scale === 0 ? difference : difference / scale;
}

/** Expect {@link maxError} within `bound`; NaN fails. */
export function expectGolden(what: string, got: ArrayLike<number>, want: ArrayLike<number>, bound: number): void {
  const error = maxError(got, want);
  expect(error <= bound, `${what}: largest error ${error} exceeds ${bound}`).toBe(true);
}
