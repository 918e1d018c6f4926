import type { S4Dims, S4Params } from '../../reference/s4.js';
import type { SsmOptions, Transform } from '../../src/backend.js';
import { type Golden, golden } from './golden.js';

/** A file of a diagonal plus low-rank model as this library's parameters, C being C itself. */
export interface GoldenS4 extends Golden {
  readonly params: S4Params;
  readonly dims: S4Dims;
  readonly options: SsmOptions;
  /** The length that C is corrected for. */
  readonly lKernel: number;
  readonly L: number;
}

/** Read test/golden/<name>.safetensors. */
export function goldenS4(name: string): GoldenS4 {
  const file = golden(name);
  const { tensors, args } = file;
  const { inv_dt, A_real, A_imag, B, P, C } = tensors;
  const L = args['L'] ?? args['L_first'];
  return {
    ...file,
    params: {
      invDt: inv_dt.values,
      invReA: A_real.values,
      invImA: A_imag.values,
      B: B.values,
      P: P.values,
      C: C.values,
    },
    dims: { H: inv_dt.shape[0], S: A_real.shape[0], M: A_real.shape[1], C: C.shape[0], R: P.shape[0] },
    options: {
      dtTransform: args['dt_transform'] as 'exp' | 'softplus',
      realTransform: args['real_transform'] as Transform,
      rate: (args['rate'] ?? 1) as number,
    },
    lKernel: (args['l_kernel'] ?? args['l_kernel_1'] ?? L) as number,
    L: L as number,
  };
}
