/** Arguments disagree in shape, length or range. The message names argument, expectation and finding. */
export class ShapeError extends RangeError {
  override readonly name = 'ShapeError';
}

/** The device or the platform lacks a feature or a limit is too low. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
  readonly needs: string;
  readonly has: string;

  constructor(message: string, { needs, has }: { needs: string; has: string }) {
    super(message);
    this.needs = needs;
    this.has = has;
  }
}

/** WGSL or a pipeline was rejected by the driver. */
export class ShaderError extends Error {
  override readonly name = 'ShaderError';
  readonly kernel: string;
  readonly messages: readonly string[];
  /** The source with line numbers. */
  readonly source: string;

  constructor(kernel: string, messages: readonly string[], code: string) {
    super(`${kernel}: ${messages.join('; ')}`);
    this.kernel = kernel;
    this.messages = messages;
    this.source = code
      .split('\n')
      .map((line, i) => `${i + 1}\t${line}`)
      .join('\n');
  }
}

/** An allocation failed. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  /** Bytes asked for. */
  readonly bytes: number;
  /** Bytes in use by live tensors. */
  readonly live: number;

  constructor(message: string, { bytes, live }: { bytes: number; live: number }) {
    super(message);
    this.bytes = bytes;
    this.live = live;
  }
}

/** A tensor or a device was used after it had been disposed. */
export class DisposedError extends Error {
  override readonly name = 'DisposedError';
  readonly shape: readonly number[];

  constructor(message: string, shape: readonly number[]) {
    super(message);
    this.shape = shape;
  }
}

/** The GPU device was lost. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
  readonly reason: string;

  constructor(message: string, reason: string) {
    super(message);
    this.reason = reason;
  }
}

/** A file is missing, corrupt, or made for something else. */
export class DataError extends Error {
  override readonly name = 'DataError';
  readonly path: string;

  constructor(message: string, path: string) {
    super(message);
    this.path = path;
  }
}
