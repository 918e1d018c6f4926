import { ShapeError } from '../errors.js';

/**
 * Linear warm-up, then half a cosine down to 0.
 *
 *     factor(t) = t / warmup                                             t < warmup
 *               = (1 + cos(pi (t - warmup) / (total - warmup))) / 2      t < total
 *               = 0                                                      from total on
 *
 * @param t - number of steps done before; the first step with warm-up has factor 0.
 * @returns what the base learning rates are multiplied by.
 * @throws {@link ShapeError} unless 0 <= warmup <= total.
 */
export function cosineWarmup(
  t: number,
  { warmup, total }: { readonly warmup: number; readonly total: number },
): number {
  if (!(warmup >= 0 && warmup <= total)) {
    throw new ShapeError(`cosineWarmup: warmup is ${warmup} and total ${total}, expected 0 <= warmup <= total`);
  }
  if (t < warmup) return t / warmup;
  if (t >= total) return 0;
  return (1 + Math.cos((Math.PI * (t - warmup)) / (total - warmup))) / 2;
}
