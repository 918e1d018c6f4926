/** @file The CPU as a backend: the launchers of src/wasm under the names of the interface. */
import type { Backend } from '../backend.js';
import { batchNorm, batchNormInference, batchNormVjp } from '../wasm/batch-norm.js';
import { butterfly, butterflyAdjoint, butterflyVjp } from '../wasm/butterfly.js';
import type { Cpu } from '../wasm/cpu.js';
import { crossEntropy, crossEntropyVjp } from '../wasm/cross-entropy.js';
import { add, dropout, relu, reluVjp, scale, sigmoid, sigmoidVjp } from '../wasm/elementwise.js';
import { embedding, embeddingVjp } from '../wasm/embedding.js';
import { complexProduct, complexProductVjp, irfft, irfftVjp, rfft, rfftVjp } from '../wasm/fft.js';
import { gelu, geluVjp } from '../wasm/gelu.js';
import { glu, gluVjp } from '../wasm/glu.js';
import { resize, smooth, squash, squashVjp } from '../wasm/kernels.js';
import { layerNorm, layerNormVjp } from '../wasm/layer-norm.js';
import { longconv, longconvVjp } from '../wasm/longconv.js';
import { linear, linearVjp, matmul, matmulVjp } from '../wasm/matmul.js';
import { monarch, monarchVjp } from '../wasm/monarch.js';
import { adamw, clipScale } from '../wasm/optim.js';
import { lastPool, lastPoolVjp, maskLength, meanPool, meanPoolVjp } from '../wasm/pool.js';
import { denseStep, s4Kernel, s4KernelVjp, s4Modes, s4Step } from '../wasm/s4.js';
import { s4dKernel, s4dKernelVjp } from '../wasm/s4d.js';
import {
  s4dNextState,
  s4dNextStateVjp,
  s4dStateOutput,
  s4dStateOutputVjp,
} from '../wasm/s4d-state.js';
import { s4dModes, s4dStep } from '../wasm/s4d-step.js';
import { sgconvKernel, sgconvKernelVjp } from '../wasm/sgconv.js';
import { Tensor } from '../wasm/tensor.js';
import { transpose } from '../wasm/transpose.js';
import { repeat } from './repeat.js';

/**
 * The operations on one {@link Cpu}.
 *
 * @example
 * ```ts
 * using cpu = await openCpu();
 * const backend = wasm(cpu);
 * ```
 */
export function wasm(cpu: Cpu): Backend<Tensor> {
  return {
    name: 'wasm',
    tensor: (values, shape, dtype) => cpu.tensor(values, shape, dtype),
    zeros: (shape, dtype) => cpu.zeros(shape, dtype),
    write: (x, values) => cpu.write(x, values),
    capture: (step) =>
      repeat(
        step,
        (x) => x instanceof Tensor,
        (to, from) => cpu.write(to, from.view()),
      ),
    longconv,
    longconvVjp,
    rfft,
    rfftVjp,
    irfft,
    irfftVjp,
    complexProduct,
    complexProductVjp,
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
    s4Kernel,
    s4KernelVjp,
    s4Modes,
    s4Step,
    denseStep,
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
