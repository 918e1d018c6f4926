import { asyncDispose, dispose } from '../disposable.js';
import { DisposedError, ShapeError, UnsupportedError } from '../errors.js';
import { type DType, type Shape, checkCount, checkShape, sizeOf } from '../tensor.js';
import { type RunOptions, bindBuffers, checkGrid, hostArray, packParams } from './arguments.js';
import { type Command, Params, type Timestamps, encode } from './commands.js';
import { Faults } from './faults.js';
import { COPY_DST, COPY_SRC, MAP_MODE_READ, MAP_READ } from './flags.js';
import type { Kernel } from './kernel.js';
import { type Pipeline, Pipelines } from './pipelines.js';
import { type Block, Pool, Scope } from './pool.js';
import { Program, Recording } from './program.js';
import { Tensor } from './tensor.js';

/** Dispatches that are recorded before they are submitted, so that the GPU starts early. */
const BATCH = 64;

/** NaN as f32, and an impossible index as u32. */
const POISON = 0x7fc00000;
const POISON_BYTES = 2 ** 20;

/** What else than to submit is done with what is recorded. */
type Mode =
  | { readonly kind: 'compile'; readonly pipelines: Set<Pipeline>; readonly made: Tensor[] }
  | { readonly kind: 'capture'; readonly recording: Recording; readonly scope: Scope }
  | { readonly kind: 'recordInto'; readonly commands: Command[]; readonly scope: Scope };

/** A GPU device: makes tensors, records dispatches, submits them in order, reads back. Opened by `openGpu`. */
export class Gpu implements Disposable, AsyncDisposable {
  readonly device: GPUDevice;
  /** Memory in use. */
  readonly pool: Pool;
  /** Fresh and recycled buffers are filled with NaN. */
  readonly poison: boolean;
  /** The device computes on the CPU, where workgroup barriers are slow: launchers pick kernels without them. */
  readonly software: boolean;

  readonly #faults: Faults;
  readonly #pipelines: Pipelines;
  readonly #params: Params;
  readonly #owned: boolean;
  readonly #memo = new Map<string, Tensor>();
  #commands: Command[] = [];
  #dispatches = 0;
  #mode: Mode | undefined;
  #timestamps: Timestamps | undefined;
  #poisoned: GPUBuffer | undefined;
  #disposed = false;

