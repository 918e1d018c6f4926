export {
  butterfly,
  butterflyAdjoint,
  butterflyVjp,
  dftMatrix,
  type ButterflyDims,
  type ButterflyFactors,
  type FactorSize,
} from './butterfly.js';
export * from './butterfly-factor.js';
export { complexProduct, complexProductVjp, type ComplexProductDims } from './complex-product.js';
export * from './dense.js';
export { erf, erfc } from './erf.js';
export { fft, ifft } from './fft.js';
export { dplr, type Dplr, type DplrOptions } from './dplr.js';
export { eigenHermitian, type Eigen } from './eigen.js';
export { dtRange, hippo, type Hippo, type HippoMeasure, type HippoOptions } from './hippo.js';
export * from './kernels.js';
export { longconv, longconvVjp, type LongconvDims, type LongconvGradients } from './longconv.js';
export { longconvFft, longconvFftVjp } from './longconv-fft.js';
export {
  type GatedLongconvGradients,
  type LongconvInputs,
  gatedLongconv,
  gatedLongconvVjp,
  lowPass,
  lowPassVjp,
} from './longconv-gated.js';
export * from './matmul.js';
export * from './monarch.js';
export { type MonarchDft, monarchDft, monarchOrder, monarchStage } from './monarch-dft.js';
export * from './norm.js';
export * from './optim.js';
export * from './pool.js';
export { irfft, irfftVjp, rfft, rfftVjp, type RfftDims } from './rfft.js';
export * from './rng.js';
export * from './s4.js';
export { s4StepMatrices, denseKernel } from './s4-dense.js';
export { s4Diagonal, type S4Diagonal } from './s4-diagonal.js';
export { s4Init, type S4Combination, type S4Init, type S4Initial, type S4InitOptions } from './s4-init.js';
export { s4CorrectC, s4DoubleC, s4RecoverC } from './s4-length.js';
export { s4NextState, s4StateOutput } from './s4-state.js';
export * from './s4-step.js';
export { s4dKernel, s4dKernelVjp, type S4dGradients } from './s4d.js';
export type { S4dDims, S4dParams } from './s4d-mode.js';
export * from './s4d-state.js';
export * from './s4d-step.js';
export { s4dInit, type S4dInit, type S4dInitial, type S4dInitOptions, type S4dInput } from './s4d-init.js';
export { inverseTransform, softplus, timeStep, timeStepSlope, transform, transformSlope } from './ssm.js';
