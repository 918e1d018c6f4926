/** @file S4 models as diagonal recurrences. */
import { EigenvalueDecomposition, Matrix, solve } from 'ml-matrix';
import { ShapeError, UnsupportedError } from '../src/errors.js';
import type { S4dOptions } from '../src/ops/s4d.js';
import type { SsmOptions } from '../src/ops/ssm.js';
import { type Complex, add, at, mul, scale } from './complex.js';
import type { S4Dims, S4Params } from './s4.js';
import { realRows } from './s4-dense.js';
import { advance, dot, s4Linear } from './s4-linear.js';
import { type S4dDims, type S4dParams, mode } from './s4d-mode.js';
import { transform } from './ssm.js';

/** A diagonal model; `options` are those that its parameters are meant for. */
export interface S4Diagonal {
  params: S4dParams;
  dims: S4dDims;
  options: S4dOptions;
}

/** Largest error of the impulse response in f32, relative to its largest value. */
const BOUND = 1e-3;

/** One set in the basis of eigenvectors: M' modes, and the map from rows over the real coordinates to C. */
interface Modes {
  readonly lambda: readonly Complex[];
  readonly B: readonly Complex[];
  /** V, one vector of complex numbers for each mode: x = 2 Re sum_m V[m] z[m] over the real coordinates. */
  readonly V: readonly (readonly Complex[])[];
}

/**
 * The diagonal recurrence with the outputs of an S4 model, A = V diag(lambda') V^-1. It has a mode for each pair of
 * conjugate eigenvalues and one for each real eigenvalue: up to 2M of them.
 *
 * V is as ill-conditioned as A is far from normal: for LegS, exponentially in N. Hence the impulse responses of both
 * recurrences are compared over `steps` samples, the diagonal one with the roundings of f32.
 *
 * @param params - with C itself, not corrected for a length.
 * @throws UnsupportedError if they differ by more than 1e-3 of the largest sample; the linear form has no such limit.
 * @throws ShapeError if steps is not a whole number of at least 1, the rank not 1 or 2, or dt not positive.
 */
export function s4Diagonal(
  params: S4Params,
  dims: S4Dims,
  { steps, ...options }: SsmOptions & { readonly steps: number },
): S4Diagonal {
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new ShapeError(`s4Diagonal: steps is ${steps}, expected a whole number of at least 1`);
  }
  const { H, S, C } = dims;
  const sets = Array.from({ length: S }, (_, set) => diagonalise(params, dims, set, options));
  const M = Math.max(...sets.map(({ lambda }) => lambda.length));
  const rows = realRows(params.C);
  const diagonal: S4Diagonal = {
    params: {
      invDt: params.invDt.slice(),
      invReA: new Float64Array(S * M).fill(1),
      invImA: new Float64Array(S * M),
      B: new Float64Array(2 * S * M),
      C: new Float64Array(2 * C * H * M),
    },
    dims: { H, S, M, C },
    options: { ...options, realTransform: 'none', imagTransform: 'none', discretisation: 'bilinear' },
  };
  sets.forEach(({ lambda, B }, set) => {
    lambda.forEach((value, m) => {
      diagonal.params.invReA[set * M + m] = -value[0];
      diagonal.params.invImA[set * M + m] = -value[1];
      diagonal.params.B.set(B[m], 2 * (set * M + m));
    });
  });
  for (let row = 0; row < C * H; row++) {
    const own = rows.subarray(row * 2 * dims.M, (row + 1) * 2 * dims.M);
    sets[(row % H) % S].V.forEach((v, m) => {
      const product = v.reduce((sum, value, n) => add(sum, scale(own[n], value)), [0, 0] as Complex);
      diagonal.params.C.set(product, 2 * (row * M + m));
    });
  }
  checkResponse(params, dims, diagonal, steps, options);
  return diagonal;
}

