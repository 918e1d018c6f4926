import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UnsupportedError } from '../../src/errors.js';
import type { Gpu } from '../../src/webgpu/gpu.js';
import type { GpuOptions } from '../../src/webgpu/open.js';
import { chromiumFolder } from './chromium.js';

/**
 * Vulkan drivers that run on a CPU, by the value of LONGWAVE_VK. The driver is chosen once in a process, before Dawn
 * starts; vite.config.ts runs the tests a second time for the second one.
 */
export const drivers: Readonly<Record<string, string>> = {
  swiftshader: join(chromiumFolder, 'vk_swiftshader_icd.json'),
  lavapipe: '/usr/share/vulkan/icd.d/lvp_icd.json',
};

export const DRIVER: string = process.env['LONGWAVE_VK'] ?? 'swiftshader';

/**
 * Open a GPU on the driver of this run, with NaN in every new buffer; the caller disposes it.
 *
 * @throws UnsupportedError where the driver is not installed.
 */
export async function openTestGpu(options: GpuOptions = {}): Promise<Gpu> {
  const file = drivers[DRIVER];
  if (file === undefined || !existsSync(file)) {
    throw new UnsupportedError(`no Vulkan driver ${DRIVER}`, { needs: `${file}`, has: 'no such file' });
  }
  process.env['VK_DRIVER_FILES'] = file;
  const { openGpu } = await import('../../src/node.js');
  return openGpu({ poison: true, ...options });
}
