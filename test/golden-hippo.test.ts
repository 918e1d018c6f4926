import { describe, test } from 'vitest';
import { dplr } from '../reference/dplr.js';
import { type HippoMeasure, hippo } from '../reference/hippo.js';
import { s4dInit } from '../reference/s4d-init.js';
import { inverseTransform, transform } from '../reference/ssm.js';
import { expectGolden } from './support/close.js';
import { golden } from './support/golden.js';

/** Double precision agrees to at least this; eigenvectors of other routines differ by the condition of the problem. */
const DOUBLE = 1e-12;

const MEASURES: readonly [HippoMeasure, number][] = [
  ...(['legs', 'legt', 'lagt', 'fout'] as const).flatMap((measure) =>
    [4, 8, 64].map((N): [HippoMeasure, number] => [measure, N]),
  ),
  ['fourier2', 8],
];

describe('HiPPO', () => {
  test.each(MEASURES)('%s of size %i', (measure, N) => {
    const { tensors } = golden(`hippo-${measure}-n${N}`);
    const { A, B, P } = hippo(measure, N);
    const { lambda, B: clipped, P: low, V } = dplr(measure, N);
    const { B: free } = dplr(measure, N, { clip: Infinity });
    const found = {
      A,
      B,
      P: P.flatMap((p) => [...p]),
      Lambda: lambda,
      V,
      B_dplr: free,
      B_dplr_clipped: clipped,
      P_dplr: low,
    };
    for (const [id, values] of Object.entries(found)) expectGolden(id, values, tensors[id].values, DOUBLE);
  });

  test.each([8, 64])('initial values of %i diagonal states', (N) => {
    const { tensors } = golden(`init-s4d-n${N}`);
    for (const init of ['lin', 'inv', 'inv2', 'quad', 'real', 'legs'] as const) {
      expectGolden(init, s4dInit(init, N / 2).lambda, tensors[`Lambda_${init}`].values, DOUBLE);
    }
    expectGolden('B of legs', s4dInit('legs', N / 2).B, tensors['B_legs'].values, DOUBLE);
  });

  test.each(['none', 'exp', 'relu', 'sigmoid', 'softplus'] as const)('transform %s and its inverse', (kind) => {
    const { tensors } = golden('init-s4d-n8');
    // The file's inputs are clamped from below, and those of the sigmoid to what it can give.
    const largest = kind === 'sigmoid' ? 0.9 : Infinity;
    const positive = tensors['positive'].values.map((y) => Math.min(largest, Math.max(1e-4, y)));
    const stored = positive.map((y) => inverseTransform(kind, y));
    expectGolden('stored', stored, tensors[`inv_${kind}`].values, DOUBLE);
    expectGolden('back', stored.map((x) => transform(kind, x)), tensors[`back_${kind}`].values, DOUBLE);
  });
});
