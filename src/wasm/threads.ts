import workerCode from './worker.js?raw';

/** Words of the control block, as worker.js reads them. The numbers follow at byte 64. */
const GENERATION = 0;
const NEXT = 1;
/**
 * Helpers at work, and {@link OPEN} while more may begin. One that finds it closed leaves and reads nothing of the job,
 * so that what describes a job may change when it has been closed and 0.
 */
const GATE = 2;
const KERNEL = 3;
const ITEMS = 4;
const CHUNK = 5;
const ARGS = 6;
const FAILED = 7;
const STOP = 8;

const OPEN = 2 ** 30;

/** Bytes of the control block: 16 words, then scratch address, scratch stride and up to 30 arguments. */
export const CONTROL_BYTES = 64 + 32 * 8;

type Kernel = (from: number, to: number, scratch: number, ...args: number[]) => void;

interface Thread {
  terminate(): unknown;
}

export interface Job {
  readonly kernel: string;
  readonly items: number;
  /** Items taken at a time. */
  readonly chunk: number;
  readonly args: readonly number[];
  /** Address of the first thread's scratch memory, and the distance to the next thread's. */
  readonly scratch: number;
  readonly scratchStride: number;
}

/** Splits the items of a job over the calling thread and its helpers, which share one memory. */
export class Threads {
  /** Helpers besides the calling thread. */
  readonly helpers: number;
  readonly #threads: readonly Thread[];
  readonly #kernels: ReadonlyMap<string, { index: number; call: Kernel }>;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;

  private constructor(
    threads: readonly Thread[],
    exports: WebAssembly.Exports,
    memory: WebAssembly.Memory,
    at: number,
  ) {
    this.helpers = threads.length;
    this.#threads = threads;
    this.#kernels = new Map(
      Object.keys(exports)
        .sort()
        .map((name, index) => [name, { index, call: exports[name] as Kernel }]),
    );
    this.#words = new Int32Array(memory.buffer, at, 16);
    this.#numbers = new Float64Array(memory.buffer, at + 64, 32);
  }

  static async start(
    helpers: number,
    module: WebAssembly.Module,
    exports: WebAssembly.Exports,
    memory: WebAssembly.Memory,
    control: number,
  ): Promise<Threads> {
    const starting = Array.from({ length: helpers }, (_, i) => startThread({ module, memory, control, index: i + 1 }));
    return new Threads(await Promise.all(starting), exports, memory, control);
  }

  /** Run a job to its end. Every item is done once, by whichever thread comes first. */
  run({ kernel, items, chunk, args, scratch, scratchStride }: Job): void {
    const found = this.#kernels.get(kernel);
    if (found === undefined) throw new TypeError(`run: the module has no kernel ${kernel}`);
    if (this.helpers === 0 || items <= chunk) {
      found.call(0, items, scratch, ...args);
      return;
    }
    const words = this.#words;
    words[KERNEL] = found.index;
    words[ITEMS] = items;
    words[CHUNK] = chunk;
    words[ARGS] = args.length;
    words[FAILED] = 0;
    this.#numbers[0] = scratch;
    this.#numbers[1] = scratchStride;
    this.#numbers.set(args, 2);
    Atomics.store(words, NEXT, 0);
    Atomics.or(words, GATE, OPEN);
    Atomics.add(words, GENERATION, 1);
    Atomics.notify(words, GENERATION);
    try {
      for (;;) {
        const from = Atomics.add(words, NEXT, chunk);
        if (from >= items) break;
        found.call(from, Math.min(from + chunk, items), scratch, ...args);
      }
    } finally {
      Atomics.and(words, GATE, ~OPEN);
      this.#awaitHelpers();
    }
    if (Atomics.load(words, FAILED) !== 0) throw new Error(`run: ${kernel} failed in a helper thread`);
  }

  /** Wait for the helpers within a job; one that slept through it is none of them. */
  #awaitHelpers(): void {
    for (let spins = 0; ; spins++) {
      const within = Atomics.load(this.#words, GATE);
      if (within === 0) return;
      // A browser's main thread may not wait, so there it spins.
      if (spins > 10_000 && CAN_WAIT) Atomics.wait(this.#words, GATE, within, 10);
    }
  }

  /** End the helpers: they leave their wait by themselves, and are stopped where they do not. */
  terminate(): void {
    Atomics.store(this.#words, STOP, 1);
    Atomics.add(this.#words, GENERATION, 1);
    Atomics.notify(this.#words, GENERATION);
    for (const thread of this.#threads) thread.terminate();
  }
}

const CAN_WAIT = !('document' in globalThis);

interface NodeWorker extends Thread {
  once(event: string, listener: (value: never) => void): void;
  unref(): void;
}

interface NodeBuiltins {
  process?: {
    getBuiltinModule?(id: 'node:worker_threads'): { Worker: new (code: string, options: object) => NodeWorker };
    getBuiltinModule?(id: 'node:os'): { availableParallelism(): number };
  };
}

/** Node's own modules, reached so that a browser bundle names none of them. */
const node = (globalThis as NodeBuiltins).process;

/** Number of threads the machine runs at once. */
export function availableThreads(): number {
  const os = node?.getBuiltinModule?.('node:os');
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

function startThread(data: {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: number;
  index: number;
}): Promise<Thread> {
  const threads = node?.getBuiltinModule?.('node:worker_threads');
  return new Promise((resolve, reject) => {
    if (threads !== undefined) {
      const worker = new threads.Worker(workerCode, { eval: true, workerData: data });
      worker.once('message', () => {
        worker.unref();
        resolve(worker);
      });
      worker.once('error', reject);
      return;
    }
    const url = URL.createObjectURL(new Blob([workerCode], { type: 'text/javascript' }));
    const worker = new Worker(url);
    worker.onmessage = () => {
      URL.revokeObjectURL(url);
      resolve(worker);
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(data);
  });
}
