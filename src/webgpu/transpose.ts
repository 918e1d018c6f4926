import directCode from '../../wgsl/dense/transpose-direct.wgsl?raw';
import transposeCode from '../../wgsl/dense/transpose.wgsl?raw';
import { transposeDims } from '../shapes/dense.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid, runElements } from './launch.js';
import type { Tensor } from './tensor.js';

const tiled: Kernel = /* @__PURE__ */ kernel('dense/transpose', transposeCode);
const direct: Kernel = /* @__PURE__ */ kernel('dense/transpose-direct', directCode);

const TILE = 32;

/**
 * Swap the last two axes.
 *
 * @param x - at least two axes.
 * @returns y, [.., N, M] from [.., M, N]. The caller disposes it.
 * @throws {@link ShapeError} if x has fewer than two axes.
 */
export function transpose(x: Tensor): Tensor {
  const { G, M, N, shape } = transposeDims('transpose', x);
  const gpu = x.device;
  const y = gpu.empty(shape);
  if (gpu.software) {
    runElements(gpu, direct, x.size, { params: { M, N }, buffers: { x, y } });
    return y;
  }
  const [tilesM, tilesN] = [Math.ceil(M / TILE), Math.ceil(N / TILE)];
  const count = G * tilesM * tilesN;
  gpu.run(tiled, { params: { count, M, N, tilesM, tilesN }, buffers: { x, y }, grid: flatGrid(gpu, count) });
  return y;
}
