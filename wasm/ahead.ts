// Rows that come next are read into the cache while others are computed.
//
// The rows of one feature lie a whole batch entry apart, and a processor's own prefetching, which goes along a page of
// memory, is only just under way when a row of a page or two ends. So a word of each cache line of the next row is read
// beforehand, a few lines at a time: many at once would stop the computation until they have come.

const LINE: usize = 64;

let at: usize = 0;
let end: usize = 0;
let toSecond: usize = 0;
let toThird: usize = 0;
/** Of all words read, so that they are. */
let mixed: i32 = 0;

/** Rows of so many samples gain by it. */
export function gainsAhead(L: i32): bool {
  return L > 512 && L <= 2048;
}

/**
 * Expect the row after row b of an item, whose last is row last - 1, in each of three arrays [.., L]; none after the
 * last row of item to - 1. Item h parts + part has feature h and `perPart` rows of the batch from part perPart on.
 *
 * @param k - kernels [H, L], of which the next item's is expected in the place of the third array; or 0.
 */
export function expectAfter(
  b: i32, last: i32, item: i32, to: i32, perPart: i32, parts: i32, H: i32, L: i32,
  first: usize, second: usize, third: usize, k: usize,
): void {
  const within = b + 1 < last, follower = within ? item : item + 1;
  if (follower == to) {
    end = at;
    return;
  }
  const h = follower / parts, row = within ? b + 1 : (follower % parts) * perPart, bytes = <usize>L << 2;
  const from = <usize>(row * H + h) * bytes;
  at = first + from;
  end = at + bytes;
  toSecond = second - first;
  toThird = !within && k ? k + <usize>h * bytes - at : third - first;
}

/** Read the next lines of the rows that are expected. */
export function readAhead(lines: usize): void {
  const stop = min(at + lines * LINE, end);
  let words = mixed;
  for (; at < stop; at += LINE) words ^= load<i32>(at) ^ load<i32>(at + toSecond) ^ load<i32>(at + toThird);
  mixed = words;
}
