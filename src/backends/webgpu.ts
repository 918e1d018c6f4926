import type { Backend } from '../backend.js';
import { batchNorm, batchNormInference, batchNormVjp } from '../webgpu/batch-norm.js';
import { complexProduct, complexProductVjp } from '../webgpu/complex-product.js';
import { butterfly, butterflyAdjoint, butterflyVjp } from '../webgpu/butterfly.js';
import { crossEntropy, crossEntropyVjp } from '../webgpu/cross-entropy.js';
import { add, dropout, maskLength, relu, reluVjp, scale, sigmoid, sigmoidVjp } from '../webgpu/elementwise.js';
import { embedding, embeddingVjp } from '../webgpu/embedding.js';
import { irfft, irfftVjp, rfft, rfftVjp } from '../webgpu/fft.js';
import { gelu, geluVjp } from '../webgpu/gelu.js';
import { glu, gluVjp } from '../webgpu/glu.js';
import type { Gpu } from '../webgpu/gpu.js';
import { resize, smooth, squash, squashVjp } from '../webgpu/kernels.js';
import { layerNorm, layerNormVjp } from '../webgpu/layer-norm.js';
import { lastPool, lastPoolVjp, meanPool, meanPoolVjp } from '../webgpu/length-pool.js';
import { linear, linearVjp } from '../webgpu/linear.js';
import { longconv, longconvVjp } from '../webgpu/longconv.js';
import { matmul, matmulVjp } from '../webgpu/matmul.js';
import { monarch, monarchVjp } from '../webgpu/monarch.js';
import { adamw, clipScale } from '../webgpu/optim.js';
import { s4Kernel, s4KernelVjp } from '../webgpu/s4.js';
import { denseStep, s4Modes, s4Step } from '../webgpu/s4-step.js';
import { s4dKernel, s4dKernelVjp } from '../webgpu/s4d.js';
import {
  s4dNextState,
  s4dNextStateVjp,
  s4dStateOutput,
  s4dStateOutputVjp,
} from '../webgpu/s4d-state.js';
import { s4dModes, s4dStep } from '../webgpu/s4d-step.js';
import { sgconvKernel, sgconvKernelVjp } from '../webgpu/sgconv.js';
import type { Tensor } from '../webgpu/tensor.js';
import { transpose } from '../webgpu/transpose.js';

/** The WebGPU launchers as a backend on `gpu`. */
export function webgpu(gpu: Gpu): Backend<Tensor> {
  return {
    name: 'webgpu',
    tensor: (values, shape, dtype) => gpu.tensor(values, shape, dtype),
    zeros: (shape, dtype) => gpu.zeros(shape, dtype),
    write: (x, values) => gpu.write(x, values),
    capture: (step) => gpu.capture(step),
    longconv,
    longconvVjp,
    rfft,
    rfftVjp,
    irfft,
    irfftVjp,
    complexProduct,
    complexProductVjp,
    s4Kernel,
    s4KernelVjp,
    s4Modes,
    s4Step,
    denseStep,
    s4dKernel,
    s4dKernelVjp,
    s4dModes,
    s4dStep,
    s4dStateOutput,
    s4dStateOutputVjp,
    s4dNextState,
    s4dNextStateVjp,
    sgconvKernel,
    sgconvKernelVjp,
    squash,
    squashVjp,
    smooth,
    resize,
    butterfly,
    butterflyVjp,
    butterflyAdjoint,
    monarch,
    monarchVjp,
    matmul,
    matmulVjp,
    linear,
    linearVjp,
    embedding,
    embeddingVjp,
    gelu,
    geluVjp,
    glu,
    gluVjp,
    sigmoid,
    sigmoidVjp,
    relu,
    reluVjp,
    add,
    scale,
    dropout,
    maskLength,
    layerNorm,
    layerNormVjp,
    batchNorm,
    batchNormVjp,
    batchNormInference,
    meanPool,
    meanPoolVjp,
    lastPool,
    lastPoolVjp,
    crossEntropy,
    crossEntropyVjp,
    transpose,
    clipScale,
    adamw,
  };
}
