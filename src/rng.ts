import { threefry2x32 } from '../reference/rng.js';

/**
 * A stream of random numbers on the host. It has no hidden state shared with others: `split(name)` gives an
 * independent stream that depends on the seed and the path of names only, not on what was drawn before.
 */
export class Rng {
  readonly #key: readonly [number, number];
  #counter = 0;
  #spare: number | undefined;

  constructor(seed: number | readonly [number, number]) {
    this.#key = typeof seed === 'number' ? [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] : [seed[0], seed[1]];
  }

  /** An independent stream for `name`. */
  split(name: string | number): Rng {
    let [a, b] = this.#key;
    for (const char of `${name}`) [a, b] = threefry2x32(a, b, char.codePointAt(0) as number, 0x73706c74);
    return new Rng([a, b]);
  }

  /** Two words, u32. */
  words(): [number, number] {
    const n = this.#counter++;
    return threefry2x32(this.#key[0], this.#key[1], n >>> 0, Math.floor(n / 2 ** 32));
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    const [a, b] = this.words();
    return ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53;
  }

  /** A whole number, uniform in 0 .. n - 1. */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    if (this.#spare !== undefined) {
      const z = this.#spare;
      this.#spare = undefined;
      return z;
    }
    const r = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const phi = 2 * Math.PI * this.uniform();
    this.#spare = r * Math.sin(phi);
    return r * Math.cos(phi);
  }

  /** A permutation of 0 .. n - 1, by Fisher and Yates. */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    return order;
  }
}
