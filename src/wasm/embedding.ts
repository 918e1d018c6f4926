import { embeddingDims } from '../shapes/dense.js';
import type { Tensor } from './tensor.js';

/**
 * y[b, h, l] = table[tokens[b, l], h]; tokens beyond the table give zero.
 *
 * @param tokens - u32 [B, L].
 * @param table - [V, H].
 * @returns y, [B, H, L].
 * @throws ShapeError if tokens or table have the wrong number of axes.
 */
export function embedding(tokens: Tensor, table: Tensor): Tensor {
  const { B, L, H } = embeddingDims('embedding', tokens, { table });
  const y = table.device.empty([B, H, L]);
  table.device.run('embedding', Math.ceil(H / 4), [tokens, table, y, B, L, H, table.shape[0]]);
  return y;
}

/**
 * Gradient of {@link embedding}: dTable[v, h] is the sum of dy[b, h, l] over the places where tokens[b, l] = v.
 *
 * @param tokens - u32 [B, L].
 * @param dy - cotangent of y, [B, H, L].
 * @param options.V - rows of the table.
 * @returns dTable, [V, H].
 * @throws ShapeError if dy does not fit tokens.
 */
export function embeddingVjp(tokens: Tensor, dy: Tensor, { V }: { readonly V: number }): { dTable: Tensor } {
  const { B, L, H } = embeddingDims('embeddingVjp', tokens, { dy, V });
  const dTable = dy.device.empty([V, H]);
  dy.device.run('embeddingVjp', Math.ceil(H / 4), [tokens, dy, dTable, B, L, H, V], { scratch: 32 * V });
  return { dTable };
}
