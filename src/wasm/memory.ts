import { OutOfMemoryError } from '../errors.js';

const PAGE = 65_536;
const ALIGN = 64;

/**
 * Blocks of one WebAssembly memory: best fit, neighbours merged when freed, 64-byte aligned so that
 * two threads never write to one cache line of different tensors.
 */
export class Memory {
  readonly memory: WebAssembly.Memory;
  readonly #maximum: number;
  /** Free blocks in order of address. */
  readonly #free: { at: number; bytes: number }[] = [];
  readonly #sizes = new Map<number, number>();
  #end = 0;
  #live = 0;

  constructor(memory: WebAssembly.Memory, maximumPages: number) {
    this.memory = memory;
    this.#maximum = maximumPages * PAGE;
  }

  /** Hand out memory from this address on. */
  startAt(address: number): void {
    this.#end = roundUp(address);
  }

  /** Bytes in use. */
  get live(): number {
    return this.#live;
  }

  /** @throws {@link OutOfMemoryError} if the memory cannot grow far enough. */
  allocate(bytes: number): number {
    const size = roundUp(Math.max(bytes, ALIGN));
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const block = this.#free[i];
      if (block.bytes >= size && (best < 0 || block.bytes < this.#free[best].bytes)) best = i;
    }
    let at: number;
    if (best >= 0) {
      const block = this.#free[best];
      at = block.at;
      if (block.bytes === size) this.#free.splice(best, 1);
      else this.#free[best] = { at: at + size, bytes: block.bytes - size };
    } else {
      at = this.#end;
      this.#grow(at + size, bytes);
      this.#end = at + size;
    }
    this.#sizes.set(at, size);
    this.#live += size;
    return at;
  }

  free(at: number): void {
    const bytes = this.#sizes.get(at);
    if (bytes === undefined) throw new RangeError(`free: nothing is allocated at ${at}`);
    this.#sizes.delete(at);
    this.#live -= bytes;
    let i = this.#free.findIndex((block) => block.at > at);
    if (i < 0) i = this.#free.length;
    this.#free.splice(i, 0, { at, bytes });
    this.#merge(i);
    if (i > 0) this.#merge(i - 1);
    const last = this.#free.at(-1);
    if (last !== undefined && last.at + last.bytes === this.#end) {
      this.#end = last.at;
      this.#free.pop();
    }
  }

  #merge(i: number): void {
    const [block, next] = [this.#free[i], this.#free[i + 1]];
    if (block === undefined || next === undefined || block.at + block.bytes !== next.at) return;
    this.#free.splice(i, 2, { at: block.at, bytes: block.bytes + next.bytes });
  }

  #grow(end: number, asked: number): void {
    const have = this.memory.buffer.byteLength;
    if (end <= have) return;
    const fail = (): never => {
      throw new OutOfMemoryError(
        `${asked} bytes do not fit: ${this.#live} of at most ${this.#maximum} bytes are in use`,
        { bytes: asked, live: this.#live },
      );
    };
    if (end > this.#maximum) fail();
    // Growing is slow on some engines, so grow by at least an eighth.
    const target = Math.min(this.#maximum, Math.max(end, have + have / 8));
    for (const bytes of [target, end]) {
      try {
        this.memory.grow(Math.ceil(bytes / PAGE) - have / PAGE);
        return;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    fail();
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / ALIGN) * ALIGN;
}
