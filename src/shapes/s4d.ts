import type { S4dOptions, S4dParams, S4dStepParams } from '../backend.js';
import { ShapeError } from '../errors.js';
import { type TensorLike, checkTensors, expectShape } from '../tensor.js';
import { type SsmNumbers, ssmNumbers } from './ssm.js';

const DISCRETISATIONS = ['zoh', 'bilinear', 'dss'] as const;

/** {@link S4dOptions} as kernels take them. */
export interface S4dNumbers extends SsmNumbers {
  /** 0 for zoh, 1 for bilinear, 2 for dss. */
  readonly discretisation: number;
  /** Infinity for none. */
  readonly bandlimit: number;
}

/** @throws {@link ShapeError} for an option out of its range. */
export function s4dNumbers(name: string, options: S4dOptions): S4dNumbers {
  const { discretisation = 'zoh', bandlimit = Infinity } = options;
  if (!DISCRETISATIONS.includes(discretisation)) {
    throw new ShapeError(`${name}: discretisation is ${String(discretisation)}, expected zoh, bilinear or dss`);
  }
  if (!(bandlimit > 0)) throw new ShapeError(`${name}: bandlimit is ${bandlimit}, expected a positive number`);
  return { ...ssmNumbers(name, options), discretisation: DISCRETISATIONS.indexOf(discretisation), bandlimit };
}

/** @throws {@link ShapeError} for an option out of its range, or dss, which has no recurrence. */
export function s4dStateNumbers(name: string, options: S4dOptions): S4dNumbers {
  const numbers = s4dNumbers(name, options);
  if (options.discretisation === 'dss') {
    throw new ShapeError(`${name}: discretisation is dss, which has a kernel only, expected zoh or bilinear`);
  }
  return numbers;
}

/** Dimensions of a diagonal state space model; the names are those of `S4dParams`. */
export interface S4dDims {
  readonly H: number;
  readonly S: number;
  readonly M: number;
  readonly C: number;
}

export function s4dDims(name: string, params: S4dParams<TensorLike>): S4dDims {
  const { invDt, invReA, invImA, B, C } = params;
  checkTensors(name, { invDt, invReA, invImA, B, C });
  if (invDt.shape.length !== 1) throw new ShapeError(`${name}: invDt has shape [${invDt.shape}], expected [H]`);
  if (invReA.shape.length !== 2) {
    throw new ShapeError(`${name}: invReA has shape [${invReA.shape}], expected [S, M]`);
  }
  if (C.shape.length !== 4) throw new ShapeError(`${name}: C has shape [${C.shape}], expected [C, H, M, 2]`);
  const [H] = invDt.shape as [number];
  const [S, M] = invReA.shape as [number, number];
  if (H % S !== 0) throw new ShapeError(`${name}: invReA has ${S} sets, expected a divisor of H = ${H}`);
  const match = `to match invReA [${invReA.shape}]`;
  expectShape(name, 'invImA', invImA.shape, [S, M], match);
  expectShape(name, 'B', B.shape, [S, M, 2], match);
  expectShape(name, 'C', C.shape, [C.shape[0] as number, H, M, 2], `to match invDt [${H}] and invReA [${S},${M}]`);
  return { H, S, M, C: C.shape[0] as number };
}

/** The arguments of the kernel's gradient: dk is [C, H, L]. */
export function s4dVjpDims(
  name: string,
  params: S4dParams<TensorLike>,
  dk: TensorLike,
): S4dDims & { readonly L: number } {
  const dims = s4dDims(name, params);
  checkTensors(name, { invDt: params.invDt, dk });
  const L = dk.shape[2] ?? 0;
  expectShape(name, 'dk', dk.shape, [dims.C, dims.H, L], '= [C, H, L] to match the parameters');
  return { ...dims, L };
}

/** The arguments of a chunk: state [B, H, M, 2] and, where given, u [B, H, L]. */
export function s4dStateDims(
  name: string,
  params: S4dParams<TensorLike>,
  state: TensorLike,
  u?: TensorLike,
): S4dDims & { readonly batch: number; readonly L: number } {
  const dims = s4dDims(name, params);
  checkTensors(name, { invDt: params.invDt, state, u });
  const batch = state.shape[0] ?? 0;
  expectShape(name, 'state', state.shape, [batch, dims.H, dims.M, 2], '= [B, H, M, 2] to match the parameters');
  if (u === undefined) return { ...dims, batch, L: 0 };
  const L = u.shape[2] ?? 0;
  expectShape(name, 'u', u.shape, [batch, dims.H, L], `to match state [${state.shape}]`);
  return { ...dims, batch, L };
}

/** The arguments of a step: state [B, H, M, 2] and u [B, H]. */
export function s4dStepDims(
  name: string,
  { modes, C, D }: S4dStepParams<TensorLike>,
  state: TensorLike,
  u: TensorLike,
): { readonly batch: number; readonly H: number; readonly M: number; readonly C: number } {
  checkTensors(name, { modes, C, D, state, u });
  const [H = 0, M = 0] = modes.shape;
  expectShape(name, 'modes', modes.shape, [H, M, 2, 2], '= [H, M, 2, 2]');
  const match = `to match modes [${modes.shape}]`;
  const channels = C.shape[0] ?? 0;
  expectShape(name, 'C', C.shape, [channels, H, M, 2], match);
  if (D !== undefined) expectShape(name, 'D', D.shape, [channels, H], `to match C [${C.shape}]`);
  const batch = state.shape[0] ?? 0;
  expectShape(name, 'state', state.shape, [batch, H, M, 2], match);
  expectShape(name, 'u', u.shape, [batch, H], `to match state [${state.shape}]`);
  return { batch, H, M, C: channels };
}

/** The arguments of the state output's gradient: dy is [B, C H, L]. */
export function s4dStateOutputVjpDims(
  name: string,
  params: S4dParams<TensorLike>,
  state: TensorLike,
  dy: TensorLike,
): S4dDims & { readonly batch: number; readonly L: number } {
  const dims = s4dStateDims(name, params, state);
  checkTensors(name, { invDt: params.invDt, dy });
  const L = dy.shape[2] ?? 0;
  expectShape(name, 'dy', dy.shape, [dims.batch, dims.C * dims.H, L], '= [B, C H, L] to match C and state');
  return { ...dims, L };
}

/** The arguments of the next state's gradient: dNext is shaped like state. */
export function s4dNextStateVjpDims(
  name: string,
  params: S4dParams<TensorLike>,
  state: TensorLike,
  u: TensorLike,
  dNext: TensorLike,
): S4dDims & { readonly batch: number; readonly L: number } {
  const dims = s4dStateDims(name, params, state, u);
  checkTensors(name, { invDt: params.invDt, dNext });
  expectShape(name, 'dNext', dNext.shape, state.shape, 'to match state');
  return dims;
}

/** @throws {@link ShapeError} unless L is a whole number of at least 1. */
export function checkLength(name: string, L: number): void {
  if (!Number.isSafeInteger(L) || L < 1) {
    throw new ShapeError(`${name}: L is ${L}, expected a whole number of at least 1`);
  }
}