  /** @internal */
  constructor(
    device: GPUDevice,
    options: {
      readonly poison: boolean;
      readonly software: boolean;
      /** Whether disposing destroys the device. */
      readonly owned: boolean;
    },
  ) {
    this.device = device;
    this.poison = options.poison;
    this.software = options.software;
    this.#owned = options.owned;
    this.#faults = new Faults(device, () => this.pool.live);
    this.pool = new Pool((bytes, failed) =>
      this.#faults.allocate(bytes, Pool.usage, () => {
        failed();
        this.trim();
      }),
    );
    this.#pipelines = new Pipelines(device, (outcome) => this.#faults.watch(outcome));
    this.#params = new Params(device);
  }

  get limits(): GPUSupportedLimits {
    return this.device.limits;
  }

  has(feature: GPUFeatureName): boolean {
    return this.device.features.has(feature);
  }

  // --- tensors ---

  /**
   * Copy host values into a new tensor.
   *
   * @throws {@link ShapeError} if the values do not fill the shape.
   */
  tensor(values: ArrayLike<number>, shape: Shape, dtype: DType = 'f32'): Tensor {
    checkShape('tensor', shape);
    checkCount('tensor', values, shape);
    const tensor = this.#allocate('tensor', shape, dtype, this.pool);
    // Not shared with the other tensors of a step or an encoder: the host writes once, and before all of them.
    if (this.#mode?.kind === 'capture') this.#mode.recording.pin(tensor.block);
    if (this.#mode?.kind === 'recordInto') tensor.block.recycle = false;
    this.#upload(tensor, values);
    return tensor;
  }

  /** A new tensor whose values are yet to be written. */
  empty(shape: Shape, dtype: DType = 'f32'): Tensor {
    checkShape('empty', shape);
    const tensor = this.#allocate('empty', shape, dtype);
    if (this.poison) this.#fill(tensor, this.#poisonSource());
    return tensor;
  }

  zeros(shape: Shape, dtype: DType = 'f32'): Tensor {
    checkShape('zeros', shape);
    const tensor = this.#allocate('zeros', shape, dtype);
    this.#fill(tensor, undefined);
    return tensor;
  }

  /**
   * Overwrite the values of a tensor from the host, after all that was recorded before.
   *
   * @throws {@link ShapeError} if the number of values is not the tensor's.
   * @throws TypeError while a step is captured: a replay would not write again.
   */
  write(tensor: Tensor, values: ArrayLike<number>): void {
    checkCount('write', values, tensor.shape);
    if (tensor.device !== this) throw new TypeError('write: the tensor lives on another device');
    if (this.#mode?.kind === 'capture') throw new TypeError('write: a captured step cannot write from the host');
    if (this.#mode?.kind !== 'compile') this.#upload(tensor, values);
  }

  /**
   * Use a buffer of the application as a tensor. It is neither pooled nor destroyed. Its usage must have STORAGE, and
   * COPY_SRC to be read, COPY_DST to be written.
   *
   * @throws {@link ShapeError} if the buffer is too small.
   */
  wrap(buffer: GPUBuffer, shape: Shape, dtype: DType = 'f32'): Tensor {
    checkShape('wrap', shape);
    if (buffer.size < 4 * sizeOf(shape)) {
      throw new ShapeError(`wrap: buffer has ${buffer.size} bytes, expected ${4 * sizeOf(shape)} for [${shape}]`);
    }
    const block = { buffer, bytes: buffer.size, pins: 0, released: false, recycle: false, owned: false };
    return new Tensor(this, block, shape, dtype);
  }

  /** A table of constants, made at its first use and kept as long as the device. Nobody else disposes it. */
  memo(key: string, make: () => Tensor): Tensor {
    let table = this.#memo.get(key);
    if (table === undefined) {
      const mode = this.#mode;
      this.#mode = undefined;
      try {
        table = make();
      } finally {
        this.#mode = mode;
      }
      this.#memo.set(key, table);
    }
    return table;
  }

  /** Destroy the buffers that wait in the pool. */
  trim(): void {
    this.flush();
    this.pool.trim();
  }

  // --- work ---

  /**
   * Record one dispatch. It runs after all that was recorded before.
   *
   * @throws TypeError, {@link DisposedError} or {@link UnsupportedError} if names, tensors or grid do not fit.
   *   What the device finds is thrown by the next read or {@link Gpu.sync}.
   */
  run(kernel: Kernel, { constants = {}, params = {}, buffers, grid }: RunOptions): void {
    this.#check();
    const bound = bindBuffers(this, kernel, buffers);
    const packed = packParams(kernel, params);
    const checked = checkGrid(this, kernel, grid);
    const pipeline = this.#pipelines.get(kernel, constants);
    if (this.#mode?.kind === 'compile') {
      this.#mode.pipelines.add(pipeline);
      return;
    }
    const compiled = this.#pipelines.compiled(pipeline);
    this.record({ type: 'dispatch', pipeline, compiled, buffers: bound, params: packed, grid: checked });
  }

  /** @internal */
  record(command: Command): void {
    const mode = this.#mode;
    if (mode?.kind === 'compile') return;
    if (mode?.kind === 'recordInto') {
      mode.commands.push(command);
      return;
    }
    if (mode?.kind === 'capture') mode.recording.add(command);
    this.#commands.push(command);
    if (command.type === 'dispatch' && ++this.#dispatches >= BATCH) this.flush();
  }

  /** Submit what is recorded. */
  flush(): void {
    const commands = this.#commands;
    if (commands.length === 0) return;
    this.#commands = [];
    this.#dispatches = 0;
    this.#faults.scoped(() => {
      const encoder = this.device.createCommandEncoder();
      encode(encoder, commands, this.#params.bind(commands), this.#timestamps);
      this.device.queue.submit([encoder.finish()]);
    });
  }

  /** Submit what is recorded and wait until it has run. @throws as {@link Tensor.read}. */
  async sync({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    this.#check();
    signal?.throwIfAborted();
    this.flush();
    await this.#faults.settle(this.device.queue.onSubmittedWorkDone(), signal);
  }

  /**
   * Put the dispatches of `fn` into the application's own command encoder. The application submits it. Host writes
   * in between come before. Tensors that `fn` uses or makes do not return to the pool, because it cannot know when
   * the application is done with them.
   *
   * @returns what `fn` returns.
   */
  recordInto<R>(encoder: GPUCommandEncoder, fn: () => R): R {
    this.flush();
    const mode = { kind: 'recordInto', commands: [] as Command[], scope: new Scope(this.pool) } as const;
    const result = this.#within(mode, fn);
    for (const command of mode.commands) {
      if (command.type === 'dispatch') for (const { block } of command.buffers) block.recycle = false;
    }
    for (const block of mode.scope.free()) {
      block.recycle = false;
      this.pool.give(block);
    }
    this.#faults.scoped(() => encode(encoder, mode.commands, new Params(this.device).bind(mode.commands)));
    return result;
  }

  /**
   * Compile all kernels that `fn` would use, in parallel, without running any. Tensors made in `fn` are disposed.
   *
   * @throws {@link ShaderError} if the driver rejects a kernel; the signal's reason if it aborts.
   */
  async compile(fn: () => unknown, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    this.#check();
    signal?.throwIfAborted();
    const mode = { kind: 'compile', pipelines: new Set<Pipeline>(), made: [] as Tensor[] } as const;
    try {
      this.#within(mode, fn);
    } finally {
      for (const tensor of mode.made) tensor.dispose();
    }
    await this.#faults.settle(Promise.all([...mode.pipelines].map((p) => this.#pipelines.compile(p))), signal);
  }

  /**
   * Run `fn` once and keep what it recorded, to run it again on the same tensors by {@link Program.replay}.
   * Tensors that `fn` makes and disposes, and those it uses, stay allocated until the program is disposed.
   */
  capture<R>(fn: () => R): Program<R> {
    this.flush();
    const mode = { kind: 'capture', recording: new Recording(this.pool), scope: new Scope(this.pool) } as const;
    let result: R;
    try {
      result = this.#within(mode, fn);
    } catch (error) {
      this.flush();
      mode.recording.release(mode.scope);
      throw error;
    }
    this.flush();
    return new Program(this, mode.recording, mode.scope, result);
  }

  // --- for the other files of the runtime ---

  /** @internal Record `fn` with timestamps around each dispatch. */
  timed(timestamps: Timestamps, fn: () => void): void {
    this.flush();
    this.#timestamps = timestamps;
    try {
      fn();
      this.flush();
    } finally {
      this.#timestamps = undefined;
    }
  }

  /** @internal */
  release(block: Block): void {
    if (!block.owned || this.#disposed) return;
    const mode = this.#mode;
    if (mode !== undefined && mode.kind !== 'compile' && mode.scope.give(block)) return;
    if (block.pins > 0) block.released = true;
    else this.pool.give(block);
  }

  /** @internal Copy the first bytes of a buffer to the host. */
  async download(source: GPUBuffer, bytes: number, signal?: AbortSignal): Promise<ArrayBuffer> {
    this.#check();
    signal?.throwIfAborted();
    const target = this.device.createBuffer({ label: 'read', size: bytes, usage: MAP_READ | COPY_DST });
    this.#commands.push({ type: 'download', source, target, bytes });
    this.flush();
    try {
      await this.#faults.settle(target.mapAsync(MAP_MODE_READ), signal);
      return target.getMappedRange().slice(0);
    } finally {
      target.destroy();
    }
  }

  /** Free everything, and the device if `openGpu` made it: that once the work submitted is done. */
  dispose(): void {
    if (this.#disposed) return;
    this.flush();
    for (const table of this.#memo.values()) table.dispose();
    this.#memo.clear();
    this.pool.trim();
    this.#params.destroy();
    this.#poisoned?.destroy();
    this.#disposed = true;
    if (!this.#owned) return;
    // Dawn on SwiftShader crashes or stops for good where a device is destroyed with work in flight.
    const destroy = (): void => this.device.destroy();
    this.device.queue.onSubmittedWorkDone().then(destroy, destroy);
  }

  [dispose](): void {
    this.dispose();
  }

  /** Wait for the work that is submitted, then {@link Gpu.dispose}. */
  async [asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.flush();
    await Promise.allSettled([this.device.queue.onSubmittedWorkDone(), this.#faults.outcome]);
    this.dispose();
    if (this.#owned) await this.device.lost;
  }

  // --- inside ---

  #check(): void {
    if (this.#disposed) throw new DisposedError('the Gpu has been disposed', []);
  }

  #allocate(name: string, shape: Shape, dtype: DType, from?: Pool): Tensor {
    this.#check();
    const bytes = Pool.round(4 * sizeOf(shape));
    const most = this.limits.maxBufferSize;
    if (bytes > most) {
      throw new UnsupportedError(`${name}: [${shape}] needs ${bytes} bytes, this device allows ${most} in a buffer`, {
        needs: `maxBufferSize >= ${bytes}`,
        has: `${most}`,
      });
    }
    const mode = this.#mode;
    const scope = mode === undefined || mode.kind === 'compile' ? this.pool : mode.scope;
    const tensor = new Tensor(this, (from ?? scope).take(bytes), shape, dtype);
    if (mode?.kind === 'compile') mode.made.push(tensor);
    return tensor;
  }

  #upload(tensor: Tensor, values: ArrayLike<number>): void {
    this.flush();
    const data = hostArray(values, tensor.dtype);
    this.#faults.scoped(() => this.device.queue.writeBuffer(tensor.buffer, 0, data));
  }

  #fill(tensor: Tensor, source: GPUBuffer | undefined): void {
    this.record({ type: 'fill', block: tensor.block, bytes: tensor.bytes, source });
  }

  #poisonSource(): GPUBuffer {
    if (this.#poisoned === undefined) {
      this.#poisoned = this.device.createBuffer({ label: 'poison', size: POISON_BYTES, usage: COPY_SRC | COPY_DST });
      this.device.queue.writeBuffer(this.#poisoned, 0, new Uint32Array(POISON_BYTES / 4).fill(POISON));
    }
    return this.#poisoned;
  }

  #within<R>(mode: Mode, fn: () => R): R {
    this.#check();
    if (this.#mode !== undefined) throw new TypeError(`${mode.kind}: cannot be used inside ${this.#mode.kind}`);
    this.#mode = mode;
    try {
      return fn();
    } finally {
      this.#mode = undefined;
    }
  }
}
