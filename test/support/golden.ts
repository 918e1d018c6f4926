import { readFileSync } from 'node:fs';
import { readSafetensors } from '../../src/io/safetensors.js';

/** A file of numbers from published code; see test/golden/README.md. */
export interface Golden {
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float64Array }>>;
  /** Scalar arguments of the case. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Largest error over largest magnitude that single precision may have, by tensor or by group of tensors. */
  readonly bounds: Readonly<Record<string, number | null>>;
}

/** Read test/golden/<name>.safetensors. */
export function golden(name: string): Golden {
  const file = new URL(`../golden/${name}.safetensors`, import.meta.url);
  const { tensors, metadata } = readSafetensors(readFileSync(file), file.pathname);
  const wide = [...tensors].map(
    ([id, { shape, values }]) => [id, { shape, values: Float64Array.from(values) }] as const,
  );
  return {
    tensors: Object.fromEntries(wide),
    args: JSON.parse(metadata['args'] ?? '{}') as Record<string, unknown>,
    bounds: JSON.parse(metadata['expected_rel_err_f32'] ?? '{}') as Record<string, number | null>,
  };
}
