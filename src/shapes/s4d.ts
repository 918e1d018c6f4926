import type { S4dParams } from '../backend.js';
import { ShapeError } from '../errors.js';
import { type TensorLike, checkTensors, expectShape } from '../tensor.js';

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

/** The arguments of a step or a chunk: state [B, H, M, 2] and, where given, u [B, H] or [B, H, L]. */
export function s4dStateDims(
  name: string,
  params: S4dParams<TensorLike>,
  state: TensorLike,
  u?: { readonly tensor: TensorLike; readonly rank: 2 | 3 },
): S4dDims & { readonly batch: number; readonly L: number } {
  const dims = s4dDims(name, params);
  checkTensors(name, { invDt: params.invDt, state, u: u?.tensor });
  const batch = state.shape[0] ?? 0;
  expectShape(name, 'state', state.shape, [batch, dims.H, dims.M, 2], '= [B, H, M, 2] to match the parameters');
  if (u === undefined) return { ...dims, batch, L: 0 };
  const { shape } = u.tensor;
  const L = u.rank === 3 ? (shape[2] ?? 0) : 1;
  const expected = u.rank === 3 ? [batch, dims.H, L] : [batch, dims.H];
  expectShape(name, 'u', shape, expected, `to match state [${state.shape}]`);
  return { ...dims, batch, L };
}

/** @throws {@link ShapeError} unless L is a whole number of at least 1. */
export function checkLength(name: string, L: number): void {
  if (!Number.isSafeInteger(L) || L < 1) throw new ShapeError(`${name}: L is ${L}, expected a whole number of at least 1`);
}
