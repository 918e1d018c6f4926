/**
 * @file C of an S4 model and its correction for a length: the kernel's transform over n samples needs C (I - Ab^n).
 *
 * Lengths are counted in samples of the rate that the model was made for, whatever rate the options name.
 */
import { LuDecomposition, Matrix } from 'ml-matrix';
import { ShapeError } from '../src/errors.js';
import type { SsmOptions } from '../src/ops/ssm.js';
import type { S4Dims, S4Params } from './s4.js';
import { complexRows, denseAb, realRows } from './s4-dense.js';
import { applyTransposed, s4Linear } from './s4-linear.js';

/**
 * C (I - Ab^length), which stands for C in a kernel of `length` samples and is trained from then on. O(length C H M R).
 *
 * @param params - with C itself.
 * @returns complex, [C, H, M, 2].
 * @throws ShapeError unless length is a whole number of at least 1, the rank 1 or 2 and dt positive.
 */
export function s4CorrectC(params: S4Params, dims: S4Dims, length: number, options: SsmOptions = {}): Float64Array {
  checkLength('s4CorrectC', length);
  return addPower(params, dims, length, -1, options);
}

/**
 * Lengthen a corrected C: C (I - Ab^n) (I + Ab^n) = C (I - Ab^2n), until n reaches `length`. The kernel's first samples
 * stay as they are.
 *
 * @param params - with C corrected for lKernel samples.
 * @param lKernel - n, from which to start.
 * @returns C, complex [C, H, M, 2], and the lKernel that it is corrected for.
 * @throws ShapeError if lKernel is 0, as for a model whose C was never corrected, or length not a whole number.
 */
export function s4DoubleC(
  params: S4Params,
  dims: S4Dims,
  { lKernel, length }: { readonly lKernel: number; readonly length: number },
  options: SsmOptions = {},
): { C: Float64Array; lKernel: number } {
  checkLength('s4DoubleC', length);
  checkInitialised('s4DoubleC', lKernel);
  let [C, n] = [params.C, lKernel];
  for (; n < length; n *= 2) C = addPower({ ...params, C }, dims, n, 1, options);
  return { C, lKernel: n };
}

/**
 * C itself from the corrected one, for the recurrence: the solution of C (I - Ab^lKernel) = `params.C`.
 *
 * @returns complex, [C, H, M, 2].
 * @throws ShapeError if lKernel is 0, as for a model whose C was never corrected.
 */
export function s4RecoverC(params: S4Params, dims: S4Dims, lKernel: number, options: SsmOptions = {}): Float64Array {
  checkInitialised('s4RecoverC', lKernel);
  const { H, M } = dims;
  const N = 2 * M;
  const recovered = new Float64Array(params.C.length);
  const rows = realRows(params.C);
  for (let h = 0; h < H; h++) {
    const power = denseAb(s4Linear(params, dims, h, { ...options, rate: 1 })).mpow(lKernel);
    const factors = new LuDecomposition(Matrix.eye(N).sub(power).transpose());
    for (let c = 0; c < dims.C; c++) {
      const at = N * (c * H + h);
      const solution = factors.solve(Matrix.columnVector(rows.subarray(at, at + N)));
      recovered.set(complexRows(solution.to1DArray()), at);
    }
  }
  return recovered;
}

function checkLength(name: string, length: number): void {
  if (!Number.isSafeInteger(length) || length < 1) {
    throw new ShapeError(`${name}: length is ${length}, expected a whole number of at least 1`);
  }
}

function checkInitialised(name: string, lKernel: number): void {
  if (!Number.isSafeInteger(lKernel) || lKernel < 1) {
    throw new ShapeError(`${name}: lKernel is ${lKernel}, expected the length that C was corrected for, at least 1`);
  }
}

/** C + sign C Ab^n. */
function addPower(params: S4Params, dims: S4Dims, n: number, sign: 1 | -1, options: SsmOptions): Float64Array {
  const { H, M, C } = dims;
  const sum = params.C.slice();
  for (let h = 0; h < H; h++) {
    const linear = s4Linear(params, dims, h, { ...options, rate: 1 });
    for (let c = 0; c < C; c++) {
      const at = 2 * M * (c * H + h);
      const row = params.C.slice(at, at + 2 * M);
      for (let l = 0; l < n; l++) applyTransposed(linear, row);
      for (let i = 0; i < row.length; i++) sum[at + i] += sign * row[i];
    }
  }
  return sum;
}
