import { ShaderError } from '../errors.js';
import { STAGE_COMPUTE } from './flags.js';
import type { Kernel } from './kernel.js';

/** A kernel with its constants fixed, compiled when it is first dispatched. */
export interface Pipeline {
  readonly kernel: Kernel;
  readonly layout: GPUBindGroupLayout;
  readonly descriptor: GPUComputePipelineDescriptor;
  readonly module: GPUShaderModule;
  compiled: GPUComputePipeline | undefined;
}

interface Program {
  readonly module: GPUShaderModule;
  readonly bindGroup: GPUBindGroupLayout;
  readonly layout: GPUPipelineLayout;
  readonly byConstants: Map<string, Pipeline>;
}

/** Constants of a dispatch, by the names of the kernel's overrides. */
export type Constants = Readonly<Record<string, number>>;

/** All pipelines of a device, by kernel and constants. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #watch: (error: Promise<Error | undefined>) => void;
  readonly #programs = new Map<Kernel, Program>();

  /** @param watch - is told how each compilation ends. */
  constructor(device: GPUDevice, watch: (error: Promise<Error | undefined>) => void) {
    this.#device = device;
    this.#watch = watch;
  }

  get(kernel: Kernel, constants: Constants): Pipeline {
    const program = this.#program(kernel);
    let key = '';
    for (const id in constants) key += `${id}=${constants[id]};`;
    let pipeline = program.byConstants.get(key);
    if (pipeline === undefined) {
      const { module, layout, bindGroup } = program;
      const compute = { module, entryPoint: 'main', constants: { ...constants } };
      const descriptor = { label: kernel.name, layout, compute };
      pipeline = { kernel, layout: bindGroup, descriptor, module, compiled: undefined };
      program.byConstants.set(key, pipeline);
    }
    return pipeline;
  }

  /** The compiled pipeline, compiled in place at first use. Errors are reported through `watch`. */
  compiled(pipeline: Pipeline): GPUComputePipeline {
    if (pipeline.compiled === undefined) {
      this.#device.pushErrorScope('validation');
      this.#device.pushErrorScope('internal');
      pipeline.compiled = this.#device.createComputePipeline(pipeline.descriptor);
      const scopes = [this.#device.popErrorScope(), this.#device.popErrorScope()];
      this.#watch(
        Promise.all(scopes).then(async (errors) => {
          const error = errors.find((e) => e !== null);
          return error == null ? undefined : shaderError(pipeline, error.message);
        }),
      );
    }
    return pipeline.compiled;
  }

  /** @throws {@link ShaderError} if the driver rejects the kernel. */
  async compile(pipeline: Pipeline): Promise<void> {
    if (pipeline.compiled !== undefined) return;
    try {
      const compiled = await this.#device.createComputePipelineAsync(pipeline.descriptor);
      pipeline.compiled ??= compiled;
    } catch (error) {
      throw await shaderError(pipeline, (error as Error).message);
    }
  }

  #program(kernel: Kernel): Program {
    let program = this.#programs.get(kernel);
    if (program === undefined) {
      const device = this.#device;
      const entries = kernel.bindings.map(({ index, type }) => ({
        binding: index,
        visibility: STAGE_COMPUTE,
        buffer: { type, hasDynamicOffset: type === 'uniform' },
      }));
      // Both errors show again, with their cause, when the pipeline is made.
      device.pushErrorScope('validation');
      const module = device.createShaderModule({ label: kernel.name, code: kernel.code });
      const bindGroup = device.createBindGroupLayout({ label: kernel.name, entries });
      const layout = device.createPipelineLayout({ label: kernel.name, bindGroupLayouts: [bindGroup] });
      void device.popErrorScope().catch(() => null);
      program = { module, bindGroup, layout, byConstants: new Map() };
      this.#programs.set(kernel, program);
    }
    return program;
  }
}

async function shaderError({ kernel, module }: Pipeline, message: string): Promise<ShaderError> {
  const { messages } = await module.getCompilationInfo();
  const errors = messages.filter(({ type }) => type === 'error');
  const texts = errors.map(({ lineNum, linePos, message }) => `${lineNum}:${linePos} ${message}`);
  return new ShaderError(kernel.name, texts.length > 0 ? texts : [message], kernel.code);
}
