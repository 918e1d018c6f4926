export * from './errors.js';
export { batchNorm, batchNormInference, batchNormVjp } from './wasm/batch-norm.js';
export { butterfly, butterflyAdjoint, butterflyVjp } from './wasm/butterfly.js';
export { type CpuOptions, Cpu, openCpu } from './wasm/cpu.js';
export { crossEntropy, crossEntropyVjp } from './wasm/cross-entropy.js';
export { add, dropout, relu, reluVjp, scale, sigmoid, sigmoidVjp } from './wasm/elementwise.js';
export { embedding, embeddingVjp } from './wasm/embedding.js';
export { complexProduct, complexProductVjp, irfft, irfftVjp, rfft, rfftVjp } from './wasm/fft.js';
export { gelu, geluVjp } from './wasm/gelu.js';
export { glu, gluVjp } from './wasm/glu.js';
export { resize, smooth, squash, squashVjp } from './wasm/kernels.js';
export { layerNorm, layerNormVjp } from './wasm/layer-norm.js';
export { longconv, longconvVjp } from './wasm/longconv.js';
export { linear, linearVjp, matmul, matmulVjp } from './wasm/matmul.js';
export { monarch, monarchVjp } from './wasm/monarch.js';
export { adamw, clipScale } from './wasm/optim.js';
export { lastPool, lastPoolVjp, maskLength, meanPool, meanPoolVjp } from './wasm/pool.js';
export { denseStep, s4Kernel, s4KernelVjp, s4Modes, s4Step } from './wasm/s4.js';
export { s4dKernel, s4dKernelVjp } from './wasm/s4d.js';
export {
  s4dNextState,
  s4dNextStateVjp,
  s4dStateOutput,
  s4dStateOutputVjp,
} from './wasm/s4d-state.js';
export { s4dModes, s4dStep } from './wasm/s4d-step.js';
export { sgconvKernel, sgconvKernelVjp } from './wasm/sgconv.js';
export { Tensor } from './wasm/tensor.js';
export { transpose } from './wasm/transpose.js';
