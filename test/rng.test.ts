import { expect, test } from 'vitest';
import { threefry2x32 } from '../reference/rng.js';
import { Rng } from '../src/rng.js';

// Known answers of the Random123 distribution (kat_vectors, threefry2x32 with 20 rounds).
test.each([
  [[0, 0], [0, 0], [0x6b200159, 0x99ba4efe]],
  [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x1cb996fc, 0xbb002be7]],
  [[0x243f6a88, 0x85a308d3], [0x13198a2e, 0x03707344], [0xc4923a9c, 0x483df7a0]],
])('threefry2x32 of counter %j, key %j', ([c0, c1], [k0, k1], expected) => {
  expect(threefry2x32(k0 as number, k1 as number, c0 as number, c1 as number)).toEqual(expected);
});

test('a split stream depends on seed and name only', () => {
  const rng = new Rng(7);
  const before = rng.split('a').uniform();
  rng.uniform();
  expect(rng.split('a').uniform()).toBe(before);
  expect(rng.split('b').uniform()).not.toBe(before);
  expect(new Rng(8).split('a').uniform()).not.toBe(before);
});

test('normals have mean 0 and variance 1', () => {
  const rng = new Rng(1);
  const n = 20_000;
  const values = Float64Array.from({ length: n }, () => rng.normal());
  const mean = values.reduce((s, v) => s + v, 0) / n;
  const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / n;
  // Four standard errors of a mean and of a variance of n normal values.
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
});
