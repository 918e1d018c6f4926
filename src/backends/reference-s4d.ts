import * as ref from '../../reference/index.js';
import type { S4dParams } from '../backend.js';
import type { S4dOps } from '../ops/s4d.js';
import {
  checkLength,
  s4dDims,
  s4dNextStateVjpDims,
  s4dNumbers,
  s4dStateDims,
  s4dStateNumbers,
  s4dStateOutputVjpDims,
  s4dStepDims,
  s4dVjpDims,
} from '../shapes/s4d.js';
import type { Shape } from '../tensor.js';
import type { RefTensor } from './ref-tensor.js';

const f64 = (x: RefTensor): Float64Array => x.values as Float64Array;

function arrays({ invDt, invReA, invImA, B, C }: S4dParams<RefTensor>): ref.S4dParams {
  return { invDt: f64(invDt), invReA: f64(invReA), invImA: f64(invImA), B: f64(B), C: f64(C) };
}

/** Diagonal state space models of `reference/` as operations of a backend whose tensors `make` makes. */
export function s4dOps(make: (values: Float64Array, shape: Shape) => RefTensor): S4dOps<RefTensor> {
  const aGradients = (
    { invDt, invReA }: S4dParams<RefTensor>,
    { dInvDt, dInvReA, dInvImA }: ref.S4dGradients,
  ): { dInvDt: RefTensor; dInvReA: RefTensor; dInvImA: RefTensor } => ({
    dInvDt: make(dInvDt, invDt.shape),
    dInvReA: make(dInvReA, invReA.shape),
    dInvImA: make(dInvImA, invReA.shape),
  });
  return {
    s4dKernel(params, options) {
      const dims = s4dDims('s4dKernel', params);
      checkLength('s4dKernel', options.L);
      s4dNumbers('s4dKernel', options);
      return make(ref.s4dKernel(arrays(params), dims, options.L, options), [dims.C, dims.H, options.L]);
    },
    s4dKernelVjp(params, dk, options = {}) {
      const dims = s4dVjpDims('s4dKernelVjp', params, dk);
      s4dNumbers('s4dKernelVjp', options);
      const grads = ref.s4dKernelVjp(arrays(params), f64(dk), dims, dims.L, options);
      return {
        ...aGradients(params, grads),
        dB: make(grads.dB, params.B.shape),
        dC: make(grads.dC, params.C.shape),
      };
    },
    s4dModes(params, options = {}) {
      const dims = s4dDims('s4dModes', params);
      s4dStateNumbers('s4dModes', options);
      return make(ref.s4dModes(arrays(params), dims, options), [dims.H, dims.M, 2, 2]);
    },
    s4dStep({ modes, C, D }, state, u) {
      const dims = s4dStepDims('s4dStep', { modes, C, D }, state, u);
      const y = ref.s4dStep({ modes: f64(modes), C: f64(C), D: D && f64(D) }, f64(state), f64(u), dims);
      return make(y, [dims.batch, dims.C * dims.H]);
    },
    s4dStateOutput(params, state, options) {
      const dims = s4dStateDims('s4dStateOutput', params, state);
      checkLength('s4dStateOutput', options.L);
      s4dStateNumbers('s4dStateOutput', options);
      const y = ref.s4dStateOutput(arrays(params), f64(state), dims, dims.batch, options.L, options);
      return make(y, [dims.batch, dims.C * dims.H, options.L]);
    },
    s4dStateOutputVjp(params, state, dy, options = {}) {
      const dims = s4dStateOutputVjpDims('s4dStateOutputVjp', params, state, dy);
      s4dStateNumbers('s4dStateOutputVjp', options);
      const grads = ref.s4dStateOutputVjp(arrays(params), f64(state), f64(dy), dims, dims.batch, dims.L, options);
      return {
        ...aGradients(params, grads),
        dC: make(grads.dC, params.C.shape),
        dState: make(grads.dState, state.shape),
      };
    },
    s4dNextState(params, state, u, options = {}) {
      const dims = s4dStateDims('s4dNextState', params, state, u);
      s4dStateNumbers('s4dNextState', options);
      const next = ref.s4dNextState(arrays(params), f64(state), f64(u), dims, dims.batch, dims.L, options);
      return make(next, state.shape);
    },
    s4dNextStateVjp(params, state, u, dNext, options = {}) {
      const dims = s4dNextStateVjpDims('s4dNextStateVjp', params, state, u, dNext);
      s4dStateNumbers('s4dNextStateVjp', options);
      const values = [f64(state), f64(u), f64(dNext)] as const;
      const grads = ref.s4dNextStateVjp(arrays(params), ...values, dims, dims.batch, dims.L, options);
      return {
        ...aGradients(params, grads),
        dB: make(grads.dB, params.B.shape),
        dState: make(grads.dState, state.shape),
        du: make(grads.du, u.shape),
      };
    },
  };
}
