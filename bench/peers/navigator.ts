/** Give Node the `navigator` that browser libraries look for. */
export function browserNavigator(): void {
  if (globalThis.navigator === undefined) define({ userAgent: 'Node', hardwareConcurrency: 1 });
}

/** The same with WebGPU, on Dawn. Kept for good, as Dawn demands. */
export async function navigatorWithGpu(): Promise<void> {
  if (globalThis.navigator?.gpu !== undefined) return;
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  define({ userAgent: 'Node', hardwareConcurrency: 1, gpu: create([]) });
}

function define(navigator: object): void {
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}
