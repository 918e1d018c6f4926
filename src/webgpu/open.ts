import { UnsupportedError } from '../errors.js';
import { Gpu } from './gpu.js';

export interface GpuOptions {
  /** The application's own device; it is not destroyed with the {@link Gpu}. */
  readonly device?: GPUDevice | undefined;
  /** Fill every fresh or recycled buffer with NaN, so that a kernel which leaves gaps cannot pass a test. */
  readonly poison?: boolean | undefined;
  readonly powerPreference?: GPUPowerPreference | undefined;
  /** Take the kernels for software adapters or those for hardware; by default whichever suits the adapter. */
  readonly software?: boolean | undefined;
}

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

const FEATURES: readonly GPUFeatureName[] = ['subgroups', 'shader-f16', 'timestamp-query'];

/** Names by which software implementations of Vulkan, Direct3D and Chromium call themselves. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|software|warp|basic render/i;

/**
 * Open the best device of a WebGPU implementation, with all limits and features that the adapter offers and the
 * kernels can use.
 *
 * @throws {@link UnsupportedError} if there is no implementation or no adapter.
 */
export async function open(webgpu: GPU | undefined, options: GpuOptions): Promise<Gpu> {
  const { device, poison = false, powerPreference = 'high-performance' } = options;
  if (device !== undefined) {
    return new Gpu(device, { poison, software: options.software ?? isSoftware(device.adapterInfo), owned: false });
  }
  if (webgpu === undefined) {
    throw new UnsupportedError('openGpu: this platform has no WebGPU', { needs: 'navigator.gpu', has: 'none' });
  }
  const adapter = await webgpu.requestAdapter({ powerPreference });
  if (adapter === null) {
    throw new UnsupportedError('openGpu: WebGPU finds no adapter here', { needs: 'a GPU adapter', has: 'none' });
  }
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = FEATURES.filter((feature) => adapter.features.has(feature));
  const opened = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  const software = options.software ?? isSoftware(adapter.info);
  return new Gpu(opened, { poison, software, owned: true });
}

function isSoftware(info: GPUAdapterInfo | undefined): boolean {
  if (info === undefined) return false;
  const { vendor, architecture, device, description } = info;
  return info.isFallbackAdapter || SOFTWARE.test(`${vendor} ${architecture} ${device} ${description}`);
}

/**
 * Open a GPU in a browser.
 *
 * @returns a {@link Gpu}; the caller disposes it.
 * @throws {@link UnsupportedError} if the browser has no WebGPU or no adapter.
 * @example
 * ```ts
 * await using gpu = await openGpu();
 * using u = gpu.tensor(signal, [B, H, L]);
 * ```
 */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  return open(globalThis.navigator?.gpu, options);
}
