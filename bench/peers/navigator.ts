/** Give Node the `navigator.gpu` that browser libraries look for, on Dawn. Kept for good, as Dawn demands. */
export async function navigatorWithGpu(): Promise<void> {
  if ('gpu' in (globalThis.navigator ?? {})) return;
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const navigator = { gpu: create([]), userAgent: 'Node', hardwareConcurrency: 1 };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}
