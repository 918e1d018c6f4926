import complexCode from '../../wgsl/common/complex.wgsl?raw';
import dnextStateCode from '../../wgsl/s4d/dnext-state.wgsl?raw';
import nextStateCode from '../../wgsl/s4d/next-state.wgsl?raw';
import type { S4dGradients, S4dOptions, S4dParams } from '../backend.js';
import {
  checkLength,
  s4dNextStateVjpDims,
  s4dStateDims,
  s4dStateNumbers,
  s4dStateOutputVjpDims,
} from '../shapes/s4d.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid } from './launch.js';
import { type Model, correlate, dweights, evaluate, modes, pullBack } from './s4d-modes.js';
import type { Tensor } from './tensor.js';

const nextState: Kernel = /* @__PURE__ */ kernel('s4d/next-state', complexCode, nextStateCode);
const dnextState: Kernel = /* @__PURE__ */ kernel('s4d/dnext-state', complexCode, dnextStateCode);

/**
 * What a state adds to the outputs of the L steps after it: 2 Re sum_m C Ab^(l + 1) x.
 *
 * @param state - x, [batch, H, M, 2].
 * @returns y, [batch, C H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree, L is not a whole number of at least 1, or an option is out of its
 * range.
 */
export function s4dStateOutput(
  params: S4dParams<Tensor>,
  state: Tensor,
  options: S4dOptions & { readonly L: number },
): Tensor {
  const { batch, ...dims } = s4dStateDims('s4dStateOutput', params, state);
  const { L } = options;
  checkLength('s4dStateOutput', L);
  const model: Model = { params, dims, options: s4dStateNumbers('s4dStateOutput', options), L };
  const y = state.device.empty([batch, dims.C * dims.H, L]);
  evaluate(model, { C: params.C, x: state, y }, { shift: 1 });
  return y;
}

/**
 * Pull a cotangent of {@link s4dStateOutput}'s output back to the parameters it depends on and the state.
 *
 * @param dy - cotangent of y, [batch, C H, L].
 * @returns gradients shaped like their arguments; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree or an option is out of its range.
 */
export function s4dStateOutputVjp(
  params: S4dParams<Tensor>,
  state: Tensor,
  dy: Tensor,
  options: S4dOptions = {},
): Omit<S4dGradients<Tensor>, 'dB'> & { dState: Tensor } {
  const { batch, L, ...dims } = s4dStateOutputVjpDims('s4dStateOutputVjp', params, state, dy);
  const model: Model = { params, dims, options: s4dStateNumbers('s4dStateOutputVjp', options), L };
  const moments = correlate(model, dy, batch * dims.C * dims.H, { shift: 1 });
  const { dC, dx: dState, dlog } = dweights(params.C, state, moments);
  moments.dispose();
  const { dInvDt, dInvReA, dInvImA, dB } = pullBack(model, dlog);
  dlog.dispose();
  dB.dispose();
  return { dInvDt, dInvReA, dInvImA, dC, dState };
}

/**
 * The state after a chunk of input: Ab^L x + sum_l Ab^(L - 1 - l) Bb u[l].
 *
 * @param state - x before it, [batch, H, M, 2].
 * @param u - [batch, H, L].
 * @returns x after it, [batch, H, M, 2]. The caller disposes it.
 * @throws {@link ShapeError} if the shapes disagree or an option is out of its range.
 */
export function s4dNextState(params: S4dParams<Tensor>, state: Tensor, u: Tensor, options: S4dOptions = {}): Tensor {
  const { batch, L, ...dims } = s4dStateDims('s4dNextState', params, state, u);
  const { H, M } = dims;
  const model: Model = { params, dims, options: s4dStateNumbers('s4dNextState', options), L };
  const gpu = state.device;
  const moments = correlate(model, u, batch * H, { shift: 0, backwards: true });
  const { Ab, Bb } = modes(model, L);
  const next = gpu.empty(state.shape);
  gpu.run(nextState, {
    params: { batch, H, M },
    buffers: { AbL: Ab, Bb, state, moments, next },
    grid: flatGrid(gpu, Math.ceil((batch * H * M) / 64)),
  });
  for (const used of [moments, Ab, Bb]) used.dispose();
  return next;
}

/**
 * Pull a cotangent of {@link s4dNextState}'s output back to the parameters it depends on, the state and the input.
 *
 * @param dNext - cotangent of the state after the chunk, [batch, H, M, 2].
 * @returns gradients shaped like their arguments; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree or an option is out of its range.
 */
export function s4dNextStateVjp(
  params: S4dParams<Tensor>,
  state: Tensor,
  u: Tensor,
  dNext: Tensor,
  options: S4dOptions = {},
): Omit<S4dGradients<Tensor>, 'dC'> & { dState: Tensor; du: Tensor } {
  const { batch, L, ...dims } = s4dNextStateVjpDims('s4dNextStateVjp', params, state, u, dNext);
  const { H, M } = dims;
  const model: Model = { params, dims, options: s4dStateNumbers('s4dNextStateVjp', options), L };
  const gpu = state.device;
  const moments = correlate(model, u, batch * H, { shift: 0, backwards: true });
  const { Ab, Bb } = modes(model, L);
  const [dState, dlog, dBb] = [gpu.empty(state.shape), gpu.empty([H, M, 2]), gpu.empty([H, M, 2])];
  gpu.run(dnextState, {
    params: { batch, H, M, L },
    buffers: { AbL: Ab, Bb, state, moments, dNext, dState, dlog, dBb },
    grid: flatGrid(gpu, Math.ceil((H * M) / 64)),
  });
  const du = gpu.empty(u.shape);
  evaluate(model, { C: Bb, x: dNext, y: du }, { shift: 0, adjoint: true });
  const gradients = pullBack(model, dlog, dBb);
  for (const used of [moments, Ab, Bb, dlog, dBb]) used.dispose();
  return { ...gradients, dState, du };
}
