import type { SsmOptions } from '../backend.js';
import { ssmNumbers } from '../shapes/ssm.js';

/** The two numbers that kernels of state space models take: the kinds of transform, 3 bits each, and the rate. */
export function ssmArguments(name: string, options: SsmOptions): [transforms: number, rate: number] {
  const { dt, real, imag, rate } = ssmNumbers(name, options);
  return [dt | (real << 3) | (imag << 6), rate];
}
