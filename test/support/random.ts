import { Rng } from '../../src/rng.js';

/** n standard normal values that f32 holds exactly, so that every backend starts from equal numbers. */
export function normals(n: number, rng: Rng): Float64Array {
  return Float64Array.from({ length: n }, () => Math.fround(rng.normal()));
}

export { Rng };
