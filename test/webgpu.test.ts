import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DisposedError,
  OutOfMemoryError,
  ShaderError,
  ShapeError,
  UnsupportedError,
} from '../src/errors.js';
import { asyncDispose } from '../src/disposable.js';
import { type Gpu, type Tensor, Timer, kernel } from '../src/index.js';
import { open } from '../src/webgpu/open.js';
import { openTestGpu } from './support/gpu.js';
import { scale, scaled } from './support/scale.js';

const broken = kernel('test/broken', '@compute @workgroup_size(1) fn main() { let x: u32 = 1.5; }');

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});
afterAll(() => gpu[asyncDispose]());

const values = async (x: Tensor): Promise<number[]> => [...(await x.read())];

test('a kernel reads its interface off its text', () => {
  expect(scale.bindings).toEqual([
    { index: 0, name: 'params', type: 'uniform' },
    { index: 1, name: 'x', type: 'read-only-storage' },
    { index: 2, name: 'y', type: 'storage' },
  ]);
  expect(scale.params).toEqual([
    { name: 'n', type: 'u32' },
    { name: 'by', type: 'f32' },
  ]);
});

describe('tensors', () => {
  test('hold what the host writes', async () => {
    using x = gpu.tensor([1, 2.5, -3, 4, 5, 6], [2, 3]);
    expect(await values(x)).toEqual([1, 2.5, -3, 4, 5, 6]);
    gpu.write(x, [6, 5, 4, 3, 2, 1]);
    expect(await values(x)).toEqual([6, 5, 4, 3, 2, 1]);
    using words = gpu.tensor([0, 4294967295], [2], 'u32');
    const read = await words.read();
    expect(read).toBeInstanceOf(Uint32Array);
    expect([...read]).toEqual([0, 4294967295]);
  });

  test('take values from shared memory', async () => {
    const shared = new Float32Array(new SharedArrayBuffer(8));
    shared.set([3, 4]);
    using x = gpu.tensor(shared, [2]);
    expect(await values(x)).toEqual([3, 4]);
  });

  test('are filled with NaN until a kernel writes them', async () => {
    const x = gpu.tensor([1, 2, 3], [3]);
    x.dispose();
    using recycled = gpu.empty([3]);
    using fresh = gpu.empty([300_001]);
    expect(await values(recycled)).toEqual([NaN, NaN, NaN]);
    expect((await fresh.read()).every(Number.isNaN)).toBe(true);
    using zeros = gpu.zeros([300_001]);
    expect((await zeros.read()).every((v) => v === 0)).toBe(true);
  });

  test('of a bad shape are refused', () => {
    expect(() => gpu.tensor([1], [2])).toThrow('tensor: 1 values, expected 2 for shape [2]');
    expect(() => gpu.empty([2, 0])).toThrow(ShapeError);
    expect(() => gpu.empty([2 ** 40])).toThrow(UnsupportedError);
    using x = gpu.empty([2]);
    expect(() => gpu.write(x, [1, 2, 3])).toThrow(ShapeError);
  });

  test('are gone after dispose', async () => {
    const x = gpu.tensor([1], [1]);
    x.dispose();
    x.dispose();
    expect(x.disposed).toBe(true);
    expect(() => x.buffer).toThrow(DisposedError);
    expect(() => scaled(x, 1)).toThrow(DisposedError);
    await expect(x.read()).rejects.toThrow(DisposedError);
  });
});

