import { dispose } from '../disposable.js';
import { DisposedError } from '../errors.js';
import { type Command, Params } from './commands.js';
import type { Gpu } from './gpu.js';
import type { Block, Pool, Scope } from './pool.js';

/** The commands of a captured step, and the memory they need. */
export class Recording {
  readonly commands: Command[] = [];
  readonly #pool: Pool;
  readonly #pinned = new Set<Block>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  add(command: Command): void {
    this.commands.push(command);
    if (command.type === 'fill') this.pin(command.block);
    if (command.type === 'dispatch') for (const { block } of command.buffers) this.pin(block);
  }

  /** Keep a block from the pool until {@link Recording.release}. */
  pin(block: Block): void {
    if (this.#pinned.has(block)) return;
    this.#pinned.add(block);
    block.pins++;
  }

  /** Give back what the step's tensors no longer hold. */
  release(scope: Scope): void {
    for (const block of scope.free()) {
      this.pin(block);
      block.released = true;
    }
    for (const block of this.#pinned) {
      block.pins--;
      if (block.pins === 0 && block.released) this.#pool.give(block);
    }
    this.#pinned.clear();
  }
}

/** A step that can be repeated on the same tensors: what changes from call to call is written into its inputs. */
export class Program<R> implements Disposable {
  /** What the step returned. Its tensors are overwritten by each replay; whoever captured the step disposes them. */
  readonly result: R;
  readonly #gpu: Gpu;
  readonly #recording: Recording;
  readonly #scope: Scope;
  readonly #params: Params;
  #disposed = false;

  /** @internal */
  constructor(gpu: Gpu, recording: Recording, scope: Scope, result: R) {
    this.result = result;
    this.#gpu = gpu;
    this.#recording = recording;
    this.#scope = scope;
    this.#params = new Params(gpu.device);
    for (const [dispatch, bound] of this.#params.bind(recording.commands)) dispatch.bound = bound;
  }

  /** Record the step again. @throws {@link DisposedError} if the program has been disposed. */
  replay(): void {
    if (this.#disposed) throw new DisposedError('replay: the program has been disposed', []);
    for (const command of this.#recording.commands) this.#gpu.record(command);
  }

  /** Give back the memory of the step's inner tensors. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#gpu.flush();
    this.#params.destroy();
    this.#recording.release(this.#scope);
  }

  [dispose](): void {
    this.dispose();
  }
}
