import reduceFragment from '../../wgsl/common/reduce.wgsl?raw';
import scalesFragment from '../../wgsl/common/scales.wgsl?raw';
import turnsCode from '../../wgsl/common/turns.wgsl?raw';
import dpowerCode from '../../wgsl/kernels/dpower.wgsl?raw';
import dsgconvCode from '../../wgsl/kernels/dsgconv.wgsl?raw';
import sgconvCode from '../../wgsl/kernels/sgconv.wgsl?raw';
import type { SgconvOptions } from '../backend.js';
import { type SgconvDims, sgconvDims } from '../shapes/kernels.js';
import type { RunOptions } from './arguments.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid, runGroups, unused } from './launch.js';
import type { Tensor } from './tensor.js';

const sgconv: Kernel = /* @__PURE__ */ kernel('kernels/sgconv', turnsCode, scalesFragment, sgconvCode);
const dsgconv: Kernel = /* @__PURE__ */ kernel('kernels/dsgconv', turnsCode, scalesFragment, dsgconvCode);
const dpower: Kernel = /* @__PURE__ */ kernel('kernels/dpower', reduceFragment, dpowerCode);

/** log(l + 1) for at least L values of l. */
function logs(gpu: Gpu, L: number): Tensor {
  const n = 2 ** Math.ceil(Math.log2(L));
  return gpu.memo(`kernels/log/${n}`, () =>
    gpu.tensor(Float32Array.from({ length: n }, (_, l) => Math.log(l + 1)), [n]),
  );
}

function scaleArguments(
  gpu: Gpu,
  { S, C, H, d, L }: SgconvDims,
  { mode, interpolation, initScale, decay, power, norm }: SgconvOptions<Tensor>,
): Omit<RunOptions, 'grid'> {
  const none = unused(gpu);
  return {
    constants: {
      SUM: Number(mode === 'sum'),
      NEAREST: Number(interpolation === 'nearest'),
      DECAY: Number(decay !== undefined),
      POWER: Number(power !== undefined),
      NORM: Number(norm !== undefined),
    },
    params: { rows: C * H, H, S, d, L, s0: initScale },
    buffers: { decay: decay ?? none, power: power ?? none, norm: norm ?? none, logs: power ? logs(gpu, L) : none },
  };
}

function assemble(w: Tensor, dims: SgconvDims, options: SgconvOptions<Tensor>): Tensor {
  const gpu = w.device;
  const k = gpu.empty([dims.C, dims.H, dims.L]);
  const { buffers, ...rest } = scaleArguments(gpu, dims, options);
  gpu.run(sgconv, { ...rest, buffers: { w, ...buffers, k }, grid: [Math.ceil(dims.L / 256), dims.C * dims.H] });
  return k;
}

/**
 * The multi-scale kernel of SGConv.
 *
 *     k[c, h, l] = (l + 1)^-power[h] / norm[c, h] sum_i decay[h]^(S - 1 - i) Up_i(w[i, c, h])[l - start_i]
 *
 * @param w - weights, [S, C, H, d].
 * @returns k, [C, H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the arguments do not fit together.
 * @see Li, Cai, Zhang, Chen and Dey, arXiv:2210.09298; `reference/kernels.ts`, `wgsl/kernels/README.md`.
 */
export function sgconvKernel(w: Tensor, options: SgconvOptions<Tensor>): Tensor {
  return assemble(w, sgconvDims('sgconvKernel', w, options), options);
}

/**
 * Gradient of {@link sgconvKernel} in w and, where given, in power. Sums run in a fixed order.
 *
 * @param dk - cotangent of k, [C, H, L].
 * @returns dw, shaped like w, and dPower, [H]. The caller disposes them.
 * @throws {@link ShapeError} if the arguments do not fit together.
 */
export function sgconvKernelVjp(
  w: Tensor,
  dk: Tensor,
  options: SgconvOptions<Tensor>,
): { dw: Tensor; dPower?: Tensor } {
  const dims = sgconvDims('sgconvKernelVjp', w, options, dk);
  const { S, C, H, L } = dims;
  const gpu = w.device;
  const dw = gpu.empty(w.shape);
  const { constants, params, buffers } = scaleArguments(gpu, dims, options);
  const count = S * C * H;
  gpu.run(dsgconv, {
    // software pays for barriers, which invocations that share a weight need
    constants: { ...constants, ...(gpu.software ? { WG: 8, SHARE: 0 } : {}) },
    params: { count, ...params },
    buffers: { dk, ...buffers, dw },
    grid: flatGrid(gpu, count),
  });
  if (options.power === undefined) return { dw };
  using k = assemble(w, dims, options);
  const dPower = gpu.empty([H]);
  runGroups(gpu, dpower, H, C * L, { params: { C, L }, buffers: { k, dk, logs: logs(gpu, L), dPower } });
  return { dw, dPower };
}
