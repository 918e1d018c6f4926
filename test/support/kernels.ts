import type { SgconvOptions } from '../../src/backend.js';
import type { TensorLike } from '../../src/tensor.js';
import { type SgconvCase, title } from '../cases/kernels.js';
import { EPS32 } from './close.js';
import { type Host, type Op, randn } from './op.js';
import type { Rng } from './random.js';

/** Weights, and factors of the usual size. */
function sgconvInputs({ S, C, H, d, ...rest }: SgconvCase, rng: Rng): Record<string, Host> {
  const between = (shape: readonly number[], low: number, high: number): Host => ({
    shape,
    values: Array.from({ length: shape.reduce((n, m) => n * m, 1) }, () =>
      Math.fround(low + (high - low) * rng.uniform()),
    ),
  });
  return {
    w: randn([S, C, H, d], rng),
    ...(rest.decay === true ? { decay: between([H], 1, 3) } : {}),
    ...(rest.power === true ? { power: between([H], 0.5, 2) } : {}),
    ...(rest.norm === true ? { norm: between([C, H], 1, 20) } : {}),
  };
}

function sgconvOptions<T extends TensorLike>(
  { L, mode, interpolation = 'linear', initScale = 0 }: SgconvCase,
  { decay, power, norm }: Readonly<Record<string, T>>,
): SgconvOptions<T> {
  return { L, mode, interpolation, initScale, decay, power, norm };
}

/** A multi-scale kernel of random weights. */
export function sgconvOp(size: SgconvCase): Op {
  const { S, C, L, mode, power = false } = size;
  return {
    name: `sgconvKernel ${title(size)}`,
    inputs: (rng) => sgconvInputs(size, rng),
    forward: (backend, { w, ...x }) => ({ k: backend.sgconvKernel(w, sgconvOptions(size, x)) }),
    vjp(backend, { w, ...x }, dy) {
      const { dw, dPower } = backend.sgconvKernelVjp(w, dy, sgconvOptions(size, x));
      return { w: dw, ...(dPower === undefined ? {} : { power: dPower }) };
    },
    constants: ['decay', 'norm'],
    bounds() {
      // decay^n rounds up to n times; (l + 1)^-p has the error of its exponent p log(l + 1) <= 2 log L. Interpolation,
      // 1 / norm and the factors themselves round four times.
      const factors = (4 + S + (power ? 2 * Math.log(L) : 0)) * EPS32;
      return {
        k: factors + 2 * EPS32 * (mode === 'sum' ? Math.sqrt(S) : 1),
        w: factors + 2 * EPS32 * Math.sqrt(L),
        power: factors + 2 * EPS32 * Math.sqrt(C * L),
      };
    },
  };
}
