import { monarch } from '../autograd/butterfly-ops.js';
import { transpose } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import type { Var } from '../autograd/tape.js';
import type { Rng } from '../rng.js';
import type { TensorLike } from '../tensor.js';
import { type HostArray, checkCounts, hostParam } from './params.js';

/** An affine map of features by a Monarch matrix: w1 [blocks, q, p], w2 [blocks, s, q], bias [O]. */
export interface MonarchLinear<X> {
  readonly w1: X;
  readonly w2: X;
  readonly bias?: X;
}

export interface MonarchConfig {
  readonly inputs: number;
  readonly outputs: number;
  /** Blocks of each factor, 4 by default. A block has ceil(features / blocks) inputs and outputs. */
  readonly blocks?: number | undefined;
  /** True by default. */
  readonly bias?: boolean | undefined;
}

/**
 * Initial parameters: both factors uniform in +-1 / sqrt(inputs of their blocks), the bias in +-1 / sqrt(outputs). The
 * middle is as wide as the narrower side.
 *
 * @throws ShapeError if a size is not a whole number of at least 1.
 */
export function initMonarchLinear(
  rng: Rng,
  { inputs, outputs, blocks = 4, bias = true }: MonarchConfig,
): MonarchLinear<Param<HostArray>> {
  checkCounts('initMonarchLinear', { inputs, outputs, blocks });
  const [p, s] = [Math.ceil(inputs / blocks), Math.ceil(outputs / blocks)];
  const q = Math.min(p, s);
  const uniform = (name: string, fan: number): (() => number) => {
    const stream = rng.split(name);
    return () => (2 * stream.uniform() - 1) / Math.sqrt(fan);
  };
  return {
    w1: hostParam([blocks, q, p], uniform('w1', p)),
    w2: hostParam([blocks, s, q], uniform('w2', q)),
    ...(bias ? { bias: hostParam([outputs], uniform('bias', outputs)) } : {}),
  };
}

/** x [B, I, L] or [B, I]; y [B, O, L] or [B, O], O = `outputs`. */
export function monarchLinear<T extends TensorLike>(
  { w1, w2, bias }: MonarchLinear<Var<T>>,
  x: Var<T>,
  { outputs }: Pick<MonarchConfig, 'outputs'>,
): Var<T> {
  if (x.shape.length === 2) return monarch(x, w1, w2, { bias, outputs });
  using rows = transpose(x);
  using y = monarch(rows, w1, w2, { bias, outputs });
  return transpose(y);
}
