export type {
  AdamwOptions,
  Backend,
  ButterflyFactors,
  Dropout,
  LongconvOptions,
  MonarchOptions,
  S4Params,
  S4StepParams,
  S4dOptions,
  S4dParams,
  S4dStepParams,
} from './backend.js';
export { reference } from './backends/reference.js';
export { wasm } from './backends/wasm.js';
export { webgpu } from './backends/webgpu.js';
export * from './errors.js';
export { Rng } from './rng.js';
export type { TensorLike } from './tensor.js';

export * from './autograd/butterfly-ops.js';
export * from './autograd/fft-ops.js';
export * from './autograd/kernel-ops.js';
export * from './autograd/ops.js';
export * from './autograd/s4-ops.js';
export * from './autograd/s4d-ops.js';
export { type Mapped, type Param, mapParams, namedParams } from './autograd/params.js';
export { type Cotangents, type Rule, Tape, Var } from './autograd/tape.js';

export { type Backbone, type Block, backbone, block, initBackbone } from './nn/backbone.js';
export type { Batch } from './nn/batch.js';
export { type Classifier, classifier, initClassifier } from './nn/classifier.js';
export { type BackboneConfig, type ClassifierConfig, type ClassifierOptions, classifierConfig } from './nn/config.js';
export { type Layer, type LayerCall, initLayer, layer } from './nn/layer.js';
export {
  type Butterfly,
  type ButterflyConfig,
  type ButterflyConv,
  butterflyConv,
  butterflyFactors,
  initButterfly,
  initButterflyConv,
} from './nn/butterfly.js';
export { type MonarchConfig, type MonarchLinear, initMonarchLinear, monarchLinear } from './nn/monarch.js';
export {
  type Embedding,
  type Linear,
  embeddingLayer,
  initEmbedding,
  initLinear,
  linearLayer,
} from './nn/linear.js';
export { type Norm, initNorm, norm } from './nn/norm.js';
export { type HostArray, countParams, disposeParams, hostParam, placeParams } from './nn/params.js';
export {
  type LongConv,
  type LongConvConfig,
  initLongConv,
  longConvConfig,
  longConvKernel,
  longConvMixer,
} from './nn/long-conv.js';
export { type Mixer, type MixerCall, type MixerConfig, initMixer, mixer } from './nn/mixer.js';
export { fromPytorch, toPytorch } from './nn/pytorch.js';
export { PYTORCH_FORMATS, type PytorchFormat } from './nn/pytorch-names.js';
export { type S4, type S4Config, initS4, lengthenS4, s4, s4Config } from './nn/s4.js';
export { type S4d, type S4dConfig, initS4d, s4d, s4dConfig } from './nn/s4d.js';
export type { KernelLr, MixerDims, SsmConfig } from './nn/ssm.js';
export { type Sgconv, type SgconvConfig, initSgconv, sgconvConfig, sgconvMixer } from './nn/sgconv.js';
export type { S4Form } from './nn/recurrence-s4.js';
export { type Stream, openStream } from './nn/stream.js';
export { type OptimConfig, type Trainer, type TrainerOptions, createTrainer } from './nn/train.js';

export * as adamw from './optim/adamw.js';
export { cosineWarmup } from './optim/schedule.js';

export { type Safetensors, type StoredArray, readSafetensors, writeSafetensors } from './io/safetensors.js';
