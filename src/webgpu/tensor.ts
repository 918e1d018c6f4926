import { dispose } from '../disposable.js';
import { DisposedError } from '../errors.js';
import { type DType, type Shape, type TensorLike, sizeOf } from '../tensor.js';
import type { Gpu } from './gpu.js';
import type { Block } from './pool.js';

/** A contiguous row-major array in a GPU buffer. Made by {@link Gpu.tensor}, {@link Gpu.empty} and the kernels. */
export class Tensor implements TensorLike {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly size: number;
  /** The device that holds it. */
  readonly device: Gpu;
  #block: Block | undefined;

  /** @internal */
  constructor(device: Gpu, block: Block, shape: Shape, dtype: DType) {
    this.device = device;
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    this.#block = block;
  }

  get disposed(): boolean {
    return this.#block === undefined;
  }

  /** Size of the values. The buffer can be larger. */
  get bytes(): number {
    return 4 * this.size;
  }

  /** @throws {@link DisposedError} if the tensor has been disposed. */
  get buffer(): GPUBuffer {
    return this.block.buffer;
  }

  /** @internal */
  get block(): Block {
    if (this.#block === undefined) {
      throw new DisposedError(`tensor [${this.shape}] has been disposed`, this.shape);
    }
    return this.#block;
  }

  /**
   * Copy the values to the host, after all that was recorded before.
   *
   * @throws {@link DisposedError} if the tensor has been disposed.
   * @throws {@link ShaderError}, {@link OutOfMemoryError} or {@link DeviceLostError} if the device reported one since
   *   the last read; the signal's reason if it aborts.
   */
  async read({ signal }: { signal?: AbortSignal } = {}): Promise<Float32Array | Uint32Array> {
    const bytes = await this.device.download(this.block.buffer, this.bytes, signal);
    return this.dtype === 'u32' ? new Uint32Array(bytes) : new Float32Array(bytes);
  }

  /** Give the memory back. Work recorded before still sees the values. */
  dispose(): void {
    const block = this.#block;
    if (block === undefined) return;
    this.#block = undefined;
    this.device.release(block);
  }

  [dispose](): void {
    this.dispose();
  }
}

