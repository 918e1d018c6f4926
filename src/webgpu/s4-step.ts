import complexCode from '../../wgsl/common/complex.wgsl?raw';
import reduceCode from '../../wgsl/common/reduce.wgsl?raw';
import transformCode from '../../wgsl/common/transform.wgsl?raw';
import turnsCode from '../../wgsl/common/turns.wgsl?raw';
import denseStepCode from '../../wgsl/s4/dense-step.wgsl?raw';
import stepCode from '../../wgsl/s4/step.wgsl?raw';
import stepModesCode from '../../wgsl/s4/step-modes.wgsl?raw';
import type { S4Params, S4StepParams, SsmOptions } from '../backend.js';
import { UnsupportedError } from '../errors.js';
import { denseStepDims, s4ModesDims, s4StepDims } from '../shapes/s4.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid, unused } from './launch.js';
import { ssmConstants } from './ssm.js';
import type { Tensor } from './tensor.js';

const stepModes: Kernel = /* @__PURE__ */ kernel(
  's4/step-modes',
  complexCode,
  turnsCode,
  transformCode,
  reduceCode,
  stepModesCode,
);
const step: Kernel = /* @__PURE__ */ kernel('s4/step', complexCode, reduceCode, stepCode);
const dense: Kernel = /* @__PURE__ */ kernel('s4/dense-step', reduceCode, denseStepCode);

/**
 * The discretised modes that {@link s4Step} takes, made once for many steps.
 *
 *     modes[h, m] = (dt B, dt lambda d, dt d P_r, w_r),   d = 1 / (1 - dt lambda / 2)
 *
 * @param options - how the parameters are stored.
 * @returns modes, complex, [H, M, 2 + 2 R, 2]. The caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree or an option is out of its range.
 * @see `reference/s4-step.ts`, `wgsl/s4/README.md`.
 */
export function s4Modes(params: S4Params<Tensor>, options: SsmOptions = {}): Tensor {
  const { H, S, M, R } = s4ModesDims('s4Modes', params, options);
  const { invDt, invReA, invImA, B, P } = params;
  const gpu = invDt.device;
  const modes = gpu.empty([H, M, 2 + 2 * R, 2]);
  gpu.run(stepModes, {
    constants: { ...ssmConstants('s4Modes', options), RANK: R, WG: groupSize(gpu, M) },
    params: { H, S, M },
    buffers: { invDt, invReA, invImA, B, P, modes },
    grid: flatGrid(gpu, H),
  });
  return modes;
}

/**
 * Steps of the recurrence of a diagonal plus low-rank model, O(M R) each.
 *
 *     x = Ab x + Bb u,  y = 2 Re sum_m C x (+ D u)
 *
 * @param params - `modes` of {@link s4Modes}, `C` [C, H, M, 2] and, where wanted, skip weights `D` [C, H].
 * @param state - x, [B, H, M, 2]; updated in place.
 * @param u - one step [B, H], or L of them [B, H, L].
 * @returns y, [B, C H] or [B, C H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 * @throws {@link UnsupportedError} if the model does not fit in workgroup memory (16 KiB hold 283 modes of rank 2).
 * @see `reference/s4-step.ts`, `wgsl/s4/README.md`.
 */
export function s4Step(params: S4StepParams<Tensor>, state: Tensor, u: Tensor): Tensor {
  const { batch, H, M, C, R, L, shape } = s4StepDims('s4Step', params, state, u);
  const { modes, C: output, D } = params;
  const gpu = state.device;
  const WG = groupSize(gpu, M);
  checkMemory('s4Step', gpu, 8 * M * (3 + 2 * R) + 8 * WG);
  const y = gpu.empty(shape);
  gpu.run(step, {
    constants: { RANK: R, MODES: M, SKIP: Number(D !== undefined), WG },
    params: { batch, H, M, C, L },
    buffers: { modes, C: output, D: D ?? unused(gpu), u, state, y },
    grid: flatGrid(gpu, batch * H),
  });
  return y;
}

/**
 * One step of a recurrence with full real matrices.
 *
 *     x = A x + B u,  y = C x (+ D u)
 *
 * @param params - A [H, N, N], B [H, N], C [C, H, N], D [C, H].
 * @param state - x, [B, H, N/2, 2], N real entries in order; updated in place.
 * @param u - [B, H].
 * @returns y, [B, C H]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 * @throws {@link UnsupportedError} if the state does not fit in workgroup memory (16 KiB hold N = 496).
 * @see `reference/s4-step.ts`.
 */
export function denseStep(
  params: { readonly A: Tensor; readonly B: Tensor; readonly C: Tensor; readonly D?: Tensor | undefined },
  state: Tensor,
  u: Tensor,
): Tensor {
  const { batch, H, N, C } = denseStepDims('denseStep', params, state, u);
  const { A, B, C: output, D } = params;
  const gpu = state.device;
  const WG = groupSize(gpu, N);
  checkMemory('denseStep', gpu, 32 * N + 8 * WG);
  const y = gpu.empty([batch, C * H]);
  gpu.run(dense, {
    constants: { N, SKIP: Number(D !== undefined), WG },
    params: { batch, H, C },
    buffers: { A, B, C: output, D: D ?? unused(gpu), u, state, y },
    grid: flatGrid(gpu, H * Math.ceil(batch / 4)),
  });
  return y;
}

/** Invocations that share n modes or rows. Software pays for every barrier, so it gets no more than a vector. */
function groupSize(gpu: Gpu, n: number): number {
  if (gpu.software) return 8;
  return n > 32 ? 64 : 32;
}

function checkMemory(name: string, gpu: Gpu, bytes: number): void {
  const most = gpu.limits.maxComputeWorkgroupStorageSize;
  if (bytes > most) {
    throw new UnsupportedError(`${name}: needs ${bytes} bytes of workgroup memory, this device allows ${most}`, {
      needs: `maxComputeWorkgroupStorageSize >= ${bytes}`,
      has: `${most}`,
    });
  }
}
