import v8 from 'node:v8';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import { DeviceLostError, DisposedError } from '../src/errors.js';
import { irfft, rfft } from '../src/index.js';
import { openTestGpu } from './support/gpu.js';

test('a lost device rejects reads and sync', async () => {
  const own = await openTestGpu();
  using x = own.tensor([1], [1]);
  own.device.destroy();
  await expect(x.read()).rejects.toThrow(DeviceLostError);
  await expect(own.sync()).rejects.toMatchObject({ name: 'DeviceLostError', reason: 'destroyed' });
  own.dispose();
});

test('a Gpu can be disposed while it works', async () => {
  for (let i = 0; i < 10; i++) {
    const own = await openTestGpu();
    using u = own.zeros([64, 256]);
    for (let j = 0; j < 6; j++) irfft(rfft(u), { n: 256 });
    own.dispose();
    expect(() => own.empty([1])).toThrow(DisposedError);
    expect(await own.device.lost).toMatchObject({ reason: 'destroyed' });
  }
});

test('a disposed Gpu is done', async () => {
  const own = await openTestGpu();
  const x = own.tensor([1], [1]);
  await own[Symbol.asyncDispose]();
  await expect(x.read()).rejects.toThrow(DisposedError);
  await expect(own.sync()).rejects.toThrow(DisposedError);
  expect(() => own.empty([1])).toThrow(DisposedError);
  x.dispose();
  own.dispose();
});

// A driver that is used after it was freed takes the whole process along.
test('a Gpu disposed after the loss of its device is collected in peace', async () => {
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc') as () => void;
  const loseAndDispose = async (): Promise<void> => {
    const own = await openTestGpu();
    own.device.destroy();
    await expect(own.sync()).rejects.toThrow(DeviceLostError);
    own.dispose();
  };
  const polled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 10; i++) {
    await loseAndDispose();
    gc();
    await polled();
    gc();
    await polled();
  }
});
