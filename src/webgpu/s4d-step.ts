import complexCode from '../../wgsl/common/complex.wgsl?raw';
import stepCode from '../../wgsl/s4d/step.wgsl?raw';
import type { S4dOptions, S4dParams, S4dStepParams } from '../backend.js';
import { s4dDims, s4dStateNumbers, s4dStepDims } from '../shapes/s4d.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid } from './launch.js';
import { stepModes } from './s4d-modes.js';
import type { Tensor } from './tensor.js';

const step: Kernel = /* @__PURE__ */ kernel('s4d/step', complexCode, stepCode);

/**
 * The discretised modes that {@link s4dStep} takes, made once for many steps.
 *
 *     modes[h, m] = (Ab - 1, Bb)
 *
 * @returns modes, complex, [H, M, 2, 2]. The caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree, an option is out of its range, or the discretisation is dss, which
 * has no recurrence.
 * @see `reference/s4d-step.ts`, `wgsl/s4d/README.md`.
 */
export function s4dModes(params: S4dParams<Tensor>, options: S4dOptions = {}): Tensor {
  const dims = s4dDims('s4dModes', params);
  return stepModes({ params, dims, options: s4dStateNumbers('s4dModes', options), L: 1 });
}

/**
 * One step of the recurrence: x = Ab x + Bb u, y = 2 Re sum_m C x (+ D u).
 *
 * @param params - `modes` of {@link s4dModes}, `C` [C, H, M, 2] and, where wanted, skip weights `D` [C, H].
 * @param state - x, [batch, H, M, 2]; updated in place.
 * @param u - [batch, H].
 * @returns y, [batch, C H]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function s4dStep(params: S4dStepParams<Tensor>, state: Tensor, u: Tensor): Tensor {
  const { batch, H, M, C } = s4dStepDims('s4dStep', params, state, u);
  const { modes, C: output, D } = params;
  const gpu = state.device;
  const y = gpu.empty([batch, C * H]);
  gpu.run(step, {
    constants: { SKIP: Number(D !== undefined) },
    params: { batch, H, M, C },
    // without a D the kernel does not read the binding
    buffers: { modes, C: output, D: D ?? modes, u, state, y },
    grid: flatGrid(gpu, Math.ceil((batch * H) / 64)),
  });
  return y;
}
