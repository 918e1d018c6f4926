import type { Backend, Dropout } from '../../src/backend.js';
import type { TensorLike } from '../../src/tensor.js';

/** A dropout mask [B, H, L]: which entries stay. */
export interface Mask {
  readonly shape: readonly [number, number, number];
  readonly keep: readonly boolean[];
}

/**
 * A backend whose dropout uses given masks, by the number of the stream that they would be drawn from.
 *
 * No operation multiplies two tensors, but the gate of glu does: at -1e4 it is 0, at 1e4 it is 1.
 */
export function withMasks<T extends TensorLike>(backend: Backend<T>, masks: ReadonlyMap<number, Mask>): Backend<T> {
  const drop = (x: T, { stream, p }: Dropout<T>): T => {
    const mask = masks.get(stream);
    if (mask === undefined) throw new Error(`the file has no mask ${stream}`);
    const [B, H, L] = mask.shape;
    const gate = (i: number): number => (mask.keep[i] ? 1e4 : -1e4);
    // x over zeros: [I; 0] x
    const identity = Array.from({ length: 2 * H * H }, (_, i) => Number(i % (H + 1) === 0 && i < H * H));
    using W = backend.tensor(identity, [2 * H, H]);
    using above = backend.linear(x, W);
    using gates = backend.tensor(
      Array.from({ length: 2 * B * H * L }, (_, i) => {
        const [b, row, l] = [Math.floor(i / (2 * H * L)), Math.floor(i / L) % (2 * H), i % L];
        return row < H ? 0 : gate((b * H + row - H) * L + l);
      }),
      [B, 2 * H, L],
    );
    using both = backend.add(above, gates);
    using kept = backend.glu(both);
    return backend.scale(kept, 1 / (1 - p));
  };
  return {
    ...backend,
    dropout: drop,
    gelu(x, { dropout, ...options } = {}) {
      if (dropout === undefined) return backend.gelu(x, options);
      using y = backend.gelu(x, options);
      return drop(y, dropout);
    },
    geluVjp(x, dy, { dropout, ...options } = {}) {
      if (dropout === undefined) return backend.geluVjp(x, dy, options);
      using masked = drop(dy, dropout);
      return backend.geluVjp(x, masked, options);
    },
    glu(x, { dropout, residual } = {}) {
      if (dropout === undefined) return backend.glu(x, { residual });
      using y = backend.glu(x);
      using kept = drop(y, dropout);
      return residual === undefined ? backend.scale(kept, 1) : backend.add(residual, kept);
    },
    gluVjp(x, dy, { dropout } = {}) {
      if (dropout === undefined) return backend.gluVjp(x, dy);
      using masked = drop(dy, dropout);
      return backend.gluVjp(x, masked);
    },
  };
}