describe('the pool', () => {
  test('hands a buffer on before the work that used it has run', async () => {
    using x = gpu.tensor([1, 2], [2]);
    const first = scaled(x, 10);
    const { buffer } = first;
    using second = scaled(first, 10);
    first.dispose();
    using third = scaled(x, 3);
    expect(third.buffer).toBe(buffer);
    expect(await values(second)).toEqual([100, 200]);
    expect(await values(third)).toEqual([3, 6]);
  });

  test('counts bytes, in steps of 256', () => {
    const { live, pooled } = gpu.pool;
    const x = gpu.empty([1_000_001]);
    expect(gpu.pool.live - live).toBe(Math.ceil(4_000_004 / 256) * 256);
    expect(gpu.pool.peak).toBeGreaterThanOrEqual(gpu.pool.live);
    x.dispose();
    expect(gpu.pool.live).toBe(live);
    expect(gpu.pool.pooled).toBeGreaterThan(pooled);
    gpu.trim();
    expect(gpu.pool.pooled).toBe(0);
  });

  test('keeps tables apart', async () => {
    let made = 0;
    const make = (): Tensor => {
      made++;
      return gpu.tensor([7], [1]);
    };
    const table = gpu.memo('test/table', make);
    expect(gpu.memo('test/table', make)).toBe(table);
    expect(made).toBe(1);
    expect(await values(table)).toEqual([7]);
  });
});

describe('run', () => {
  test('keeps the order of calls, across many submits', async () => {
    let x = gpu.tensor([1], [1]);
    for (let i = 0; i < 150; i++) {
      const next = scaled(x, i % 2 === 0 ? 2 : 0.5, { OFFSET: 1 });
      x.dispose();
      x = next;
    }
    let want = 1;
    for (let i = 0; i < 150; i++) want = (i % 2 === 0 ? 2 : 0.5) * want + 1;
    expect((await values(x))[0]).toBeCloseTo(want, 4);
    x.dispose();
  });

  test('comes before a later host write', async () => {
    using x = gpu.tensor([1], [1]);
    using y = scaled(x, 2);
    gpu.write(x, [50]);
    expect(await values(y)).toEqual([2]);
  });

  test('refuses wrong names, values, devices and grids', async () => {
    using x = gpu.tensor([1], [1]);
    using y = gpu.empty([1]);
    const params = { n: 1, by: 1 };
    const grid = [1];
    expect(() => gpu.run(scale, { params, buffers: { x }, grid })).toThrow('test/scale: buffer y is missing');
    expect(() => gpu.run(scale, { params, buffers: { x, y, z: x }, grid })).toThrow('test/scale: has no buffer z');
    expect(() => gpu.run(scale, { params: { n: 1 }, buffers: { x, y }, grid })).toThrow('param by is missing');
    expect(() => gpu.run(scale, { params: { ...params, m: 1 }, buffers: { x, y }, grid })).toThrow('has no param m');
    expect(() => gpu.run(scale, { params: { n: -1, by: 1 }, buffers: { x, y }, grid })).toThrow('expected u32');
    expect(() => gpu.run(scale, { params, buffers: { x, y: x }, grid })).toThrow('bound twice');
    expect(() => gpu.run(scale, { params, buffers: { x, y }, grid: [65_536] })).toThrow(UnsupportedError);
    expect(() => gpu.run(scale, { params, buffers: { x, y }, grid: [0.5] })).toThrow(TypeError);
    await using other = await openTestGpu();
    using foreign = other.tensor([1], [1]);
    expect(() => gpu.run(scale, { params, buffers: { x: foreign, y }, grid })).toThrow('x lives on another device');
  });

  test('reports wrong WGSL at the next read, with its source', async () => {
    await using own = await openTestGpu();
    using x = own.tensor([1], [1]);
    own.run(broken, { buffers: {}, grid: [1] });
    const error = await x.read().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ShaderError);
    expect((error as ShaderError).kernel).toBe('test/broken');
    expect((error as ShaderError).messages[0]).toMatch(/^1:\d+ .*u32/);
    expect((error as ShaderError).source).toMatch(/^1\t@compute/);
    expect(await values(x)).toEqual([1]);
  });

  test('reports what the device refuses, with the name of the kernel', async () => {
    await using own = await openTestGpu();
    const buffer = own.device.createBuffer({ size: 4, usage: 0x0008 });
    using x = own.wrap(buffer, [1]);
    using y = scaled(x, 1);
    await expect(y.read()).rejects.toThrow('test/scale');
    await own.sync();
  });
});

