// The factor by which dropout multiplies an element: 0 or 1 / (1 - p).
//
// Uses: random.wgsl, draw-1.wgsl or draw-4.wgsl; a binding `key: array<u32>` of two words; and of Params threshold
// (a word below it keeps its entry), keepScale = 1 / (1 - p) and stream.

// 0: none, 1: a draw for each entry, 2: a draw for each row of the last axis.
override DROPOUT: u32 = 1u;

fn dropoutFactor(e: u32, row: u32) -> elem {
  if (DROPOUT == 0u) { return elem(1.0); }
  let words = vec2u(key[0], key[1]);
  if (DROPOUT == 2u) {
    let word = threefry2x32(words, vec2u(row >> 1u, params.stream))[row & 1u];
    return elem(select(0.0, params.keepScale, word < params.threshold));
  }
  return select(elem(0.0), elem(params.keepScale), draw(words, params.stream, e) < elemU(params.threshold));
}
