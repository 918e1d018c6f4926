// The exports of the module. Every kernel is kernel(from, to, scratch, ...args) over a range of items.

/** First address that the module itself does not use. */
export function heapBase(): usize {
  return __heap_base;
}
