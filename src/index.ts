export * from './errors.js';
export type { DType, Shape, TensorLike } from './tensor.js';

export type { RunOptions } from './webgpu/arguments.js';
export { Gpu } from './webgpu/gpu.js';
export { type Binding, type Kernel, kernel } from './webgpu/kernel.js';
export { type GpuOptions, openGpu } from './webgpu/open.js';
export { Program } from './webgpu/program.js';
export { Tensor } from './webgpu/tensor.js';
export { Timer, type Timing } from './webgpu/timer.js';

export { batchNorm, batchNormInference, batchNormVjp } from './webgpu/batch-norm.js';
export { complexProduct, complexProductVjp } from './webgpu/complex-product.js';
export { butterfly, butterflyAdjoint, butterflyVjp } from './webgpu/butterfly.js';
export { crossEntropy, crossEntropyVjp } from './webgpu/cross-entropy.js';
export { add, dropout, maskLength, relu, reluVjp, scale, sigmoid, sigmoidVjp } from './webgpu/elementwise.js';
export { embedding, embeddingVjp } from './webgpu/embedding.js';
export { irfft, irfftVjp, rfft, rfftVjp } from './webgpu/fft.js';
export { gelu, geluVjp } from './webgpu/gelu.js';
export { glu, gluVjp } from './webgpu/glu.js';
export { resize, smooth, squash, squashVjp } from './webgpu/kernels.js';
export { layerNorm, layerNormVjp } from './webgpu/layer-norm.js';
export { lastPool, lastPoolVjp, meanPool, meanPoolVjp } from './webgpu/length-pool.js';
export { linear, linearVjp } from './webgpu/linear.js';
export { longconv, longconvVjp } from './webgpu/longconv.js';
export { matmul, matmulVjp } from './webgpu/matmul.js';
export { monarch, monarchVjp } from './webgpu/monarch.js';
export { adamw, clipScale } from './webgpu/optim.js';
export { s4Kernel, s4KernelVjp } from './webgpu/s4.js';
export { denseStep, s4Modes, s4Step } from './webgpu/s4-step.js';
export { s4dKernel, s4dKernelVjp } from './webgpu/s4d.js';
export {
  s4dNextState,
  s4dNextStateVjp,
  s4dStateOutput,
  s4dStateOutputVjp,
} from './webgpu/s4d-state.js';
export { s4dModes, s4dStep } from './webgpu/s4d-step.js';
export { sgconvKernel, sgconvKernelVjp } from './webgpu/sgconv.js';
export { transpose } from './webgpu/transpose.js';
