import type { S4dOptions, S4dParams, S4dStepParams } from '../backend.js';
import { s4dDims, s4dStateNumbers, s4dStepDims } from '../shapes/s4d.js';
import { numbers } from './s4d.js';
import type { Tensor } from './tensor.js';

/** Complex products that a thread takes at a time, some 25 us: fewer are done sooner than shared. */
const PRODUCTS = 32_768;

/**
 * The discretised modes that {@link s4dStep} takes, made once for many steps.
 *
 *     modes[h, m] = (Ab - 1, Bb)
 *
 * @returns modes, complex, [H, M, 2, 2].
 * @throws ShapeError if the parameters do not fit together, an option is out of its range, or the discretisation is
 * dss, which has no recurrence.
 * @see reference/s4d-step.ts.
 */
export function s4dModes(params: S4dParams<Tensor>, options: S4dOptions = {}): Tensor {
  const dims = s4dDims('s4dModes', params);
  const checked = s4dStateNumbers('s4dModes', options);
  const { invDt, invReA, invImA, B } = params;
  const { H, M } = dims;
  const cpu = invDt.device;
  const modes = cpu.empty([H, M, 2, 2]);
  cpu.run('s4dModes', H, [invDt, invReA, invImA, B, modes, ...numbers(dims, checked)], { scratch: 128 * M });
  return modes;
}

/**
 * One step of the recurrence x = Ab x + Bb u, y = 2 Re sum_m C x (+ D u).
 *
 * @param params - `modes` of {@link s4dModes}, `C` [C, H, M, 2] and, where wanted, skip weights `D` [C, H].
 * @param state - x, [B, H, M, 2], updated in place.
 * @param u - [B, H].
 * @returns y, [B, C H].
 * @throws ShapeError if the arguments do not fit together.
 */
export function s4dStep(params: S4dStepParams<Tensor>, state: Tensor, u: Tensor): Tensor {
  const { batch, H, M, C } = s4dStepDims('s4dStep', params, state, u);
  const cpu = u.device;
  const y = cpu.empty([batch, C * H]);
  const { modes, D } = params;
  const args = [modes, params.C, D ?? 0, state, u, y, batch, H, M, C];
  cpu.run('s4dStep', H, args, { chunk: Math.ceil(PRODUCTS / (batch * M * (1 + C))) });
  return y;
}
