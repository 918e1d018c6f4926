/** @file What the host passes in: the arguments of a dispatch, checked against the kernel's text, and values. */
import { UnsupportedError } from '../errors.js';
import type { DType } from '../tensor.js';
import type { Dispatch } from './commands.js';
import type { Gpu } from './gpu.js';
import type { Kernel } from './kernel.js';
import type { Constants } from './pipelines.js';
import type { Tensor } from './tensor.js';

/** What one dispatch of a kernel works on. Names are those of the WGSL. */
export interface RunOptions {
  /** Values of `override`s; those left out keep their defaults. */
  readonly constants?: Constants | undefined;
  /** Values of `struct Params`. */
  readonly params?: Readonly<Record<string, number>> | undefined;
  readonly buffers: Readonly<Record<string, Tensor>>;
  /** Workgroups along x, y and z; 1 where left out. */
  readonly grid: readonly number[];
}

/**
 * @throws TypeError if the names are not those of the kernel, a tensor lives on another device, or a buffer is
 *   written and bound twice.
 * @throws {@link DisposedError} if a tensor has been disposed.
 * @throws {@link UnsupportedError} if a tensor is larger than the device can bind.
 */
export function bindBuffers(gpu: Gpu, kernel: Kernel, buffers: RunOptions['buffers']): Dispatch['buffers'] {
  const bound: { binding: number; block: Tensor['block']; bytes: number; written: boolean }[] = [];
  for (const { index, name, type } of kernel.bindings) {
    if (type === 'uniform') continue;
    const tensor = buffers[name];
    if (tensor === undefined) throw new TypeError(`${kernel.name}: buffer ${name} is missing`);
    if (tensor.device !== gpu) throw new TypeError(`${kernel.name}: ${name} lives on another device`);
    const { block, bytes } = tensor;
    const most = gpu.limits.maxStorageBufferBindingSize;
    if (bytes > most) {
      throw new UnsupportedError(
        `${kernel.name}: ${name} [${tensor.shape}] has ${bytes} bytes, this device binds at most ${most}`,
        { needs: `maxStorageBufferBindingSize >= ${bytes}`, has: `${most}` },
      );
    }
    bound.push({ binding: index, block, bytes, written: type === 'storage' });
  }
  const storages = bound.length;
  if (Object.keys(buffers).length > storages) {
    const known = new Set(kernel.bindings.map(({ name }) => name));
    const extra = Object.keys(buffers).find((name) => !known.has(name));
    throw new TypeError(`${kernel.name}: has no buffer ${extra}`);
  }
  for (const { block, written } of bound) {
    if (written && bound.filter((other) => other.block === block).length > 1) {
      throw new TypeError(`${kernel.name}: a buffer that is written is bound twice`);
    }
  }
  return bound;
}

/** @throws TypeError if names or values are not those of the kernel's `Params`. */
export function packParams(kernel: Kernel, params: Readonly<Record<string, number>>): Dispatch['params'] {
  const words = new Uint32Array(kernel.params.length);
  const floats = new Float32Array(words.buffer);
  kernel.params.forEach(({ name, type }, i) => {
    const value = params[name];
    if (value === undefined) throw new TypeError(`${kernel.name}: param ${name} is missing`);
    if (type === 'f32') {
      floats[i] = value;
    } else {
      const [low, high] = type === 'u32' ? [0, 2 ** 32 - 1] : [-(2 ** 31), 2 ** 31 - 1];
      if (!Number.isInteger(value) || value < low || value > high) {
        throw new TypeError(`${kernel.name}: param ${name} is ${value}, expected ${type}`);
      }
      words[i] = value;
    }
  });
  if (Object.keys(params).length > kernel.params.length) {
    const known = new Set(kernel.params.map(({ name }) => name));
    throw new TypeError(`${kernel.name}: has no param ${Object.keys(params).find((name) => !known.has(name))}`);
  }
  const uniform = kernel.bindings.find(({ type }) => type === 'uniform');
  return uniform === undefined ? undefined : { binding: uniform.index, words };
}

/**
 * @throws TypeError if a count is not a whole number.
 * @throws {@link UnsupportedError} if there are more workgroups along one axis than the device allows: it would
 *   silently run none.
 */
export function checkGrid(gpu: Gpu, kernel: Kernel, grid: readonly number[]): Dispatch['grid'] {
  const most = gpu.limits.maxComputeWorkgroupsPerDimension;
  for (const count of grid) {
    if (!Number.isInteger(count) || count < 0 || grid.length > 3) {
      throw new TypeError(`${kernel.name}: grid is [${grid}], expected up to three whole numbers`);
    }
    if (count > most) {
      throw new UnsupportedError(
        `${kernel.name}: grid is [${grid}], this device allows ${most} workgroups along an axis`,
        { needs: `maxComputeWorkgroupsPerDimension >= ${count}`, has: `${most}` },
      );
    }
  }
  const [x = 1, y = 1, z = 1] = grid;
  return [x, y, z];
}

/** Values as the device stores them, outside shared memory, which `writeBuffer` of Dawn refuses. */
export function hostArray(
  values: ArrayLike<number>,
  dtype: DType,
): Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  const type = dtype === 'u32' ? Uint32Array : Float32Array;
  if (values instanceof type && values.buffer instanceof ArrayBuffer) {
    return values as Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
  }
  return new type(values);
}
