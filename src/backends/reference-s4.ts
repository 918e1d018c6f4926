import { denseStep, s4Modes, s4Step } from '../../reference/s4-step.js';
import * as ref from '../../reference/s4.js';
import type { S4Params } from '../backend.js';
import type { S4Ops } from '../ops/s4.js';
import { denseStepDims, s4KernelDims, s4KernelVjpDims, s4ModesDims, s4StepDims } from '../shapes/s4.js';
import type { Shape } from '../tensor.js';
import type { RefTensor } from './ref-tensor.js';

const f64 = (x: RefTensor): Float64Array => x.values as Float64Array;

function arrays({ invDt, invReA, invImA, B, P, C }: S4Params<RefTensor>): ref.S4Params {
  return { invDt: f64(invDt), invReA: f64(invReA), invImA: f64(invImA), B: f64(B), P: f64(P), C: f64(C) };
}

/** Models with A diagonal plus low-rank on the reference backend. @param make - a tensor of these values and shape. */
export function s4Ops(make: (values: Float64Array, shape: Shape) => RefTensor): S4Ops<RefTensor> {
  const like = (x: RefTensor, values: Float64Array): RefTensor => make(values, x.shape);
  return {
    s4Kernel(params, options) {
      const dims = s4KernelDims('s4Kernel', params, options);
      return make(ref.s4Kernel(arrays(params), dims, dims.L, dims.n, options), [dims.C, dims.H, dims.L]);
    },
    s4KernelVjp(params, dk, options) {
      const dims = s4KernelVjpDims('s4KernelVjp', params, dk, options);
      const grads = ref.s4KernelVjp(arrays(params), f64(dk), dims, dims.L, dims.n, options);
      return {
        dInvDt: like(params.invDt, grads.dInvDt),
        dInvReA: like(params.invReA, grads.dInvReA),
        dInvImA: like(params.invImA, grads.dInvImA),
        dB: like(params.B, grads.dB),
        dP: like(params.P, grads.dP),
        dC: like(params.C, grads.dC),
      };
    },
    s4Modes(params, options = {}) {
      const dims = s4ModesDims('s4Modes', params, options);
      return make(s4Modes(arrays(params), dims, options), [dims.H, dims.M, 2 + 2 * dims.R, 2]);
    },
    s4Step({ modes, C, D }, state, u) {
      const dims = s4StepDims('s4Step', { modes, C, D }, state, u);
      return make(s4Step({ modes: f64(modes), C: f64(C), D: D && f64(D) }, f64(state), f64(u), dims), dims.shape);
    },
    denseStep(params, state, u) {
      const dims = denseStepDims('denseStep', params, state, u);
      const { A, B, C, D } = params;
      const matrices = { A: f64(A), B: f64(B), C: f64(C), D: D && f64(D) };
      return make(denseStep(matrices, f64(state), f64(u), dims), [dims.batch, dims.C * dims.H]);
    },
  };
}
