import { type LongconvCase, title } from '../cases/longconv.js';
import { EPS32 } from './close.js';
import { type Op, randn } from './op.js';

/** Transforms of n >= L + K values: log2 n roundings each way. At L = 2^20 this is 1.9e-6. */
export const longconvBound = (L: number, K = L): number => 1.5 * EPS32 * Math.max(2, Math.ceil(Math.log2(L + K)));

/** A long convolution of random values. */
export function longconvOp(size: LongconvCase): Op {
  const { B, H, L, K = L, C = 1, bidirectional = false, skip = false } = size;
  return {
    name: `longconv ${title(size)}`,
    inputs: (rng) => ({
      u: randn([B, H, L], rng),
      // One kernel per feature may come without its channel axis.
      k: randn(C === 1 && !bidirectional ? [H, K] : [bidirectional ? 2 * C : C, H, K], rng),
      ...(skip ? { D: randn(C === 1 && !bidirectional ? [H] : [C, H], rng) } : {}),
    }),
    forward: (backend, { u, k, D }) => ({ y: backend.longconv(u, k, { D, bidirectional }) }),
    vjp(backend, { u, k, D }, dy) {
      const { du, dk, dD } = backend.longconvVjp(u, k, dy, { D, bidirectional });
      return { u: du, k: dk, ...(dD === undefined ? {} : { D: dD }) };
    },
    bounds: () => ({
      y: longconvBound(L, K),
      u: longconvBound(L, K),
      k: longconvBound(L, K),
      D: 2 * EPS32 * Math.sqrt(B * L),
    }),
  };
}
