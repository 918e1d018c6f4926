// Threefry-2x32 with 20 rounds: two random words from a key and a counter of two words each, bit for bit those of
// reference/rng.ts. Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

fn threefryRound(x: vec2u, left: u32) -> vec2u {
  let sum = x.x + x.y;
  return vec2u(sum, ((x.y << left) | (x.y >> (32u - left))) ^ sum);
}

fn threefryEven(x: vec2u) -> vec2u {
  return threefryRound(threefryRound(threefryRound(threefryRound(x, 13u), 15u), 26u), 6u);
}

fn threefryOdd(x: vec2u) -> vec2u {
  return threefryRound(threefryRound(threefryRound(threefryRound(x, 17u), 29u), 16u), 24u);
}

fn threefry2x32(key: vec2u, counter: vec2u) -> vec2u {
  let third = 0x1bd11bdau ^ key.x ^ key.y;
  var x = threefryEven(counter + key) + vec2u(key.y, third + 1u);
  x = threefryOdd(x) + vec2u(third, key.x + 2u);
  x = threefryEven(x) + vec2u(key.x, key.y + 3u);
  x = threefryOdd(x) + vec2u(key.y, third + 4u);
  return threefryEven(x) + vec2u(third, key.x + 5u);
}
