import { lastPool, meanPool } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import { type Backbone, backbone, initBackbone } from './backbone.js';
import type { ClassifierConfig } from './config.js';
import type { LayerCall } from './layer.js';
import { type Embedding, type Linear, embeddingLayer, initEmbedding, initLinear, linearLayer } from './linear.js';
import type { HostArray } from './params.js';


/** Parameters of a classifier. X is Param<HostArray> on the host, Param<T> on a device, Var<T> on a tape. */
export interface Classifier<X> {
  readonly encoder: Embedding<X> | Linear<X>;
  readonly backbone: Backbone<X>;
  readonly decoder: Linear<X>;
}

/** Fresh parameters on the host: a number of f32 for each entry, the same for the same seed everywhere. */
export function initClassifier(rng: Rng, config: ClassifierConfig): Classifier<Param<HostArray>> {
  const { vocab, dModel, classes } = config;
  const encoder = rng.split('encoder');
  return {
    encoder:
      vocab > 0
        ? initEmbedding(encoder, { vocab, features: dModel })
        : initLinear(encoder, { inputs: 1, outputs: dModel }),
    backbone: initBackbone(rng.split('backbone'), config),
    decoder: initLinear(rng.split('decoder'), { inputs: dModel, outputs: classes }),
  };
}

/** Tokens u32 [B, L] or real input [B, 1, L] to features [B, H, L]. */
export function encode<T extends TensorLike>(params: Classifier<Var<T>>['encoder'], input: Var<T>): Var<T> {
  return 'table' in params ? embeddingLayer(params, input) : linearLayer(params, input);
}

/**
 * Logits of whole sequences.
 *
 * @param input - tokens u32 [B, L], or real input [B, 1, L].
 * @param call - lengths u32 [B], and in training the dropout key.
 * @returns logits, [B, classes].
 * @throws {@link ShapeError} if parameters and input do not fit together.
 */
export function classifier<T extends TensorLike>(
  params: Classifier<Var<T>>,
  input: Var<T>,
  config: ClassifierConfig,
  call: Omit<LayerCall<T>, 'layer' | 'apply'> = {},
): Var<T> {
  using features = backbone(params.backbone, encode(params.encoder, input), config, call);
  using pooled = (config.pool === 'mean' ? meanPool : lastPool)(features, { lengths: call.lengths });
  return linearLayer(params.decoder, pooled);
}
