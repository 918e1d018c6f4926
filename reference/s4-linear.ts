/** @file One head of an S4 model in the form whose products with a vector cost O(M R). */
import { ShapeError } from '../src/errors.js';
import type { SsmOptions } from '../src/ops/ssm.js';
import type { S4Dims, S4Params } from './s4.js';
import { timeStep, transform } from './ssm.js';

/**
 * A = diag(lambda) - sum_r P_r Q_r^T, Q = conj P, over modes and their conjugates, discretised to
 *
 *     Ab = (2/dt - A)^-1 (2/dt + A),  (2/dt - A)^-1 = d - sum_rs d P_r W[r, s] Q_s^T d,
 *     d = 1 / (2/dt - lambda),        W = (I + Q^T d P)^-1.
 *
 * Vectors are complex [M, 2]: pairs in one array.
 */
export interface S4Linear {
  readonly lambda: Float64Array;
  /** 2/dt + lambda. */
  readonly E: Float64Array;
  readonly d: Float64Array;
  /** R vectors each. */
  readonly P: readonly Float64Array[];
  readonly Q: readonly Float64Array[];
  readonly dP: readonly Float64Array[];
  readonly dQ: readonly Float64Array[];
  /** Real, R rows of R. */
  readonly W: readonly (readonly number[])[];
  /** Bb. */
  readonly B: Float64Array;
}

/**
 * Head h of a model.
 *
 * @throws ShapeError unless the rank is 1 or 2 and dt a positive number.
 */
export function s4Linear(params: S4Params, { S, M, R }: S4Dims, h: number, options: SsmOptions = {}): S4Linear {
  const { realTransform = 'exp', imagTransform = 'none' } = options;
  if (R !== 1 && R !== 2) throw new ShapeError(`s4: P has rank ${R}, expected 1 or 2`);
  const dt = timeStep(params.invDt[h], options);
  if (!(dt > 0 && dt < Infinity)) throw new ShapeError(`s4: dt of head ${h} is ${dt}, expected a number above 0`);
  const set = h % S;
  const lambda = new Float64Array(2 * M);
  const E = new Float64Array(2 * M);
  const d = new Float64Array(2 * M);
  for (let m = 0; m < M; m++) {
    const re = -transform(realTransform, params.invReA[set * M + m]);
    const im = -transform(imagTransform, params.invImA[set * M + m]);
    const norm = (2 / dt - re) ** 2 + im ** 2;
    lambda.set([re, im], 2 * m);
    E.set([2 / dt + re, im], 2 * m);
    d.set([(2 / dt - re) / norm, im / norm], 2 * m);
  }
  const P = Array.from({ length: R }, (_, r) => params.P.subarray(2 * M * (r * S + set), 2 * M * (r * S + set + 1)));
  const Q = P.map((p) => p.map((x, i) => (i % 2 === 0 ? x : -x)));
  const [dP, dQ] = [P, Q].map((vectors) => vectors.map((v) => multiply(d, v.slice())));
  const W = inverse(Q.map((q, r) => dP.map((p, s) => (r === s ? 1 : 0) + dot(q, p))));
  const B = params.B.subarray(2 * M * set, 2 * M * (set + 1)).map((x) => 2 * x);
  const linear = { lambda, E, d, P, Q, dP, dQ, W, B };
  resolve(linear, B);
  return linear;
}

/** x = Ab x. */
export function applyAb(linear: S4Linear, x: Float64Array): void {
  const { E, P, Q } = linear;
  const inner = Q.map((q) => dot(q, x));
  multiply(E, x);
  subtract(x, inner, P);
  resolve(linear, x);
}

/** c = Ab^T c: what gives the output of c one step earlier. */
export function applyTransposed({ E, d, P, Q, dQ, W }: S4Linear, c: Float64Array): void {
  multiply(d, c);
  const inner = P.map((p) => dot(p, c));
  subtract(c, W.map((_, s) => inner.reduce((sum, x, r) => sum + W[r][s] * x, 0)), dQ);
  const outer = P.map((p) => dot(p, c));
  multiply(E, c);
  subtract(c, outer, Q);
}

/** x = Ab x + Bb u. */
export function advance(linear: S4Linear, x: Float64Array, u: number): void {
  applyAb(linear, x);
  for (let i = 0; i < x.length; i++) x[i] += u * linear.B[i];
}

/** 2 Re sum_m c x: over modes and their conjugates. */
export function dot(c: Float64Array, x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < c.length; i += 2) sum += c[i] * x[i] - c[i + 1] * x[i + 1];
  return 2 * sum;
}

/** x = (2/dt - A)^-1 x. */
function resolve({ d, Q, dP, W }: S4Linear, x: Float64Array): void {
  multiply(d, x);
  const inner = Q.map((q) => dot(q, x));
  subtract(x, W.map((row) => row.reduce((sum, w, s) => sum + w * inner[s], 0)), dP);
}

/** x = a x, entry by entry. */
function multiply(a: Float64Array, x: Float64Array): Float64Array {
  for (let i = 0; i < x.length; i += 2) {
    const re = a[i] * x[i] - a[i + 1] * x[i + 1];
    x[i + 1] = a[i] * x[i + 1] + a[i + 1] * x[i];
    x[i] = re;
  }
  return x;
}

/** x -= sum_r f_r v_r. */
function subtract(x: Float64Array, f: readonly number[], v: readonly Float64Array[]): void {
  for (let r = 0; r < v.length; r++) for (let i = 0; i < x.length; i++) x[i] -= f[r] * v[r][i];
}

/** The inverse of a real matrix of one or two rows. */
function inverse(rows: readonly (readonly number[])[]): number[][] {
  if (rows.length === 1) return [[1 / rows[0][0]]];
  const [[a, b], [c, e]] = rows;
  const determinant = a * e - b * c;
  return [
    [e / determinant, -b / determinant],
    [-c / determinant, a / determinant],
  ];
}
