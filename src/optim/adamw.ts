/** @file AdamW: Adam with decoupled weight decay. Loshchilov and Hutter, arXiv:1711.05101. */
import { type Param, namedParams } from '../autograd/params.js';
import type { Backend } from '../backend.js';
import type { TensorLike } from '../tensor.js';

export interface AdamwConfig {
  /** Base learning rate of the parameters that have none of their own. */
  readonly lr: number;
  /** For parameters that decay. 0 where left out. */
  readonly weightDecay?: number | undefined;
  /** 0.9 where left out. */
  readonly beta1?: number | undefined;
  /** 0.999 where left out. */
  readonly beta2?: number | undefined;
  /** 1e-8 where left out. */
  readonly eps?: number | undefined;
  /** Largest Euclidean norm of all gradients together; not clipped where left out. */
  readonly maxNorm?: number | undefined;
}

export interface AdamwState<T extends TensorLike> {
  /** Running means of gradients and of their squares by path, shaped like the parameters. */
  readonly moments: ReadonlyMap<string, { readonly m: T; readonly v: T }>;
  /** [3]: the schedule's factor and the two bias corrections. See Backend.adamw. */
  readonly hyper: T;
  /** Number of steps done. */
  steps: number;
}

/** Fresh state: all moments 0. {@link dispose} frees it. */
export function init<T extends TensorLike>(backend: Backend<T>, params: object): AdamwState<T> {
  const moments = new Map<string, { m: T; v: T }>();
  for (const [path, param] of namedParams(params)) {
    const { value, lr } = param as Param<T>;
    if (lr !== 0) moments.set(path, { m: backend.zeros(value.shape), v: backend.zeros(value.shape) });
  }
  return { moments, hyper: backend.zeros([3]), steps: 0 };
}

/** Write the numbers of the step after `state.steps` to the device and count it. */
export function advance<T extends TensorLike>(
  backend: Backend<T>,
  state: AdamwState<T>,
  factor: number,
  { beta1 = 0.9, beta2 = 0.999 }: Pick<AdamwConfig, 'beta1' | 'beta2'> = {},
): void {
  const t = ++state.steps;
  backend.write(state.hyper, [factor, 1 / (1 - beta1 ** t), 1 / (1 - beta2 ** t)]);
}

/**
 * Update every parameter that has a gradient, in place. Together with {@link advance} it is one {@link step}; it only
 * works on the device, so that a captured step can hold it.
 */
export function update<T extends TensorLike>(
  backend: Backend<T>,
  params: object,
  gradients: ReadonlyMap<string, T>,
  { moments, hyper }: AdamwState<T>,
  { lr, weightDecay = 0, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, maxNorm }: AdamwConfig,
): void {
  using clip = maxNorm === undefined ? undefined : backend.clipScale([...gradients.values()], maxNorm);
  for (const [path, param] of namedParams(params)) {
    const { value, lr: own = lr, decay = true } = param as Param<T>;
    const [gradient, moment] = [gradients.get(path), moments.get(path)];
    if (gradient === undefined || moment === undefined) continue;
    const options = { lr: own, beta1, beta2, eps, weightDecay: decay ? weightDecay : 0 };
    backend.adamw(value, gradient, moment.m, moment.v, hyper, options, clip);
  }
}

/** One step at the base learning rates times `factor`. */
export function step<T extends TensorLike>(
  backend: Backend<T>,
  params: object,
  gradients: ReadonlyMap<string, T>,
  state: AdamwState<T>,
  { factor = 1, ...config }: AdamwConfig & { readonly factor?: number | undefined },
): void {
  advance(backend, state, factor, config);
  update(backend, params, gradients, state, config);
}

/** Free the tensors of a state. */
export function dispose<T extends TensorLike>({ moments, hyper }: AdamwState<T>): void {
  for (const { m, v } of moments.values()) {
    m.dispose();
    v.dispose();
  }
  hyper.dispose();
}
