import dembeddingCode from '../../wgsl/dense/dembedding.wgsl?raw';
import embeddingCode from '../../wgsl/dense/embedding.wgsl?raw';
import { embeddingDims } from '../shapes/dense.js';
import { type Kernel, kernel } from './kernel.js';
import { emptyParts, flatGrid, foldParts, partSize, runElements } from './launch.js';
import type { Tensor } from './tensor.js';

const embeddingKernel: Kernel = /* @__PURE__ */ kernel('dense/embedding', embeddingCode);
const dembedding: Kernel = /* @__PURE__ */ kernel('dense/dembedding', dembeddingCode);

/**
 * Rows of a table, laid out as features: y[b, h, l] = table[tokens[b, l], h].
 *
 * @param tokens - u32 [B, L]. Tokens of V and above give zero.
 * @param table - [V, H].
 * @returns y, [B, H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function embedding(tokens: Tensor, table: Tensor): Tensor {
  const { B, L, H } = embeddingDims('embedding', tokens, { table });
  const gpu = tokens.device;
  const y = gpu.empty([B, H, L]);
  runElements(gpu, embeddingKernel, B * Math.ceil(H / 4) * L, {
    params: { H, L, V: table.shape[0] as number },
    buffers: { tokens, table, y },
  });
  return y;
}

/** Bins of one workgroup: 16 KiB. */
const BINS = 4096;

/**
 * Pull a cotangent of {@link embedding}'s output back to the table, in a fixed order of additions.
 *
 *     dTable[v, h] = sum of dy[b, h, l] over the places where tokens[b, l] = v
 *
 * @param dy - [B, H, L].
 * @param options.V - rows of the table.
 * @returns dTable, [V, H]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function embeddingVjp(tokens: Tensor, dy: Tensor, { V }: { readonly V: number }): { dTable: Tensor } {
  const { B, L, H } = embeddingDims('embeddingVjp', tokens, { dy, V });
  const gpu = tokens.device;
  const VOCAB = Math.min(256, Math.max(16, 2 ** Math.ceil(Math.log2(V))));
  const WG = gpu.software ? 8 : Math.min(256, BINS / VOCAB);
  const blocks = Math.ceil(V / VOCAB);
  const chunk = partSize(gpu, B, H * blocks, 1);
  const parts = Math.ceil(B / chunk);
  const count = parts * H * blocks;
  const y = emptyParts(gpu, parts, [V, H]);
  gpu.run(dembedding, {
    constants: { VOCAB, WG },
    params: { count, B, H, L, V, chunk, blocks },
    buffers: { tokens, dy, y },
    grid: flatGrid(gpu, count),
  });
  return { dTable: foldParts(gpu, y, parts, [V, H]) };
}
