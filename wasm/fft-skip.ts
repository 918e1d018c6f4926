import { madd } from './simd';

/** Store v at an address, with d times the vector at a distance of skip added if skips is set. */
// @ts-ignore: decorator
@inline export function storeSkipping(skips: boolean, row: usize, v: v128, skip: usize, d: v128): void {
  v128.store(row, skips ? madd(d, v128.load(row + skip), v) : v);
}
