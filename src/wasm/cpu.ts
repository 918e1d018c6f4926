import relaxedUrl from '../../build/relaxed.wasm?inline';
import simdUrl from '../../build/simd.wasm?inline';
import { DisposedError, ShapeError, UnsupportedError } from '../errors.js';
import { type DType, type Shape, checkCount, checkShape, sizeOf } from '../tensor.js';
import { Memory } from './memory.js';
import { Tensor } from './tensor.js';
import { CONTROL_BYTES, Threads, availableThreads } from './threads.js';

export interface CpuOptions {
  /** Threads that share the work, the calling one included; all that the machine runs at once by default. */
  readonly threads?: number | undefined;
  /** Use relaxed SIMD (fused multiply-add). By default where the engine has it; results differ by rounding. */
  readonly relaxed?: boolean | undefined;
  /** Fill new tensors with NaN, so that a kernel which leaves an element unwritten shows. */
  readonly poison?: boolean | undefined;
  /** Most memory to use, bytes; 4 GiB by default. */
  readonly maxBytes?: number | undefined;
}

const PAGE = 65_536;
const FIRST_PAGES = 256;
const MOST_PAGES = 65_536;

/**
 * Open the CPU backend: WebAssembly SIMD on as many threads as there are cores.
 *
 * Threads need shared memory: always in Node, in a browser only where the page is cross-origin isolated.
 * Elsewhere it runs on one thread. Results do not depend on the number of threads.
 *
 * @throws {@link UnsupportedError} if the engine lacks 128-bit SIMD, or relaxed SIMD where it is asked for.
 * @throws {@link ShapeError} if threads is not a whole number of at least 1.
 * @example
 * ```ts
 * using cpu = await openCpu();
 * using u = cpu.tensor(signal, [B, H, L]);
 * ```
 */
export async function openCpu(options: CpuOptions = {}): Promise<Cpu> {
  const asked = options.threads ?? availableThreads();
  if (!Number.isSafeInteger(asked) || asked < 1) {
    throw new ShapeError(`openCpu: threads is ${asked}, expected a whole number of at least 1`);
  }
  const relaxedBytes = decode(relaxedUrl);
  const hasRelaxed = WebAssembly.validate(relaxedBytes);
  if (options.relaxed === true && !hasRelaxed) {
    throw new UnsupportedError('openCpu: this engine has no relaxed SIMD', { needs: 'relaxed SIMD', has: 'SIMD' });
  }
  const relaxed = options.relaxed ?? hasRelaxed;
  const bytes = relaxed ? relaxedBytes : decode(simdUrl);
  if (!WebAssembly.validate(bytes)) {
    throw new UnsupportedError('openCpu: this engine cannot run the module', {
      needs: 'WebAssembly SIMD and threads',
      has: 'neither or one of them',
    });
  }
  const module = await WebAssembly.compile(bytes);
  const wanted = Math.ceil((options.maxBytes ?? MOST_PAGES * PAGE) / PAGE);
  const maximum = Math.min(MOST_PAGES, Math.max(FIRST_PAGES, wanted));
  const raw = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared: true });
  const { exports } = new WebAssembly.Instance(module, { env: { memory: raw, abort } });
  const memory = new Memory(raw, maximum);
  memory.startAt((exports['heapBase'] as () => number)());
  const control = memory.allocate(CONTROL_BYTES);
  new Uint8Array(raw.buffer, control, CONTROL_BYTES).fill(0);
  const threads = await Threads.start(canShare() ? asked - 1 : 0, module, exports, raw, control);
  return new Cpu({ memory, threads, relaxed, poison: options.poison === true });
}

/** A page that is not cross-origin isolated cannot send shared memory to a worker. */
function canShare(): boolean {
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
}

function abort(): never {
  throw new Error('the WebAssembly module aborted');
}