describe('compile', () => {
  test('compiles without running and leaves nothing behind', async () => {
    await using own = await openTestGpu();
    using x = own.tensor([1], [1]);
    const { live } = own.pool;
    let calls = 0;
    await own.compile(() => {
      calls++;
      own.write(x, [2]);
      return scaled(x, 3, { OFFSET: 0.25 });
    });
    expect(calls).toBe(1);
    expect(own.pool.live).toBe(live);
    expect(await values(x)).toEqual([1]);
    using y = scaled(x, 3, { OFFSET: 0.25 });
    expect(await values(y)).toEqual([3.25]);
  });

  test('rejects for wrong WGSL and for an abort', async () => {
    await using own = await openTestGpu();
    const wrong = (): void => own.run(broken, { buffers: {}, grid: [1] });
    await expect(own.compile(wrong)).rejects.toThrow(ShaderError);
    await expect(own.compile(wrong, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  });
});

describe('capture', () => {
  test('replays a step on new inputs, in the memory of the first run', async () => {
    const { live } = gpu.pool;
    const x = gpu.tensor([1, 2], [2]);
    const program = gpu.capture(() => {
      using offset = gpu.tensor([1, 1], [2]);
      using twice = scaled(x, 2);
      using shifted = scaled(offset, 5);
      using zero = gpu.zeros([2]);
      return { twice: scaled(twice, 1), shifted: scaled(shifted, 1), zero: scaled(zero, 1) };
    });
    const { twice, shifted, zero } = program.result;
    expect(await values(twice)).toEqual([2, 4]);
    const held = gpu.pool.live;
    using stranger = gpu.tensor([9, 9], [2]);
    for (const round of [1, 2, 3]) {
      gpu.write(x, [round, 10 * round]);
      program.replay();
      expect(await values(twice)).toEqual([2 * round, 20 * round]);
      expect(await values(shifted)).toEqual([5, 5]);
      expect(await values(zero)).toEqual([0, 0]);
    }
    expect(gpu.pool.live - held).toBe(256);
    expect(await values(stranger)).toEqual([9, 9]);
    for (const tensor of [twice, shifted, zero, x]) tensor.dispose();
    stranger.dispose();
    expect(gpu.pool.live).toBeGreaterThan(live);
    program.dispose();
    expect(gpu.pool.live).toBe(live);
    expect(() => program.replay()).toThrow(DisposedError);
  });

  test('keeps inputs that are disposed before the program', async () => {
    const x = gpu.tensor([4], [1]);
    using program = gpu.capture(() => scaled(x, 2));
    using y = program.result;
    x.dispose();
    using other = gpu.tensor([1], [1]);
    program.replay();
    expect(await values(y)).toEqual([8]);
    expect(await values(other)).toEqual([1]);
  });

  test('refuses what a replay could not repeat, and recovers from a step that throws', async () => {
    using x = gpu.tensor([1], [1]);
    const { live } = gpu.pool;
    expect(() => gpu.capture(() => gpu.write(x, [2]))).toThrow('a captured step cannot write from the host');
    expect(() => gpu.capture(() => gpu.capture(() => x))).toThrow('cannot be used inside capture');
    const failing = (): void => {
      using y = scaled(x, 2);
      throw new Error(`after ${y.size}`);
    };
    expect(() => gpu.capture(failing)).toThrow('after 1');
    expect(gpu.pool.live).toBe(live);
    using y = scaled(x, 2);
    expect(await values(y)).toEqual([2]);
  });
});

describe("the application's own objects", () => {
  const COPY = 0x0004 | 0x0008;
  const STORAGE = 0x0080;

  test('a device that it opened is used and not destroyed', async () => {
    const own = await open(undefined, { device: gpu.device, poison: true });
    expect(own.software).toBe(gpu.software);
    using x = own.tensor([2], [1]);
    using y = scaled(x, 4);
    expect(await values(y)).toEqual([8]);
    own.dispose();
    await expect(x.read()).rejects.toThrow(DisposedError);
    using z = gpu.tensor([3], [1]);
    expect(await values(z)).toEqual([3]);
  });

  test('a buffer that it made is a tensor, and stays its own', async () => {
    const buffer = gpu.device.createBuffer({ size: 12, usage: COPY | STORAGE });
    gpu.device.queue.writeBuffer(buffer, 0, new Float32Array([1, 2, 3]));
    const { live, pooled } = gpu.pool;
    const x = gpu.wrap(buffer, [3]);
    {
      using y = scaled(x, 2);
      expect(await values(y)).toEqual([2, 4, 6]);
    }
    x.dispose();
    expect(gpu.pool.live).toBe(live);
    expect(gpu.pool.pooled).toBeLessThanOrEqual(pooled + 256);
    using again = gpu.wrap(buffer, [2]);
    expect(await values(again)).toEqual([1, 2]);
    expect(() => gpu.wrap(buffer, [4])).toThrow('wrap: buffer has 12 bytes, expected 16 for [4]');
    buffer.destroy();
  });

  test('a command encoder of its own takes the dispatches', async () => {
    using x = gpu.tensor([1, 2], [2]);
    const encoder = gpu.device.createCommandEncoder();
    using y = gpu.recordInto(encoder, () => {
      using twice = scaled(x, 2);
      return scaled(twice, 10);
    });
    using between = gpu.tensor([5, 5], [2]);
    using later = scaled(between, 7);
    gpu.device.queue.submit([encoder.finish()]);
    expect(await values(y)).toEqual([20, 40]);
    expect(await values(later)).toEqual([35, 35]);
    expect(await values(between)).toEqual([5, 5]);
  });
});

describe('failure', () => {
  test('an abort rejects a read with its reason', async () => {
    using x = gpu.tensor([1], [1]);
    await expect(x.read({ signal: AbortSignal.abort('before') })).rejects.toBe('before');
    const controller = new AbortController();
    const read = x.read({ signal: controller.signal });
    controller.abort('during');
    await expect(read).rejects.toBe('during');
    expect(await values(x)).toEqual([1]);
  });

  test('an allocation that fails is reported with its size', async () => {
    await using own = await openTestGpu();
    const { device } = own;
    const pop = device.popErrorScope.bind(device);
    let failing = true;
    device.popErrorScope = async () => {
      const error = await pop();
      if (!failing) return error;
      failing = false;
      return { message: 'no memory' } as GPUError;
    };
    using x = own.zeros([100]);
    const error = await x.read().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error).toMatchObject({ bytes: 512, live: 0 });
    using y = own.zeros([1]);
    expect(await values(y)).toEqual([0]);
  });

  test('no WebGPU and no adapter are UnsupportedErrors', async () => {
    await expect(open(undefined, {})).rejects.toMatchObject({ name: 'UnsupportedError', needs: 'navigator.gpu' });
    const none = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
    await expect(open(none, {})).rejects.toMatchObject({ name: 'UnsupportedError', needs: 'a GPU adapter' });
  });
});

test('the timer names kernels and measures them, where the device can', async () => {
  using timer = new Timer(gpu);
  using x = gpu.tensor([1], [1]);
  const timings = await timer.measure(() => {
    for (let i = 0; i < 3; i++) scaled(x, 1).dispose();
  });
  if (gpu.has('timestamp-query')) {
    expect(timings?.map(({ kernel }) => kernel)).toEqual(['test/scale', 'test/scale', 'test/scale']);
    for (const { ms } of timings ?? []) expect(ms).toBeGreaterThanOrEqual(0);
  } else {
    expect(timings).toBeUndefined();
  }
});
