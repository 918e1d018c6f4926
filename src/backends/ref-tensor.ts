import { dispose } from '../disposable.js';
import { DisposedError } from '../errors.js';
import { type DType, type Shape, type TensorLike, checkCount, checkShape, sizeOf } from '../tensor.js';

/** What the tensors of one {@link reference} backend share. */
export interface RefDevice {
  /** Number of tensors that have not been disposed. */
  live: number;
}

/** An array of the reference backend: f64 values under the name f32, so that only the formula rounds. */
export class RefTensor implements TensorLike {
  readonly device: RefDevice;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly size: number;
  #values: Float64Array | Uint32Array | undefined;

  /** Takes over `values`. */
  constructor(device: RefDevice, values: Float64Array | Uint32Array, shape: Shape) {
    this.device = device;
    this.shape = [...shape];
    this.dtype = values instanceof Float64Array ? 'f32' : 'u32';
    this.size = sizeOf(shape);
    this.#values = values;
    device.live++;
  }

  get disposed(): boolean {
    return this.#values === undefined;
  }

  /** The values themselves. @throws {@link DisposedError} after dispose. */
  get values(): Float64Array | Uint32Array {
    if (this.#values === undefined) throw new DisposedError(`tensor [${this.shape}] has been disposed`, this.shape);
    return this.#values;
  }

  async read({ signal }: { signal?: AbortSignal } = {}): Promise<Float64Array | Uint32Array> {
    signal?.throwIfAborted();
    return this.values.slice();
  }

  /** Give the values up. A second call does nothing. */
  dispose(): void {
    if (this.#values === undefined) return;
    this.#values = undefined;
    this.device.live--;
  }

  [dispose](): void {
    this.dispose();
  }
}

/** A new tensor with a copy of host values. */
export function upload(device: RefDevice, values: ArrayLike<number>, shape: Shape, dtype: DType = 'f32'): RefTensor {
  checkShape('tensor', shape);
  checkCount('tensor', values, shape);
  return new RefTensor(device, dtype === 'f32' ? Float64Array.from(values) : Uint32Array.from(values), shape);
}

export function zeros(device: RefDevice, shape: Shape, dtype: DType = 'f32'): RefTensor {
  checkShape('zeros', shape);
  const size = sizeOf(shape);
  return new RefTensor(device, dtype === 'f32' ? new Float64Array(size) : new Uint32Array(size), shape);
}

/** Overwrite the values of x. */
export function write(x: RefTensor, values: ArrayLike<number>): void {
  checkCount('write', values, x.shape);
  x.values.set(values);
}