function decode(url: string): Uint8Array<ArrayBuffer> {
  const text = atob(url.slice(url.indexOf(',') + 1));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** The CPU: makes tensors and runs kernels of the WebAssembly module on them. See {@link openCpu}. */
export class Cpu implements Disposable {
  /** Threads that share the work, the calling one included. */
  readonly threads: number;
  /** Whether kernels use fused multiply-add. */
  readonly relaxed: boolean;
  readonly #memory: Memory;
  readonly #threads: Threads;
  readonly #poison: boolean;
  readonly #memos = new Map<string, Tensor>();
  #scratch = { at: 0, stride: 0 };
  #disposed = false;

  constructor(parts: { memory: Memory; threads: Threads; relaxed: boolean; poison: boolean }) {
    this.#memory = parts.memory;
    this.#threads = parts.threads;
    this.threads = parts.threads.helpers + 1;
    this.relaxed = parts.relaxed;
    this.#poison = parts.poison;
  }

  get memory(): WebAssembly.Memory {
    return this.#memory.memory;
  }

  /** Bytes held by tensors, tables and scratch. */
  get live(): number {
    return this.#memory.live;
  }

  /** @throws {@link ShapeError} if the number of values does not match the shape. */
  tensor(values: ArrayLike<number>, shape: Shape, dtype: DType = 'f32'): Tensor {
    checkShape('tensor', shape);
    checkCount('tensor', values, shape);
    const tensor = this.#allocate(shape, dtype);
    tensor.view().set(values);
    return tensor;
  }

  zeros(shape: Shape, dtype: DType = 'f32'): Tensor {
    checkShape('zeros', shape);
    const tensor = this.#allocate(shape, dtype);
    tensor.view().fill(0);
    return tensor;
  }

  /** A tensor whose values are whatever the memory held: for a kernel that writes every element. */
  empty(shape: Shape, dtype: DType = 'f32'): Tensor {
    const tensor = this.#allocate(shape, dtype);
    if (this.#poison) new Float32Array(this.memory.buffer, tensor.pointer, tensor.size).fill(NaN);
    return tensor;
  }

  /** Overwrite the values of a tensor. */
  write(x: Tensor, values: ArrayLike<number>): void {
    checkCount('write', values, x.shape);
    x.view().set(values);
  }

  /** A constant table, made once and kept as long as this Cpu. */
  memo(key: string, make: () => Tensor): Tensor {
    let tensor = this.#memos.get(key);
    if (tensor === undefined) this.#memos.set(key, (tensor = make()));
    return tensor;
  }

  /**
   * Run kernel(from, to, scratch, ...args) over the items 0 .. items - 1, which the threads share in chunks.
   *
   * @param args - numbers and tensors (their addresses), at most 30.
   * @param options.scratch - bytes of scratch memory that each thread needs.
   * @param options.chunk - items taken at a time; by default an eighth of a thread's share.
   */
  run(
    kernel: string,
    items: number,
    args: readonly (number | Tensor)[],
    { scratch = 0, chunk }: { scratch?: number; chunk?: number } = {},
  ): void {
    if (this.#disposed) throw new DisposedError('run: this Cpu has been disposed', []);
    if (scratch > this.#scratch.stride) this.#growScratch(scratch);
    this.#threads.run({
      kernel,
      items,
      chunk: chunk ?? Math.max(1, Math.ceil(items / (8 * this.threads))),
      args: args.map((arg) => (typeof arg === 'number' ? arg : arg.pointer)),
      scratch: this.#scratch.at,
      scratchStride: this.#scratch.stride,
    });
  }

  /** For {@link Tensor.dispose}. */
  release(pointer: number): void {
    if (!this.#disposed) this.#memory.free(pointer);
  }

  /** Stop the threads. Tensors of this Cpu cannot be used afterwards. */
  dispose(): void {
    this.#disposed = true;
    this.#threads.terminate();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #allocate(shape: Shape, dtype: DType): Tensor {
    if (this.#disposed) throw new DisposedError('this Cpu has been disposed', shape);
    return new Tensor(this, this.#memory.allocate(4 * sizeOf(shape)), shape, dtype);
  }

  #growScratch(bytes: number): void {
    if (this.#scratch.at !== 0) this.#memory.free(this.#scratch.at);
    const stride = Math.ceil(bytes / 4096) * 4096;
    this.#scratch = { at: 0, stride: 0 };
    this.#scratch = { at: this.#memory.allocate(stride * this.threads), stride };
  }
}
