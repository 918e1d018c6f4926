import type { SsmOptions } from '../backend.js';
import { type SsmNumbers, ssmNumbers } from '../shapes/ssm.js';

/** The pipeline constants of wgsl/common/transform.wgsl. The rate goes in two parts, of which the first has 12 bits. */
export function transformConstants({ dt, real, imag, rate }: SsmNumbers): Record<string, number> {
  const unit = 2 ** (Math.floor(Math.log2(rate)) - 11);
  const high = Math.floor(rate / unit) * unit;
  return {
    DT_TRANSFORM: dt,
    REAL_TRANSFORM: real,
    IMAG_TRANSFORM: imag,
    RATE: high,
    RATE_REST: rate - high,
  };
}

/** {@link transformConstants} of options that have not been checked yet. */
export function ssmConstants(name: string, options: SsmOptions): Record<string, number> {
  return transformConstants(ssmNumbers(name, options));
}
