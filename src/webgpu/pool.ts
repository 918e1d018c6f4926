import { COPY_DST, COPY_SRC, STORAGE } from './flags.js';

/** A GPU buffer and what is known about its use. */
export interface Block {
  readonly buffer: GPUBuffer;
  /** Size of the buffer. */
  readonly bytes: number;
  /** Programs that hold this block. */
  pins: number;
  /** Its tensor was disposed while programs held it. */
  released: boolean;
  /** False for buffers of the application, and for those that its own command encoder may still use. */
  recycle: boolean;
  /** False for buffers of the application. */
  readonly owned: boolean;
}

/** Sizes are rounded up to this, so that nearly equal shapes share buffers. */
const GRANULE = 256;

/** Free buffers by exact size. A buffer that is given back can be taken at once: its next user is recorded later. */
export class Pool {
  readonly #create: (bytes: number, failed: () => void) => GPUBuffer;
  readonly #free = new Map<number, Block[]>();
  #live = 0;
  #pooled = 0;
  #peak = 0;

  /** @param create - makes a buffer, and calls `failed` later if there was no memory for it. */
  constructor(create: (bytes: number, failed: () => void) => GPUBuffer) {
    this.#create = create;
  }

  /** Bytes held by tensors and programs. */
  get live(): number {
    return this.#live;
  }

  /** Bytes that wait to be used again. */
  get pooled(): number {
    return this.#pooled;
  }

  /** The largest `live` so far. */
  get peak(): number {
    return this.#peak;
  }

  static readonly usage: number = STORAGE | COPY_SRC | COPY_DST;

  static round(bytes: number): number {
    return Math.ceil(bytes / GRANULE) * GRANULE;
  }

  take(bytes: number): Block {
    const size = Pool.round(bytes);
    let block = this.#free.get(size)?.pop();
    if (block !== undefined) this.#pooled -= size;
    else block = this.#fresh(size);
    block.released = false;
    this.#live += size;
    this.#peak = Math.max(this.#peak, this.#live);
    return block;
  }

  /** Return a block that was taken. */
  give(block: Block): void {
    this.#live -= block.bytes;
    if (!block.recycle) return;
    this.#pooled += block.bytes;
    const free = this.#free.get(block.bytes);
    if (free === undefined) this.#free.set(block.bytes, [block]);
    else free.push(block);
  }

  #fresh(bytes: number): Block {
    const buffer = this.#create(bytes, () => (block.recycle = false));
    const block: Block = { buffer, bytes, pins: 0, released: false, recycle: true, owned: true };
    return block;
  }

  /** Destroy the buffers that wait to be used again. */
  trim(): void {
    for (const blocks of this.#free.values()) for (const { buffer } of blocks) buffer.destroy();
    this.#free.clear();
    this.#pooled = 0;
  }
}

/**
 * Where a capture or a foreign command encoder gets its memory: what is released inside is used again inside only,
 * because the commands run at times that the pool does not see.
 */
export class Scope {
  readonly #pool: Pool;
  readonly #blocks = new Set<Block>();
  readonly #free = new Map<number, Block[]>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  take(bytes: number): Block {
    const reused = this.#free.get(Pool.round(bytes))?.pop();
    if (reused !== undefined) return reused;
    const block = this.#pool.take(bytes);
    this.#blocks.add(block);
    return block;
  }

  /** @returns whether the block belongs to this scope, which then keeps it. */
  give(block: Block): boolean {
    if (!this.#blocks.has(block)) return false;
    const free = this.#free.get(block.bytes);
    if (free === undefined) this.#free.set(block.bytes, [block]);
    else free.push(block);
    return true;
  }

  /** Blocks taken and released inside. */
  *free(): Iterable<Block> {
    for (const blocks of this.#free.values()) yield* blocks;
  }
}
