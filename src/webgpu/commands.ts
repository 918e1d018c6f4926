import { COPY_DST, UNIFORM } from './flags.js';
import type { Pipeline } from './pipelines.js';
import type { Block } from './pool.js';

/** A dispatch as it was called: bind group and pass are made when it is encoded. */
export interface Dispatch {
  readonly type: 'dispatch';
  readonly pipeline: Pipeline;
  readonly compiled: GPUComputePipeline;
  /** Storage buffers in the order of the bindings, with the bytes that are bound. */
  readonly buffers: readonly { readonly binding: number; readonly block: Block; readonly bytes: number }[];
  /** The scalars of `Params`, if the kernel has any. */
  readonly params: { readonly binding: number; readonly words: Uint32Array } | undefined;
  readonly grid: readonly [number, number, number];
  /** Made beforehand for dispatches that are replayed. */
  bound?: Bound | undefined;
}

/** A bind group and the dynamic offset of its params. */
export interface Bound {
  readonly group: GPUBindGroup;
  readonly offsets: readonly number[];
}

/** Fill a buffer with copies of another, or with zeros where there is no other. */
export interface Fill {
  readonly type: 'fill';
  readonly block: Block;
  readonly bytes: number;
  readonly source: GPUBuffer | undefined;
}

/** Copy to a buffer that the host maps. */
export interface Download {
  readonly type: 'download';
  readonly source: GPUBuffer;
  readonly target: GPUBuffer;
  readonly bytes: number;
}

export type Command = Dispatch | Fill | Download;

/** Receives the dispatches of a timed stretch. */
export interface Timestamps {
  /** Where the next pass writes its two timestamps; undefined once the query set is full. */
  next(kernel: string): GPUComputePassTimestampWrites | undefined;
}

/**
 * The buffer that holds the params of a batch of dispatches. It is written once for each batch. Batches that are
 * submitted at once can share it, because the queue writes it after the batch before has run.
 */
export class Params {
  readonly #device: GPUDevice;
  readonly #stride: number;
  #buffer: GPUBuffer | undefined;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#stride = device.limits.minUniformBufferOffsetAlignment;
  }

  /** Write the params of all dispatches that are not bound yet, and bind them. */
  bind(commands: readonly Command[]): Map<Dispatch, Bound> {
    const bound = new Map<Dispatch, Bound>();
    const open = commands.filter((c): c is Dispatch => c.type === 'dispatch' && c.bound === undefined);
    const slot = (d: Dispatch): number => Math.ceil((4 * (d.params?.words.length ?? 0)) / this.#stride) * this.#stride;
    const size = open.reduce((n, d) => n + slot(d), 0);
    const words = new Uint32Array(size / 4);
    const buffer = this.#reserve(size);
    let offset = 0;
    for (const dispatch of open) {
      const { params } = dispatch;
      if (params !== undefined) words.set(params.words, offset / 4);
      bound.set(dispatch, {
        group: this.#group(dispatch, buffer),
        offsets: params === undefined ? [] : [offset],
      });
      offset += slot(dispatch);
    }
    if (size > 0) this.#device.queue.writeBuffer(buffer as GPUBuffer, 0, words);
    return bound;
  }

  destroy(): void {
    this.#buffer?.destroy();
  }

  #reserve(size: number): GPUBuffer | undefined {
    if (size > (this.#buffer?.size ?? 0)) {
      this.#buffer?.destroy();
      this.#buffer = this.#device.createBuffer({ label: 'params', size, usage: UNIFORM | COPY_DST });
    }
    return this.#buffer;
  }

  #group({ pipeline, buffers, params }: Dispatch, uniforms: GPUBuffer | undefined): GPUBindGroup {
    const entries: GPUBindGroupEntry[] = buffers.map(({ binding, block, bytes }) => ({
      binding,
      resource: { buffer: block.buffer, size: bytes },
    }));
    if (params !== undefined) {
      const resource = { buffer: uniforms as GPUBuffer, size: 4 * params.words.length };
      entries.push({ binding: params.binding, resource });
    }
    return this.#device.createBindGroup({ label: pipeline.kernel.name, layout: pipeline.layout, entries });
  }
}

/** Append commands to an encoder: one compute pass for each dispatch, labelled with its kernel. */
export function encode(
  encoder: GPUCommandEncoder,
  commands: readonly Command[],
  bound: ReadonlyMap<Dispatch, Bound>,
  timestamps?: Timestamps,
): void {
  for (const command of commands) {
    if (command.type === 'download') {
      encoder.copyBufferToBuffer(command.source, 0, command.target, 0, command.bytes);
    } else if (command.type === 'fill') {
      fill(encoder, command);
    } else {
      const label = command.pipeline.kernel.name;
      const timestampWrites = timestamps?.next(label);
      const pass = encoder.beginComputePass(timestampWrites === undefined ? { label } : { label, timestampWrites });
      const { group, offsets } = command.bound ?? (bound.get(command) as Bound);
      pass.setPipeline(command.compiled);
      pass.setBindGroup(0, group, offsets);
      pass.dispatchWorkgroups(...command.grid);
      pass.end();
    }
  }
}

function fill(encoder: GPUCommandEncoder, { block, bytes, source }: Fill): void {
  if (source === undefined) {
    encoder.clearBuffer(block.buffer, 0, bytes);
    return;
  }
  for (let at = 0; at < bytes; at += source.size) {
    encoder.copyBufferToBuffer(source, 0, block.buffer, at, Math.min(source.size, bytes - at));
  }
}
