import { s4StepMatrices } from '../../reference/s4-dense.js';
import { s4Diagonal } from '../../reference/s4-diagonal.js';
import { s4RecoverC } from '../../reference/s4-length.js';
import type { S4Dims, S4Params as S4Arrays } from '../../reference/s4.js';
import type { Param } from '../autograd/params.js';
import { s4Values } from '../autograd/s4-ops.js';
import type { Var } from '../autograd/tape.js';
import type { Backend } from '../backend.js';
import { dispose } from '../disposable.js';
import type { TensorLike } from '../tensor.js';
import type { Recurrence } from './recurrence.js';
import { s4dRecurrence } from './recurrence-s4d.js';
import { type S4, type S4Config, s4Dims, s4Length } from './s4.js';
import type { MixerDims } from './ssm.js';

/**
 * How S4 takes a step. 'linear': by the diagonal plus low-rank form, O(N). 'dense': by full matrices, O(N^2).
 * 'diagonal': in the basis of eigenvectors, O(N); refused where rounding spoils it, as it does for LegS.
 */
export type S4Form = 'linear' | 'dense' | 'diagonal';

const NAMES = ['invDt', 'invReA', 'invImA', 'B', 'P', 'C'] as const;

/**
 * The recurrence of a diagonal plus low-rank model, with C recovered from the one that makes the kernel.
 *
 * @param B - number of sequences side by side.
 * @throws {@link UnsupportedError} if the form is 'diagonal' and its outputs differ by more than 1e-3.
 */
export async function s4Recurrence<T extends TensorLike>(
  backend: Backend<T>,
  params: S4<Param<T>>,
  config: S4Config,
  dims: MixerDims,
  { B, form }: { readonly B: number; readonly form: S4Form },
): Promise<Recurrence<T>> {
  const corrected = await hostArrays(params);
  const size = s4Dims(params);
  const lKernel = s4Length(dims);
  const arrays = { ...corrected, C: s4RecoverC(corrected, size, lKernel, config) };
  const D = params.D.value;
  if (form === 'diagonal') return diagonal(backend, arrays, size, { D, B, steps: lKernel, config });
  const C = backend.tensor(arrays.C, params.C.value.shape);
  const modes = backend.s4Modes(s4Values(params), config);
  const state = backend.zeros([B, size.H, size.M, 2]);
  const linear = (u: Var<T>): Var<T> => u.tape.own(backend.s4Step({ modes, C, D }, state, u.value));
  const dense = form === 'dense' ? denseForm(backend, arrays, size, config) : undefined;
  return {
    step: dense === undefined ? linear : (u) => u.tape.own(backend.denseStep({ ...dense, D }, state, u.value)),
    chunk: linear,
    [dispose]() {
      for (const tensor of [C, modes, state, ...Object.values(dense ?? {})]) tensor.dispose();
    },
  };
}

/** Ab, Bb and C over the real coordinates of the state. */
function denseForm<T extends TensorLike>(
  backend: Backend<T>,
  arrays: S4Arrays,
  dims: S4Dims,
  config: S4Config,
): { A: T; B: T; C: T } {
  const { H, C } = dims;
  const N = 2 * dims.M;
  const form = s4StepMatrices(arrays, dims, config);
  return {
    A: backend.tensor(form.A, [H, N, N]),
    B: backend.tensor(form.B, [H, N]),
    C: backend.tensor(form.C, [C, H, N]),
  };
}

function diagonal<T extends TensorLike>(
  backend: Backend<T>,
  arrays: S4Arrays,
  size: S4Dims,
  { D, B, steps, config }: { readonly D: T; readonly B: number; readonly steps: number; readonly config: S4Config },
): Recurrence<T> {
  const { params, dims, options } = s4Diagonal(arrays, size, { ...config, steps });
  const { H, S, M, C } = dims;
  const tensors = {
    invDt: backend.tensor(params.invDt, [H]),
    invReA: backend.tensor(params.invReA, [S, M]),
    invImA: backend.tensor(params.invImA, [S, M]),
    B: backend.tensor(params.B, [S, M, 2]),
    C: backend.tensor(params.C, [C, H, M, 2]),
  };
  const recurrence = s4dRecurrence(backend, tensors, options, D, B);
  return {
    ...recurrence,
    [dispose]() {
      recurrence[dispose]();
      for (const tensor of Object.values(tensors)) tensor.dispose();
    },
  };
}

async function hostArrays<T extends TensorLike>(params: S4<Param<T>>): Promise<S4Arrays> {
  const arrays = await Promise.all(NAMES.map(async (id) => [id, Float64Array.from(await params[id].value.read())]));
  return Object.fromEntries(arrays) as S4Arrays;
}
