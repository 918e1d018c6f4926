import type { S4KernelOptions, S4Params, S4StepParams, SsmOptions } from '../backend.js';
import { ShapeError } from '../errors.js';
import { type TensorLike, checkTensors, expectShape } from '../tensor.js';
import { MAX_LENGTH } from './fft.js';
import { ssmNumbers } from './ssm.js';

/** Dimensions of a model with A diagonal plus low-rank; the names are those of `S4Params`. */
export interface S4Dims {
  readonly H: number;
  readonly S: number;
  readonly M: number;
  readonly C: number;
  readonly R: number;
}

/** Largest rank of the low-rank part. */
const MAX_RANK = 2;

function s4Dims(name: string, params: S4Params<TensorLike>): S4Dims {
  const { invDt, invReA, invImA, B, P, C } = params;
  checkTensors(name, { invDt, invReA, invImA, B, P, C });
  if (invDt.shape.length !== 1) throw new ShapeError(`${name}: invDt has shape [${invDt.shape}], expected [H]`);
  if (invReA.shape.length !== 2) {
    throw new ShapeError(`${name}: invReA has shape [${invReA.shape}], expected [S, M]`);
  }
  if (P.shape.length !== 4) throw new ShapeError(`${name}: P has shape [${P.shape}], expected [R, S, M, 2]`);
  if (C.shape.length !== 4) throw new ShapeError(`${name}: C has shape [${C.shape}], expected [C, H, M, 2]`);
  const [H] = invDt.shape as [number];
  const [S, M] = invReA.shape as [number, number];
  const R = P.shape[0] as number;
  if (H % S !== 0) throw new ShapeError(`${name}: invReA has ${S} sets, expected a divisor of H = ${H}`);
  if (R > MAX_RANK) throw new ShapeError(`${name}: P has rank ${R}, expected 1 or ${MAX_RANK}`);
  const match = `to match invReA [${invReA.shape}]`;
  expectShape(name, 'invImA', invImA.shape, [S, M], match);
  expectShape(name, 'B', B.shape, [S, M, 2], match);
  expectShape(name, 'P', P.shape, [R, S, M, 2], match);
  expectShape(name, 'C', C.shape, [C.shape[0] as number, H, M, 2], `to match invDt [${H}] and invReA [${S},${M}]`);
  return { H, S, M, C: C.shape[0] as number, R };
}

/** @throws {@link ShapeError} unless x is a whole number of at least 1. */
function checkWhole(name: string, id: string, x: number): void {
  if (!Number.isSafeInteger(x) || x < 1) {
    throw new ShapeError(`${name}: ${id} is ${x}, expected a whole number of at least 1`);
  }
}

/** The arguments of the kernel; n is the number of roots of unity at which it is known. */
export function s4KernelDims(
  name: string,
  params: S4Params<TensorLike>,
  options: S4KernelOptions,
): S4Dims & { readonly L: number; readonly n: number } {
  const dims = s4Dims(name, params);
  const { rate } = ssmNumbers(name, options);
  const { L, lKernel = L } = options;
  checkWhole(name, 'L', L);
  checkWhole(name, 'lKernel', lKernel);
  const n = Math.round(lKernel / rate);
  if (L > n) {
    throw new ShapeError(
      `${name}: L is ${L}, expected at most round(lKernel / rate) = ${n} with lKernel = ${lKernel} and rate = ${rate}`,
    );
  }
  if (n > MAX_LENGTH) {
    throw new ShapeError(`${name}: round(lKernel / rate) is ${n}, expected at most ${MAX_LENGTH}`);
  }
  return { ...dims, L, n };
}

/** The arguments of the kernel's gradient: dk is [C, H, L]. */
export function s4KernelVjpDims(
  name: string,
  params: S4Params<TensorLike>,
  dk: TensorLike,
  options: S4KernelOptions,
): S4Dims & { readonly L: number; readonly n: number } {
  const dims = s4KernelDims(name, params, options);
  checkTensors(name, { invDt: params.invDt, dk });
  expectShape(name, 'dk', dk.shape, [dims.C, dims.H, dims.L], '= [C, H, L] to match the parameters');
  return dims;
}

/** The arguments of the modes of steps. */
export function s4ModesDims(name: string, params: S4Params<TensorLike>, options: SsmOptions): S4Dims {
  const dims = s4Dims(name, params);
  ssmNumbers(name, options);
  return dims;
}

/** The arguments of steps: state [B, H, M, 2]; u [B, H] or [B, H, L]; `shape` is that of y. */
export function s4StepDims(
  name: string,
  { modes, C, D }: S4StepParams<TensorLike>,
  state: TensorLike,
  u: TensorLike,
): {
  readonly batch: number;
  readonly H: number;
  readonly M: number;
  readonly C: number;
  readonly R: number;
  readonly L: number;
  readonly shape: readonly number[];
} {
  checkTensors(name, { modes, C, D, state, u });
  const [H = 0, M = 0, values = 0] = modes.shape;
  const R = values === 4 ? 1 : MAX_RANK;
  expectShape(name, 'modes', modes.shape, [H, M, 2 + 2 * R, 2], '= [H, M, 2 + 2 R, 2], R being 1 or 2');
  const match = `to match modes [${modes.shape}]`;
  const channels = C.shape[0] ?? 0;
  expectShape(name, 'C', C.shape, [channels, H, M, 2], match);
  if (D !== undefined) expectShape(name, 'D', D.shape, [channels, H], `to match C [${C.shape}]`);
  const batch = state.shape[0] ?? 0;
  expectShape(name, 'state', state.shape, [batch, H, M, 2], match);
  const L = u.shape[2] ?? 1;
  const many = u.shape.length === 3;
  expectShape(name, 'u', u.shape, many ? [batch, H, L] : [batch, H], `to match state [${state.shape}]`);
  return { batch, H, M, C: channels, R, L, shape: many ? [batch, channels * H, L] : [batch, channels * H] };
}

/** The arguments of a step with full matrices. */
export function denseStepDims(
  name: string,
  { A, B, C, D }: {
    readonly A: TensorLike;
    readonly B: TensorLike;
    readonly C: TensorLike;
    readonly D?: TensorLike | undefined;
  },
  state: TensorLike,
  u: TensorLike,
): { readonly batch: number; readonly H: number; readonly N: number; readonly C: number } {
  checkTensors(name, { A, B, C, D, state, u });
  const [H = 0, N = 0] = A.shape;
  if (A.shape.length !== 3 || A.shape[2] !== N || N % 2 !== 0) {
    throw new ShapeError(`${name}: A has shape [${A.shape}], expected [H, N, N] with N even`);
  }
  const match = `to match A [${A.shape}]`;
  const channels = C.shape[0] ?? 0;
  expectShape(name, 'B', B.shape, [H, N], match);
  expectShape(name, 'C', C.shape, [channels, H, N], match);
  if (D !== undefined) expectShape(name, 'D', D.shape, [channels, H], `to match C [${C.shape}]`);
  const batch = state.shape[0] ?? 0;
  expectShape(name, 'state', state.shape, [batch, H, N / 2, 2], match);
  expectShape(name, 'u', u.shape, [batch, H], `to match state [${state.shape}]`);
  return { batch, H, N, C: channels };
}
