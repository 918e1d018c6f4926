import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Worker } from 'node:worker_threads';
import { DisposedError, OutOfMemoryError, ShapeError, UnsupportedError, add, openCpu, scale } from '../src/wasm.js';
import { Memory } from '../src/wasm/memory.js';
import workerCode from '../src/wasm/worker.js?raw';

describe('memory', () => {
  const PAGE = 65_536;
  const fresh = (pages = 16): Memory => {
    const memory = new Memory(new WebAssembly.Memory({ initial: 1, maximum: pages }), pages);
    memory.startAt(100);
    return memory;
  };

  test('blocks are aligned, apart from each other, and merge again', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.nat()), { maxLength: 60 }), (steps) => {
        const memory = fresh();
        const held = new Map<number, number>();
        for (const [bytes, pick] of steps) {
          const addresses = [...held.keys()];
          if (pick % 3 === 0 && addresses.length > 0) {
            const at = addresses[pick % addresses.length];
            memory.free(at);
            held.delete(at);
            continue;
          }
          const at = memory.allocate(bytes);
          expect(at % 64).toBe(0);
          for (const [other, size] of held) expect(at + bytes <= other || other + size <= at).toBe(true);
          held.set(at, bytes);
        }
        for (const at of held.keys()) memory.free(at);
        expect(memory.live).toBe(0);
        // All is one block again: an allocation of everything that was ever used begins where the first one did.
        expect(memory.allocate(1)).toBe(128);
      }),
      { seed: 1 },
    );
  });

  test('says how much was asked and how much is in use when full', () => {
    const memory = fresh(2);
    const at = memory.allocate(PAGE);
    expect(() => memory.allocate(2 * PAGE)).toThrow(OutOfMemoryError);
    try {
      memory.allocate(2 * PAGE);
    } catch (error) {
      expect(error).toMatchObject({ bytes: 2 * PAGE, live: PAGE });
    }
    memory.free(at);
    expect(() => memory.free(at)).toThrow(RangeError);
  });
});

describe('openCpu', () => {
  test.each([0, -1, 1.5, NaN])('refuses %d threads', async (threads) => {
    await expect(openCpu({ threads })).rejects.toThrow(ShapeError);
  });

  test('says what is missing where relaxed SIMD is asked for and the engine lacks it', async () => {
    const validate = WebAssembly.validate;
    WebAssembly.validate = () => false;
    try {
      await expect(openCpu({ relaxed: true })).rejects.toThrow(UnsupportedError);
      await expect(openCpu()).rejects.toThrow(UnsupportedError);
    } finally {
      WebAssembly.validate = validate;
    }
  });

  test('memory ends where maxBytes says', async () => {
    using cpu = await openCpu({ threads: 1, maxBytes: 2 ** 24 });
    expect(() => cpu.zeros([2 ** 23])).toThrow(OutOfMemoryError);
    using x = cpu.zeros([16]);
    expect(x.size).toBe(16);
  });

  test('tensors of a disposed Cpu, wrong counts and unknown kernels are errors', async () => {
    const cpu = await openCpu({ threads: 1 });
    expect(() => cpu.tensor([1, 2], [3])).toThrow('tensor: 2 values, expected 3 for shape [3]');
    expect(() => cpu.tensor([], [0])).toThrow(ShapeError);
    expect(() => cpu.run('noSuchKernel', 1, [])).toThrow(TypeError);
    const x = cpu.tensor([1, 2, 3], [3]);
    x.dispose();
    x.dispose();
    expect(() => scale(x, 2)).toThrow(DisposedError);
    cpu.dispose();
    expect(() => cpu.zeros([1])).toThrow(DisposedError);
  });

  test('two devices do not meet', async () => {
    using one = await openCpu({ threads: 1 });
    using two = await openCpu({ threads: 1 });
    expect(() => add(one.zeros([4]), two.zeros([4]))).toThrow('different devices');
  });

  test('live counts what is held', async () => {
    using cpu = await openCpu({ threads: 2 });
    const before = cpu.live;
    const x = cpu.zeros([1000]);
    expect(cpu.live).toBeGreaterThanOrEqual(before + 4000);
    x.dispose();
    expect(cpu.live).toBe(before);
  });

  test('reading can be aborted', async () => {
    using cpu = await openCpu({ threads: 1 });
    using x = cpu.zeros([4]);
    await expect(x.read({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

describe('threads', () => {
  test('many short jobs are each done once', async () => {
    using cpu = await openCpu({ threads: 3 });
    using x = cpu.tensor(Float32Array.from({ length: 4096 }, (_, i) => i), [64, 64]);
    for (let n = 0; n < 2000; n++) {
      using y = scale(x, 2);
      if (n % 500 === 0) expect((await y.read())[4095]).toBe(8190);
    }
  });

  test('a helper works while the gate is open, once a job', async () => {
    // A module whose one kernel does nothing, driven as threads.ts drives it; the words are those of worker.js.
    const [generation, next, gate, kernel, items, chunk, args, , stop] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
    const open = 2 ** 30;
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const words = new Int32Array(memory.buffer, 0, 16);
    const module = new WebAssembly.Module(emptyModule());
    const worker = new Worker(workerCode, { eval: true, workerData: { module, memory, control: 0, index: 1 } });
    await new Promise((resolve) => worker.once('message', resolve));
    const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
    const wake = async (): Promise<void> => {
      Atomics.add(words, generation, 1);
      Atomics.notify(words, generation);
      await settle();
    };
    [words[kernel], words[items], words[chunk], words[args]] = [0, 1, 1, 0];

    await wake();
    expect([words[next], words[gate]]).toEqual([0, 0]);
    Atomics.store(words, gate, open);
    await wake();
    while (Atomics.load(words, gate) !== open) await settle();
    expect(words[next]).toBe(2);
    // A notification that comes late starts nothing again.
    Atomics.notify(words, generation);
    await settle();
    expect([words[next], words[gate]]).toEqual([2, open]);

    const exit = new Promise((resolve) => worker.once('exit', resolve));
    Atomics.store(words, stop, 1);
    await wake();
    await exit;
  });

  test('short jobs after a pause, through which helpers sleep, are right', async () => {
    using cpu = await openCpu({ threads: 2 });
    using x = cpu.tensor([1, 2, 3, 4], [4, 1]);
    for (let n = 0; n < 200; n++) {
      if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      using y = scale(x, 2);
      expect([...(await y.read())]).toEqual([2, 4, 6, 8]);
    }
  });
});

/** (module (import "env" "memory" (memory 1 1 shared)) (func (export "k") (param i32 i32 i32))) */
function emptyModule(): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...[1, 7, 1, 96, 3, 127, 127, 127, 0],
    ...[2, 16, 1, 3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 3, 1, 1],
    ...[3, 2, 1, 0],
    ...[7, 5, 1, 1, 107, 0, 0],
    ...[10, 4, 1, 2, 0, 11],
  );
}
