import type { S4Dims, S4Params } from '../../reference/s4.js';
import type { SsmOptions, Transform } from '../../src/backend.js';
import { type Golden, golden } from './golden.js';

/** Files of kernels. */
export const S4_KERNELS: readonly string[] = [
  's4-kernel-fout-h2-n16-l128',
  's4-kernel-init-h4-n64-l1024',
  's4-kernel-odd-h3-n8-l15-ch2',
  's4-kernel-rank2-legt-h3-n8-l64',
  's4-kernel-rate2-h2-n8-l32',
  's4-kernel-softplus-h4-n16-l100-s2',
  's4-kernel-tiny-h2-n4-l8',
  's4-kernel-trained-h2-n64-l999',
  's4-kernel-truncated-h2-n8-l40of64',
];

/** A file of a kernel before and after its length was doubled. */
export const S4_DOUBLING = 's4-kernel-doubling-h3-n8-32to50';

/** Files of recurrences. */
export const S4_STEPS: readonly string[] = ['step-s4-h2-n64-l128', 'step-s4-h3-n8-l64-ch2', 'step-s4-rank2-h2-n8-l40'];

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
