import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import type { Backend } from '../../src/backend.js';
import { asyncDispose } from '../../src/disposable.js';
import { UnsupportedError } from '../../src/errors.js';
import type { TensorLike } from '../../src/tensor.js';
import { DRIVER, openTestGpu } from './gpu.js';

/** A backend under test. It is opened before the first test that uses it. */
export interface Subject {
  readonly name: string;
  readonly kind: 'wasm' | 'webgpu';
  /** @throws outside of tests and hooks. */
  backend(): Backend<TensorLike>;
  /** Bytes in use on its device. */
  live(): number;
}

interface Opened {
  readonly backend: Backend<TensorLike>;
  live(): number;
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>;
}

interface Candidate {
  readonly name: string;
  readonly kind: 'wasm' | 'webgpu';
  /** @throws UnsupportedError where this machine cannot run it. */
  open(): Promise<Opened>;
}

/** Whether this run is the one that is only about another Vulkan driver. */
export const withoutWasm: boolean = process.env['LONGWAVE_VK'] !== undefined;

async function openWebgpu(software: boolean): Promise<Opened> {
  const gpu = await openTestGpu({ software });
  const { webgpu } = await import('../../src/backends/webgpu.js');
  return { backend: webgpu(gpu), live: () => gpu.pool.live, close: () => gpu[asyncDispose]() };
}

/** Open the CPU backend; the caller disposes it. */
export async function openWasm(threads: number, relaxed: boolean): Promise<Opened & Disposable> {
  const { openCpu } = await import('../../src/wasm.js');
  const { wasm } = await import('../../src/backends/wasm.js');
  const cpu = await openCpu({ threads, relaxed, poison: true });
  const shut = (): void => cpu.dispose();
  return { backend: wasm(cpu), live: () => cpu.live, close: async () => shut(), [Symbol.dispose]: shut };
}

const wasmCandidates: readonly Candidate[] = [
  { name: 'wasm, 1 thread', kind: 'wasm', open: () => openWasm(1, false) },
  { name: 'wasm, 2 threads, relaxed SIMD', kind: 'wasm', open: () => openWasm(2, true) },
];

const hardwareKernels: Candidate = {
  name: `webgpu with the kernels for hardware, on ${DRIVER}`,
  kind: 'webgpu',
  open: () => openWebgpu(false),
};

const candidates: readonly Candidate[] = [
  ...(withoutWasm ? [] : wasmCandidates),
  { name: `webgpu on ${DRIVER}`, kind: 'webgpu', open: () => openWebgpu(true) },
  hardwareKernels,
];

/** Define tests for every backend. One that this machine cannot run is skipped with its reason. */
export function describeBackends(title: string, body: (subject: Subject) => void): void {
  describeEach(candidates, title, body);
}

/**
 * The same without the kernels for hardware GPUs, which take a software GPU long: for tests of what stands on the
 * kernels, whose own tests cover those.
 */
export function describeDevices(title: string, body: (subject: Subject) => void): void {
  describeEach(
    candidates.filter((candidate) => candidate !== hardwareKernels),
    title,
    body,
  );
}

/** Only the kernels for hardware GPUs, for tests that take a software GPU minutes. */
export function describeHardwareKernels(title: string, body: (subject: Subject) => void): void {
  describeEach([hardwareKernels], title, body);
}

function describeEach(subjects: readonly Candidate[], title: string, body: (subject: Subject) => void): void {
  for (const { name, kind, open } of subjects) {
    describe(`${title} on ${name}`, () => {
      let opened: Opened | undefined;
      let reason: string | undefined;

      beforeAll(async () => {
        try {
          opened = await open();
        } catch (error) {
          if (!(error instanceof UnsupportedError)) throw error;
          reason = error.message;
          console.warn(`skipped: ${title} on ${name}: ${reason}`);
        }
      });
      beforeEach(({ skip }) => {
        if (reason !== undefined) skip(reason);
      });
      afterAll(() => opened?.close());

      const device = (): Opened => {
        if (opened === undefined) throw new Error(`${name} is not open`);
        return opened;
      };
      body({ name, kind, backend: () => device().backend, live: () => device().live() });
    });
  }
}
