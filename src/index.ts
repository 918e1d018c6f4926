export * from './errors.js';
export type { DType, Shape, TensorLike } from './tensor.js';
export { Gpu } from './webgpu/gpu.js';
export type { RunOptions } from './webgpu/arguments.js';
export { type Binding, type Kernel, kernel } from './webgpu/kernel.js';
export { type GpuOptions, openGpu } from './webgpu/open.js';
export { Program } from './webgpu/program.js';
export { Tensor } from './webgpu/tensor.js';
export { Timer, type Timing } from './webgpu/timer.js';
