import type { Backend } from '../src/backend.js';
import type { TensorLike } from '../src/tensor.js';
import type { BenchCase, Contender } from './contender.js';
import type { Device } from './devices.js';

type Tensors = Readonly<Record<string, TensorLike>>;

/** A contender that runs an operation of this library on a device. @param way - how, where there is another way. */
export function ours<C extends BenchCase>(
  { name, backend, finish }: Device,
  inputs: (backend: Backend<TensorLike>, size: C) => Tensors,
  operation: (backend: Backend<TensorLike>, inputs: Tensors, size: C) => TensorLike,
  way?: string,
): Contender<C> {
  return {
    name: way === undefined ? `longwave ${name}` : `longwave ${name}, ${way}`,
    device: name,
    peer: false,
    async prepare(size) {
      const tensors = inputs(backend, size);
      let result: TensorLike | undefined;
      return {
        run() {
          result?.dispose();
          result = undefined;
          result = operation(backend, tensors, size);
        },
        finish,
        read: async () => (result === undefined ? [] : result.read()),
        async [Symbol.asyncDispose]() {
          result?.dispose();
          for (const tensor of Object.values(tensors)) tensor.dispose();
        },
      };
    },
  };
}
