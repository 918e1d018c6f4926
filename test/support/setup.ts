import { unpackChromium } from './chromium.js';

/** Runs once before all tests: unpacks the browser, whose SwiftShader the GPU tests run on. */
export default async function setup(): Promise<void> {
  if (process.platform === 'linux') await unpackChromium();
}