/** Eigenvalues and eigenvectors of one set's A over its real coordinates. */
function diagonalise(params: S4Params, dims: S4Dims, set: number, options: SsmOptions): Modes {
  const N = 2 * dims.M;
  const A = continuousA(params, dims, set, options);
  if (!A.to1DArray().every(Number.isFinite)) throw new ShapeError('s4Diagonal: A has entries that are not finite');
  const eigen = new EigenvalueDecomposition(A);
  const [re, im] = [eigen.realEigenvalues, eigen.imaginaryEigenvalues];
  const V = eigen.eigenvectorMatrix;
  const B = Matrix.columnVector(params.B.subarray(N * set, N * (set + 1)));
  const w = solve(V, B).to1DArray();
  const lambda: Complex[] = [];
  const input: Complex[] = [];
  const vectors: Complex[][] = [];
  for (let j = 0; j < N; j++) {
    const column = V.getColumn(j);
    if (im[j] === 0) {
      lambda.push([re[j], 0]);
      input.push([w[j], 0]);
      vectors.push(column.map((v): Complex => [v / 2, 0]));
      continue;
    }
    // Columns j and j + 1 are the parts of the eigenvector of re + i im; its conjugate is that of re - i im.
    const next = V.getColumn(j + 1);
    lambda.push([re[j], im[j]]);
    input.push([w[j] / 2, -w[j + 1] / 2]);
    vectors.push(column.map((v, n): Complex => [v, next[n]]));
    j++;
  }
  return { lambda, B: input, V: vectors };
}

/** A = diag(lambda) - sum_r P_r Q_r^T over the real coordinates Re x[0], Im x[0], .. */
function continuousA(params: S4Params, { S, M, R }: S4Dims, set: number, options: SsmOptions): Matrix {
  const { realTransform = 'exp', imagTransform = 'none' } = options;
  const A = Matrix.zeros(2 * M, 2 * M);
  for (let m = 0; m < M; m++) {
    const re = -transform(realTransform, params.invReA[set * M + m]);
    const im = -transform(imagTransform, params.invImA[set * M + m]);
    A.setSubMatrix(
      [
        [re, -im],
        [im, re],
      ],
      2 * m,
      2 * m,
    );
  }
  for (let r = 0; r < R; r++) {
    const P = Matrix.columnVector(params.P.subarray(2 * M * (r * S + set), 2 * M * (r * S + set + 1)));
    A.sub(P.mmul(P.transpose()).mul(2));
  }
  return A;
}

/** @throws UnsupportedError if the diagonal recurrence in f32 does not respond to an impulse as the model does. */
function checkResponse(params: S4Params, dims: S4Dims, diagonal: S4Diagonal, steps: number, options: SsmOptions): void {
  const { H, M, C } = dims;
  const rounded = Object.fromEntries(
    Object.entries(diagonal.params).map(([id, values]) => [id, (values as Float64Array).map(Math.fround)]),
  ) as unknown as S4dParams;
  for (let h = 0; h < H; h++) {
    const linear = s4Linear(params, dims, h, options);
    const responses = roundedResponse({ ...diagonal, params: rounded }, h, steps);
    const x = new Float64Array(2 * M);
    const [difference, largest] = [new Float64Array(C), new Float64Array(C)];
    for (let l = 0; l < steps; l++) {
      advance(linear, x, l === 0 ? 1 : 0);
      for (let c = 0; c < C; c++) {
        const y = dot(params.C.subarray(2 * M * (c * H + h), 2 * M * (c * H + h + 1)), x);
        difference[c] = Math.max(difference[c], Math.abs(y - responses[c][l]));
        largest[c] = Math.max(largest[c], Math.abs(y));
      }
    }
    for (let c = 0; c < C; c++) {
      const error = difference[c] / largest[c];
      if (difference[c] > 0 && !(error <= BOUND)) {
        throw new UnsupportedError(
          `s4Diagonal: the mode 'diagonal' errs by ${error.toExponential(1)} of the impulse response of head ${h}, ` +
            `expected at most ${BOUND}: step by the linear form`,
          { needs: `error <= ${BOUND}`, has: `${error}` },
        );
      }
    }
  }
}

/** The impulse response of head h with the roundings of f32, [C][steps]. */
function roundedResponse({ params, dims, options }: S4Diagonal, h: number, steps: number): Float64Array[] {
  const { H, S, M, C } = dims;
  const round = ([re, im]: Complex): Complex => [Math.fround(re), Math.fround(im)];
  const responses = Array.from({ length: C }, () => new Float64Array(steps));
  for (let m = 0; m < M; m++) {
    const { Ab, coef } = mode(params, dims, h, m, options, steps);
    const factor = round(Ab);
    let x = round(mul(coef, at(params.B, (h % S) * M + m)));
    for (let l = 0; l < steps; l++) {
      for (let c = 0; c < C; c++) {
        const term = 2 * mul(at(params.C, (c * H + h) * M + m), x)[0];
        responses[c][l] = Math.fround(responses[c][l] + Math.fround(term));
      }
      x = round(mul(factor, x));
    }
  }
  return responses;
}
