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

/** Three rows, to be read or written, come next. */
export function expectRows(first: usize, second: usize, third: usize, bytes: usize): void {
  at = first;
  end = first + bytes;
  toSecond = second - first;
  toThird = third - first;
}

/** No row comes next. */
export function expectNone(): void {
  end = at;
}

/** Read the next lines of the rows that are expected. */
export function readAhead(lines: usize): void {
  const stop = min(at + lines * LINE, end);
  let words = mixed;
  for (; at < stop; at += LINE) words ^= load<i32>(at) ^ load<i32>(at + toSecond) ^ load<i32>(at + toThird);
  mixed = words;
}
