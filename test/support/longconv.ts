import type { TensorLike } from '../../src/tensor.js';
import { type LongconvCase, title } from '../cases/longconv.js';
import { EPS32 } from './close.js';
import { type Op, randn } from './op.js';

/** Transforms of n >= L + K values: log2 n roundings each way. At L = 2^20 this is 1.9e-6. */
export const longconvBound = (L: number, K = L): number => 1.5 * EPS32 * Math.max(2, Math.ceil(Math.log2(L + K)));

/** A long convolution of random values. */
export function longconvOp(size: LongconvCase): Op {
  const { B, H, L, K = L, C = 1, bidirectional = false, bins, skip, pregate, postgate } = size;
  const one = C === 1 && !bidirectional;
  // A low-pass kernel is as long as the circle; its gradient loses what it has outside of the bins.
  const bound = longconvBound(L, bins === undefined ? K : 3 * L);
  return {
    name: `longconv ${title(size)}`,
    inputs: (rng) => ({
      u: randn([B, H, L], rng),
      // One kernel per feature may come without its channel axis.
      k: randn(one ? [H, K] : [bidirectional ? 2 * C : C, H, K], rng),
      ...(skip ? { D: randn(one ? [H] : [C, H], rng) } : {}),
      ...(pregate ? { pregate: randn([B, H, L], rng) } : {}),
      ...(postgate ? { postgate: randn([B, C * H, L], rng) } : {}),
    }),
    forward: (backend, { u, k, ...rest }) => ({ y: backend.longconv(u, k, { ...rest, bidirectional, bins }) }),
    vjp(backend, { u, k, ...rest }, dy) {
      const { du, dk, dD, dPregate, dPostgate } = backend.longconvVjp(u, k, dy, { ...rest, bidirectional, bins });
      const options = { D: dD, pregate: dPregate, postgate: dPostgate };
      const given = Object.entries(options).filter((entry): entry is [string, TensorLike] => entry[1] !== undefined);
      return { u: du, k: dk, ...Object.fromEntries(given) };
    },
    bounds: () => ({
      y: bound,
      u: bound,
      k: bound,
      D: 2 * EPS32 * Math.sqrt(B * L),
      pregate: bound,
      postgate: bound,
    }),
  };
}
