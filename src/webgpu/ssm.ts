import type { SsmOptions } from '../backend.js';
import { ssmNumbers } from '../shapes/ssm.js';

/** The pipeline constants of wgsl/common/transform.wgsl. The rate goes in two parts, of which the first has 12 bits. */
export function ssmConstants(name: string, options: SsmOptions): Record<string, number> {
  const { dt, real, imag, rate } = ssmNumbers(name, options);
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
