import { DeviceLostError, OutOfMemoryError } from '../errors.js';

/** What goes wrong on a device, kept until the next read or sync can throw it. */
export class Faults {
  readonly #device: GPUDevice;
  readonly #live: () => number;
  readonly #loss: { error?: DeviceLostError } = {};
  #outcome: Promise<void> = Promise.resolve();
  #error: Error | undefined;

  /** @param live - bytes in use, which an error of memory reports. */
  constructor(device: GPUDevice, live: () => number) {
    this.#device = device;
    this.#live = live;
    const loss = this.#loss;
    void device.lost.then(({ message, reason }) => {
      loss.error = new DeviceLostError(`the GPU device was lost: ${message}`, reason);
    });
  }

  /** Settles when all that was watched has ended. */
  get outcome(): Promise<void> {
    return this.#outcome;
  }

  /** Keep the first error, in the order of the calls. */
  watch(outcome: Promise<Error | undefined>): void {
    const noted = outcome.catch(() => undefined);
    this.#outcome = this.#outcome.then(async () => {
      this.#error ??= await noted;
    });
  }

  /** Run `fn` and note what the device says about it. */
  scoped(fn: () => void): void {
    this.#device.pushErrorScope('out-of-memory');
    this.#device.pushErrorScope('validation');
    fn();
    const scopes = [this.#device.popErrorScope(), this.#device.popErrorScope()] as const;
    const live = this.#live();
    this.watch(
      Promise.all(scopes).then(([validation, memory]) => {
        if (memory !== null) return new OutOfMemoryError(memory.message, { bytes: 0, live });
        return validation === null ? undefined : new Error(validation.message);
      }),
    );
  }

  /** Make a buffer, and call `failed` later if there was no memory for it. */
  allocate(bytes: number, usage: GPUBufferUsageFlags, failed: () => void): GPUBuffer {
    this.#device.pushErrorScope('out-of-memory');
    const buffer = this.#device.createBuffer({ size: bytes, usage });
    const live = this.#live();
    this.watch(
      this.#device.popErrorScope().then((error) => {
        if (error === null) return undefined;
        failed();
        return new OutOfMemoryError(`${bytes} bytes could not be allocated: ${error.message}`, { bytes, live });
      }),
    );
    return buffer;
  }

  /**
   * Wait for `work`, the signal, or the device to fail.
   *
   * @throws what went wrong since the last time, if anything did; the signal's reason if it aborts.
   */
  async settle(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
    let failure: Error | undefined;
    try {
      await abortable(work, signal);
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      failure = error as Error;
    }
    await abortable(this.#outcome, signal);
    // A lost device rejects its promises before it says so.
    if (failure !== undefined) await Promise.race([this.#device.lost, new Promise((done) => setTimeout(done))]);
    const error = this.#loss.error ?? this.#error ?? failure;
    this.#error = undefined;
    if (error !== undefined) throw error;
  }
}

/** `work`, or a rejection with the signal's reason, whichever is first. */
function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
