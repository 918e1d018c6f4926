import type { SsmOptions } from '../backend.js';
import { type SsmNumbers, ssmNumbers } from '../shapes/ssm.js';

/** The kinds of transform in one number, 3 bits each. */
export function packTransforms({ dt, real, imag }: SsmNumbers): number {
  return dt | (real << 3) | (imag << 6);
}

/** The two numbers that kernels of state space models take: the kinds of transform and the rate. */
export function ssmArguments(name: string, options: SsmOptions): [transforms: number, rate: number] {
  const numbers = ssmNumbers(name, options);
  return [packTransforms(numbers), numbers.rate];
}
