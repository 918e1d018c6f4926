/**
 * @file Threefry-2x32 with 20 rounds, the counter-based generator of all randomness here.
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];

/** Two random words from a key and a counter of two words each. */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  const key = [key0 | 0, key1 | 0, 0x1bd11bda ^ key0 ^ key1];
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let round = 0; round < 20; round++) {
    const r = ROTATIONS[round % 8] as number;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    if (round % 4 === 3) {
      const i = (round + 1) / 4;
      x0 = (x0 + (key[i % 3] as number)) | 0;
      x1 = (x1 + (key[(i + 1) % 3] as number) + i) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/**
 * The factor that dropout applies to entry `index`: 0 or 1 / (1 - p).
 *
 * Word index mod 2 of threefry2x32(key, [floor(index / 2), stream]) is compared, as an unsigned number, with
 * floor((1 - p) 2^32) (2^32 - 1 at most): below it the entry is kept. Tied dropout takes the number of the row for
 * `index`.
 */
export function dropoutFactor(p: number, key: ArrayLike<number>, stream: number, index: number): number {
  const words = threefry2x32(key[0] as number, key[1] as number, Math.floor(index / 2), stream);
  return (words[index % 2] as number) < keepThreshold(p) ? 1 / (1 - p) : 0;
}

/** A word below this keeps its entry. */
export function keepThreshold(p: number): number {
  return Math.min(2 ** 32 - 1, Math.floor((1 - p) * 2 ** 32));
}
