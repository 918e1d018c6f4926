import type { SgconvOptions } from '../backend.js';
import { type SgconvDims, sgconvDims } from '../shapes/kernels.js';
import type { Cpu } from './cpu.js';
import type { Tensor } from './tensor.js';

/** log(l + 1) for at least L values of l, where there is a power law. */
function logs(cpu: Cpu, L: number, power: Tensor | undefined): Tensor | 0 {
  if (power === undefined) return 0;
  const n = 2 ** Math.ceil(Math.log2(L));
  return cpu.memo(`log ${n}`, () => cpu.tensor(Float64Array.from({ length: n }, (_, l) => Math.log(l + 1)), [n]));
}

function numbers({ S, C, H, d, L }: SgconvDims, { mode, interpolation, initScale }: SgconvOptions<Tensor>): number[] {
  return [S, C * H, H, d, L, Number(mode === 'sum'), Number(interpolation === 'nearest'), initScale];
}

function inputs(w: Tensor, L: number, { decay, power, norm }: SgconvOptions<Tensor>): (Tensor | 0)[] {
  return [w, decay ?? 0, power ?? 0, norm ?? 0, logs(w.device, L, power)];
}

/**
 * The multi-scale kernel of SGConv.
 *
 *     k[c, h, l] = (l + 1)^-power[h] / norm[c, h] sum_i decay[h]^(S - 1 - i) Up_i(w[i, c, h])[l - start_i]
 *
 * @param w - weights, [S, C, H, d].
 * @returns k, [C, H, L].
 * @throws ShapeError if the arguments do not fit together.
 * @see Li, Cai, Zhang, Chen and Dey, arXiv:2210.09298; reference/kernels.ts.
 */
export function sgconvKernel(w: Tensor, options: SgconvOptions<Tensor>): Tensor {
  const dims = sgconvDims('sgconvKernel', w, options);
  const { C, H, L } = dims;
  const k = w.device.empty([C, H, L]);
  w.device.run('sgconvKernel', C * H, [...inputs(w, L, options), k, ...numbers(dims, options)]);
  return k;
}

/**
 * Gradient of {@link sgconvKernel} in w and, where given, in power.
 *
 * @param dk - cotangent of k, [C, H, L].
 * @returns dw, shaped like w, and dPower, [H].
 * @throws ShapeError if the arguments do not fit together.
 */
export function sgconvKernelVjp(
  w: Tensor,
  dk: Tensor,
  options: SgconvOptions<Tensor>,
): { dw: Tensor; dPower?: Tensor } {
  const dims = sgconvDims('sgconvKernelVjp', w, options, dk);
  const { H, L } = dims;
  const cpu = w.device;
  const dw = cpu.empty(w.shape);
  const dPower = options.power && cpu.empty([H]);
  const args = [...inputs(w, L, options), dk, dw, dPower ?? 0, ...numbers(dims, options)];
  cpu.run('sgconvKernelVjp', H, args, { scratch: dPower === undefined ? 0 : 8 * (L + 4) });
  return dPower === undefined ? { dw } : { dw, dPower };
}
