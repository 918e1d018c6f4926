import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import type { BackboneConfig } from './config.js';
import { type Layer, type LayerCall, initLayer, layer } from './layer.js';
import { type Norm, initNorm, norm } from './norm.js';
import type { HostArray } from './params.js';


/** A residual block: a layer and its norm. */
export interface Block<X> extends Layer<X> {
  readonly norm: Norm<X>;
}

/** Residual blocks, and the norm after the last where norms come before the layers. */
export interface Backbone<X> {
  readonly blocks: readonly Block<X>[];
  readonly norm?: Norm<X> | undefined;
}

/** Fresh blocks, each from its own stream of random numbers. */
export function initBackbone(rng: Rng, config: BackboneConfig): Backbone<Param<HostArray>> {
  const newNorm = (): Norm<Param<HostArray>> =>
    initNorm(config.norm, { features: config.dModel, decay: config.parity === 'v3' });
  const blocks = Array.from({ length: config.depth }, (_, i) => ({
    ...initLayer(rng.split('blocks').split(i), config),
    norm: newNorm(),
  }));
  return config.prenorm ? { blocks, norm: newNorm() } : { blocks };
}

/** x + layer(norm(x)), or norm(x + layer(x)). x [B, H, L]. */
export function block<T extends TensorLike>(
  params: Block<Var<T>>,
  x: Var<T>,
  config: BackboneConfig,
  call: LayerCall<T>,
): Var<T> {
  const training = call.training !== undefined;
  if (config.prenorm) {
    using u = norm(params.norm, x, { training });
    return layer(params, u, x, config, call);
  }
  using y = layer(params, x, x, config, call);
  return norm(params.norm, y, { training });
}

/**
 * All blocks in turn.
 *
 * @param x - [B, H, L], or [B, H] where `call.apply` takes one position. The backbone takes it over: the tape may
 *   free it.
 * @returns features, shaped like x.
 */
export function backbone<T extends TensorLike>(
  params: Backbone<Var<T>>,
  x: Var<T>,
  config: BackboneConfig,
  call: Omit<LayerCall<T>, 'layer'> = {},
): Var<T> {
  let y = x;
  for (const [index, blockParams] of params.blocks.entries()) {
    using before = y;
    y = block(blockParams, before, config, { ...call, layer: index });
  }
  if (params.norm === undefined) return y;
  using last = y;
  return norm(params.norm, last, { training: call.training !== undefined });
}
