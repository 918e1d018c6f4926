import chromium from '@sparticuz/chromium';

/** Runs once before all tests: unpacks the SwiftShader that the GPU tests run on into the temporary folder. */
export default async function setup(): Promise<void> {
  if (process.platform === 'linux') await chromium.executablePath();
}
