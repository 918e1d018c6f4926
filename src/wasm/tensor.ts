import { DisposedError } from '../errors.js';
import { type DType, type Shape, type TensorLike, sizeOf } from '../tensor.js';
import type { Cpu } from './cpu.js';

/** A contiguous array in the memory of a {@link Cpu}. */
export class Tensor implements TensorLike {
  readonly device: Cpu;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly size: number;
  readonly #pointer: number;
  #disposed = false;

  /** Made by {@link Cpu}, not by its users. */
  constructor(device: Cpu, pointer: number, shape: Shape, dtype: DType) {
    this.device = device;
    this.#pointer = pointer;
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Address in the memory, bytes. @throws {@link DisposedError} after dispose. */
  get pointer(): number {
    if (this.#disposed) throw new DisposedError(`tensor [${this.shape}] has been disposed`, this.shape);
    return this.#pointer;
  }

  /** The values in place, without a copy; valid until the next tensor is made. */
  view(): Float32Array | Uint32Array {
    const buffer = this.device.memory.buffer;
    return this.dtype === 'f32'
      ? new Float32Array(buffer, this.pointer, this.size)
      : new Uint32Array(buffer, this.pointer, this.size);
  }

  async read({ signal }: { signal?: AbortSignal } = {}): Promise<Float32Array | Uint32Array> {
    signal?.throwIfAborted();
    return this.view().slice();
  }

  /** Give the memory back. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.device.release(this.#pointer);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
