import { expect, test } from 'vitest';
import { openBackend } from '../../lra/backend.js';

test.each(['wasm', 'reference'])('%s computes', async (name) => {
  const { backend, description, close } = await openBackend(name);
  expect(backend.name).toBe(name);
  expect(description).not.toBe('');
  const y = backend.add(backend.tensor([1, 2], [2]), backend.tensor([3, 4], [2]));
  expect([...(await y.read())]).toEqual([4, 6]);
  await close();
});

test('webgpu takes whatever adapter there is', async () => {
  const opened = await openBackend('webgpu').catch((error: Error) => error);
  if (opened instanceof Error) {
    expect(opened.name).toBe('UnsupportedError');
    return;
  }
  expect(opened.description).toMatch(/^WebGPU, /);
  await opened.close();
});

test('auto takes no software GPU, and says why it takes the CPU', async () => {
  const { backend, description, reason, close } = await openBackend('auto');
  expect(description).not.toContain('software');
  if (backend.name === 'wasm') expect(reason).toMatch(/GPU|webgpu/);
  else expect(reason).toBeUndefined();
  await close();
});

test('an unknown name is refused', async () => {
  await expect(openBackend('wasn')).rejects.toThrow('unknown backend "wasn"; did you mean wasm?');
});
